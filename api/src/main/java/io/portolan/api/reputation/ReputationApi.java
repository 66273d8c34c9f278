package io.portolan.api.reputation;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.metrics.page.ReputationPage;
import io.portolan.metrics.reputation.Reputation;
import io.portolan.metrics.reputation.Reputation.Filter;
import io.portolan.metrics.reputation.ReputationCsv;
import io.portolan.metrics.reputation.ReputationReader;
import io.portolan.metrics.reputation.Window;
import java.time.Instant;
import java.time.InstantSource;

/** The reputation report, as JSON, CSV or a page. */
public final class ReputationApi {
  private final ReputationReader reader;
  private final InstantSource clock;

  public ReputationApi(ReputationReader reader, InstantSource clock) {
    this.reader = reader;
    this.clock = clock;
  }

  /** Adds the route. */
  public void routes(RoutesConfig routes) {
    routes.get("/api/v1/reports/reputation", this::reputation, Access.READ);
  }

  private void reputation(Context ctx) {
    Requests.allowQuery(ctx, "isp", "route", "source", "domain", "span", "until", "format", "part");
    Filter filter =
        new Filter(
            Requests.query(ctx, "isp"),
            Requests.query(ctx, "route"),
            Requests.query(ctx, "source"),
            Requests.query(ctx, "domain"));
    Window window = Requests.query(ctx, "span").map(ReputationApi::window).orElse(Window.WEEK);
    String format = Requests.format(ctx);
    String part = Requests.query(ctx, "part").orElse("scores");
    Instant at = Requests.time(ctx, "until").orElseGet(clock::instant);
    Reputation reputation = reader.read(filter, window, at);
    switch (format) {
      case "json" -> Requests.json(ctx, ReputationView.of(reputation));
      case "csv" -> Requests.csv(ctx, csv(part, reputation));
      case "html" -> Requests.html(ctx, ReputationPage.write(reputation));
      default -> throw new InvalidException("format", "is none of json, csv and html");
    }
  }

  private static String csv(String part, Reputation reputation) {
    return switch (part) {
      case "scores" -> ReputationCsv.write(reputation);
      case "limits" -> ReputationCsv.writeDistances(reputation);
      default -> throw new InvalidException("part", "is neither scores nor limits");
    };
  }

  private static Window window(String id) {
    return Window.of(id)
        .orElseThrow(
            () -> new InvalidException("span", "\"" + id + "\" is none of 24h, 7d and 30d"));
  }
}
