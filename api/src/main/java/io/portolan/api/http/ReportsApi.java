package io.portolan.api.http;

import static io.portolan.api.http.Requests.id;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.api.comparison.ComparisonView;
import io.portolan.api.rates.RatesView;
import io.portolan.api.reports.ReportView;
import io.portolan.core.InvalidException;
import io.portolan.core.database.AtOnce;
import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.comparison.Comparer;
import io.portolan.metrics.comparison.Comparison;
import io.portolan.metrics.page.ComparisonPage;
import io.portolan.metrics.page.ReportPage;
import io.portolan.metrics.report.Breakdown;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.BreakdownStore;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.ReportCsv;
import io.portolan.metrics.report.ReportStore;
import io.portolan.metrics.report.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reports, as JSON, CSV or a page. */
final class ReportsApi {
  private static final int LAST_PORT = 65_535;
  private static final Duration DEFAULT_SPAN = Duration.ofDays(1);

  private final ReportStore reports;
  private final BreakdownStore breakdowns;
  private final RelayReporting reporting;
  private final InstantSource clock;

  ReportsApi(Stores stores, InstantSource clock) {
    reports = stores.reports();
    breakdowns = stores.breakdowns();
    reporting = stores.relayReporting();
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.get("/api/v1/reports/campaigns/{id}", this::campaign, Access.READ);
    routes.get("/api/v1/reports/span", this::span, Access.READ);
    routes.get("/api/v1/reports/compare", this::compare, Access.READ);
    routes.get("/api/v1/rates", this::rates, Access.READ);
  }

  private void campaign(Context ctx) {
    Requests.allowQuery(ctx, "format", "part");
    answer(ctx, reports.ofCampaign(id(ctx, "id")));
  }

  private void span(Context ctx) {
    Requests.allowQuery(ctx, "from", "until", "format", "part");
    answer(
        ctx,
        reports.ofSpan(Requests.requiredTime(ctx, "from"), Requests.requiredTime(ctx, "until")));
  }

  private void compare(Context ctx) {
    Requests.allowQuery(
        ctx, "before", "after", "from", "until", "beforeFrom", "beforeUntil", "format");
    Optional<Long> before = Requests.number(ctx, "before");
    if (before.isPresent()) {
      for (String name : List.of("from", "until", "beforeFrom", "beforeUntil")) {
        if (Requests.query(ctx, name).isPresent()) {
          throw new InvalidException(name, "is of spans, and before is of campaigns: give one");
        }
      }
      long after =
          Requests.number(ctx, "after")
              .orElseThrow(() -> new InvalidException("after", "is missing"));
      answer(ctx, () -> reports.ofCampaign(before.get()), () -> reports.ofCampaign(after));
      return;
    }
    Instant from = Requests.requiredTime(ctx, "from");
    Instant until = Requests.requiredTime(ctx, "until");
    Instant beforeUntil = Requests.time(ctx, "beforeUntil").orElse(from);
    Instant beforeFrom =
        Requests.time(ctx, "beforeFrom")
            .orElseGet(() -> beforeUntil.minus(Duration.between(from, until)));
    answer(ctx, () -> reports.ofSpan(beforeFrom, beforeUntil), () -> reports.ofSpan(from, until));
  }

  private static void answer(Context ctx, Supplier<Report> before, Supplier<Report> after) {
    Comparison comparison = AtOnce.read(before, after, Comparer::compare);
    switch (Requests.format(ctx)) {
      case "json" -> Requests.json(ctx, ComparisonView.of(comparison));
      case "html" -> Requests.html(ctx, ComparisonPage.write(comparison));
      default -> throw new InvalidException("format", "is neither json nor html");
    }
  }

  private void rates(Context ctx) {
    Requests.allowQuery(
        ctx,
        Stream.concat(
                Stream.of("from", "until", "by", "format"),
                Arrays.stream(Dimension.values()).map(Dimension::id))
            .toArray(String[]::new));
    // until now is until the end of this minute, or the last messages were missing
    Instant until =
        Requests.time(ctx, "until").orElseGet(() -> clock.instant().plus(Duration.ofMinutes(1)));
    Instant from = Requests.time(ctx, "from").orElseGet(() -> until.minus(DEFAULT_SPAN));
    Map<Dimension, String> wanted = new EnumMap<>(Dimension.class);
    for (Dimension dimension : Dimension.values()) {
      Optional<String> value = Optional.ofNullable(ctx.queryParam(dimension.id()));
      if (value.filter(String::isEmpty).isPresent() && !dimension.mayBeEmpty()) {
        throw new InvalidException(dimension.id(), "is empty: give a value, or leave it out");
      }
      value.ifPresent(it -> wanted.put(dimension, it));
    }
    Requests.number(ctx, "campaign");
    Requests.number(ctx, "port").filter(port -> port > LAST_PORT).ifPresent(ReportsApi::refusePort);
    Breakdown breakdown =
        breakdowns.of(
            Span.of(from, until),
            List.copyOf(Requests.several(ctx, "by", Dimension::of, "dimension of rates")),
            wanted);
    switch (Requests.format(ctx)) {
      case "json" -> Requests.json(ctx, RatesView.of(breakdown));
      case "csv" -> Requests.csv(ctx, ReportCsv.write(breakdown));
      default -> throw new InvalidException("format", "is neither json nor csv");
    }
  }

  private static void refusePort(long port) {
    throw new InvalidException("port", port + " is no port");
  }

  private void answer(Context ctx, Report report) {
    switch (Requests.format(ctx)) {
      case "json" -> Requests.json(ctx, ReportView.of(report, reporting));
      case "csv" -> Requests.csv(ctx, csv(ctx, report));
      case "html" -> Requests.html(ctx, ReportPage.write(report, reporting));
      default -> throw new InvalidException("format", "is none of json, csv and html");
    }
  }

  private static String csv(Context ctx, Report report) {
    return switch (Requests.query(ctx, "part").orElse("rows")) {
      case "rows" -> ReportCsv.write(report);
      case "funnel" -> ReportCsv.writeFunnel(report);
      case "replies" -> ReportCsv.writeReplies(report);
      case "cohorts" -> ReportCsv.writeCohorts(report);
      default -> throw new InvalidException("part", "is none of rows, funnel, replies and cohorts");
    };
  }
}
