package io.portolan.api.http;

import io.javalin.http.Context;
import io.portolan.core.InvalidException;
import io.portolan.core.Page;
import io.portolan.core.access.ApiKey;
import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads requests and writes answers. */
public final class Requests {
  private static final int MAX_PAGE = 500;
  private static final int DEFAULT_PAGE = 50;
  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 9999;
  private static final String JSON = "application/json";
  private static final String KEY = "api-key";

  private Requests() {}

  /** A page of a list, with the cursor of the next one. */
  public record Listing<T>(List<T> items, Optional<String> nextCursor) {}

  /** The body as a record; the refusal names the field. */
  public static <T> T body(Context ctx, Class<T> type) {
    return Json.read(bodyText(ctx, JSON), type);
  }

  /** The body, which must be JSON, of the general type or a given one. */
  public static String bodyText(Context ctx, String type) {
    String contentType = ctx.contentType();
    if (contentType != null && !contentType.startsWith(JSON) && !contentType.startsWith(type)) {
      throw new ProblemException(
          415,
          "media-type",
          "Unsupported media type",
          "Send application/json, not " + contentType + ".");
    }
    String body = ctx.body();
    if (body.isBlank()) {
      throw new ProblemException(400, "no-body", "No body", "This call needs a JSON body.");
    }
    // written as text its backslash is doubled
    if (body.replace("\\\\", "").contains("\\u0000")) {
      throw new InvalidException("document", "has a NUL character, which cannot be stored");
    }
    return body;
  }

  /** The body as a record, or another one where there is no body. */
  public static <T> T bodyOr(Context ctx, Class<T> type, T absent) {
    return ctx.body().isBlank() ? absent : body(ctx, type);
  }

  public static long id(Context ctx, String name) {
    String text = ctx.pathParam(name);
    if (!text.matches("\\d{1,18}")) {
      throw new ProblemException(404, "not-found", "Not found", "\"" + text + "\" is not an id.");
    }
    return Long.parseLong(text);
  }

  /** An id that is no larger than an {@code int}, such as the number of a version. */
  public static int smallId(Context ctx, String name) {
    long id = id(ctx, name);
    if (id > Integer.MAX_VALUE) {
      throw new ProblemException(404, "not-found", "Not found", id + " is not there.");
    }
    return (int) id;
  }

  /** An instant of the years that people mean and PostgreSQL can store. */
  public static Instant instant(String field, OffsetDateTime written) {
    if (written.getYear() < FIRST_YEAR || written.getYear() > LAST_YEAR) {
      throw new InvalidException(
          field, "is in the year " + written.getYear() + ", not from 1970 to 9999");
    }
    return written.toInstant();
  }

  /** A time with offset in the query. */
  public static Optional<Instant> time(Context ctx, String name) {
    return query(ctx, name)
        .map(
            text -> {
              try {
                return instant(name, OffsetDateTime.parse(text));
              } catch (DateTimeException e) {
                throw new InvalidException(
                    name, "\"" + text + "\" is no time with offset such as 2026-12-01T09:00:00Z");
              }
            });
  }

  /** A time with offset that the query must have. */
  public static Instant requiredTime(Context ctx, String name) {
    return time(ctx, name).orElseThrow(() -> new InvalidException(name, "is missing"));
  }

  /** The form of an answer that is wanted, by parameter or {@code Accept}: json, csv or html. */
  public static String format(Context ctx) {
    return query(ctx, "format")
        .orElseGet(
            () -> {
              String accept = String.valueOf(ctx.header("Accept"));
              if (accept.contains("text/html")) {
                return "html";
              }
              return accept.contains("text/csv") ? "csv" : "json";
            });
  }

  /** Answers with rows. */
  public static void csv(Context ctx, String rows) {
    ctx.contentType("text/csv; charset=utf-8").result(rows);
  }

  /** Answers with a page. */
  public static void html(Context ctx, String page) {
    ctx.contentType("text/html; charset=utf-8").result(page);
  }

  /** Refuses the NUL character, which no address or name has and PostgreSQL cannot store. */
  public static void refuseNul(Context ctx) {
    ctx.pathParamMap()
        .forEach(
            (name, value) -> {
              if (value.indexOf('\0') >= 0) {
                throw new ProblemException(
                    404, "not-found", "Not found", "The " + name + " has a NUL character.");
              }
            });
    ctx.queryParamMap()
        .forEach(
            (name, values) -> {
              if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
                throw new InvalidException(name.replace("\0", ""), "has a NUL character");
              }
            });
  }

  public static Optional<String> query(Context ctx, String name) {
    return Optional.ofNullable(ctx.queryParam(name)).filter(value -> !value.isEmpty());
  }

  public static Optional<Long> number(Context ctx, String name) {
    return query(ctx, name)
        .map(
            text -> {
              if (!text.matches("\\d{1,18}")) {
                throw new InvalidException(name, "\"" + text + "\" is not a number");
              }
              return Long.parseLong(text);
            });
  }

  /**
   * The values that a parameter names, separated by commas.
   *
   * @param what they are, such as "state of a campaign"
   */
  public static <E> Set<E> several(
      Context ctx, String name, Function<String, Optional<E>> parser, String what) {
    return query(ctx, name).stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(
            id ->
                parser
                    .apply(id)
                    .orElseThrow(() -> new InvalidException(name, "\"" + id + "\" is no " + what)))
        .collect(Collectors.toSet());
  }

  /**
   * Refuses query parameters that a route does not know, so that a typo does not pass for a filter.
   */
  public static void allowQuery(Context ctx, String... names) {
    Set<String> known = Set.of(names);
    for (String name : ctx.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw new ProblemException(
            400,
            "unknown-parameter",
            "Unknown query parameter",
            "There is no parameter \""
                + name
                + "\" here; known: "
                + String.join(", ", names)
                + ".");
      }
    }
  }

  public static int limit(Context ctx) {
    long limit = number(ctx, "limit").orElse((long) DEFAULT_PAGE);
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidException("limit", "is not within 1.." + MAX_PAGE);
    }
    return (int) limit;
  }

  public static Optional<Long> cursor(Context ctx) {
    return number(ctx, "cursor");
  }

  public static void json(Context ctx, Object value) {
    ctx.contentType(JSON).result(Json.write(value));
  }

  public static <T, V> void listing(Context ctx, Page<T> page, Function<T, V> view) {
    json(
        ctx,
        new Listing<>(page.items().stream().map(view).toList(), page.next().map(String::valueOf)));
  }

  /** 201 with the place of what was made. */
  public static void created(Context ctx, String location, Object value) {
    ctx.status(201).header("Location", location);
    json(ctx, value);
  }

  public static void authenticated(Context ctx, ApiKey key) {
    ctx.attribute(KEY, key);
  }

  /** The key that a call was made with. */
  public static ApiKey key(Context ctx) {
    ApiKey key = ctx.attribute(KEY);
    if (key == null) {
      throw new IllegalStateException("the route is open");
    }
    return key;
  }

  public static EmailAddress address(String field, String written) {
    try {
      return EmailAddress.parse(written);
    } catch (InvalidAddressException e) {
      throw new InvalidException(field, e.reason());
    }
  }

  /** A domain that was given in a field. */
  public static Domain domain(String field, String written) {
    try {
      return Domain.parse(written);
    } catch (InvalidAddressException e) {
      throw new InvalidException(field, e.reason());
    }
  }
}
