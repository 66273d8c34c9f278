package io.portolan.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.portolan.core.ConflictException;
import io.portolan.core.CoreException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.json.Json;
import io.portolan.scheduler.SchedulingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers failures as problem+json. */
final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static void handle(RoutesConfig routes) {
    routes.exception(ProblemException.class, (e, ctx) -> answer(ctx, e.problem(ctx.path())));
    routes.exception(
        InvalidException.class,
        (e, ctx) ->
            answer(
                ctx,
                Problem.of(
                        422,
                        "invalid",
                        "The request is not valid",
                        String.valueOf(e.getMessage()),
                        ctx.path())
                    .with(e.problems())));
    routes.exception(
        NotFoundException.class,
        (e, ctx) ->
            answer(
                ctx,
                Problem.of(
                    404, "not-found", "Not found", String.valueOf(e.getMessage()), ctx.path())));
    routes.exception(
        ConflictException.class,
        (e, ctx) ->
            answer(
                ctx,
                Problem.of(
                    409,
                    "conflict",
                    "Not possible now",
                    String.valueOf(e.getMessage()),
                    ctx.path())));
    routes.exception(DatabaseException.class, Problems::database);
    routes.exception(SchedulingException.class, Problems::scheduling);
    routes.exception(
        CoreException.class,
        (e, ctx) ->
            answer(
                ctx,
                Problem.of(
                    422,
                    "invalid",
                    "The request is not valid",
                    String.valueOf(e.getMessage()),
                    ctx.path())));
    routes.exception(
        HttpResponseException.class,
        (e, ctx) ->
            answer(
                ctx,
                Problem.of(
                    e.getStatus(),
                    "http-" + e.getStatus(),
                    title(e.getStatus()),
                    detail(e),
                    ctx.path())));
    routes.exception(Exception.class, Problems::unexpected);
  }

  static void answer(Context ctx, Problem problem) {
    ctx.status(problem.status()).result(Json.write(problem)).contentType(Problem.CONTENT_TYPE);
  }

  private static void database(DatabaseException e, Context ctx) {
    if (e.isUnstorableText()) {
      answer(
          ctx,
          Problem.of(
              422,
              "invalid",
              "The request is not valid",
              "A text has the character U+0000, which cannot be stored.",
              ctx.path()));
      return;
    }
    if (!e.isConnectionFailure()) {
      unexpected(e, ctx);
      return;
    }
    ctx.header("Retry-After", "5");
    answer(
        ctx,
        Problem.of(
            503,
            "database-away",
            "The database is away",
            "The database cannot be reached at the moment. Try again in some seconds; if this call"
                + " changes something, look first whether it did.",
            ctx.path()));
  }

  private static void scheduling(SchedulingException e, Context ctx) {
    log.warn("{} {}: the scheduler did not follow", ctx.method(), ctx.path(), e);
    ctx.header("Retry-After", "5");
    answer(
        ctx,
        Problem.of(
            503,
            "scheduler-away",
            "The scheduler is away",
            "The scheduler cannot do this at the moment; look whether it has in some seconds, and"
                + " else try again.",
            ctx.path()));
  }

  private static void unexpected(Exception e, Context ctx) {
    log.error("{} {} failed", ctx.method(), ctx.path(), e);
    answer(
        ctx,
        Problem.of(
            500,
            "internal",
            "Internal error",
            "Portolan failed to serve this request; its log says why. Trying again may help.",
            ctx.path()));
  }

  private static String title(int status) {
    return switch (status) {
      case 404 -> "Not found";
      case 405 -> "Method not allowed";
      case 413 -> "Too large";
      case 415 -> "Unsupported media type";
      default -> "The request was refused";
    };
  }

  private static String detail(HttpResponseException e) {
    return e.getStatus() == 404
        ? "There is nothing at this address. The API is described at /docs/openapi.yaml."
        : String.valueOf(e.getMessage());
  }
}
