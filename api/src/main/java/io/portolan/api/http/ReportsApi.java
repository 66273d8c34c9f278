package io.portolan.api.http;

import static io.portolan.api.http.Requests.id;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.core.InvalidException;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.ReportCsv;
import io.portolan.metrics.report.ReportHtml;
import io.portolan.metrics.report.ReportStore;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Reports, as JSON, CSV or a page. */
final class ReportsApi {
  private final ReportStore reports;

  ReportsApi(ReportStore reports) {
    this.reports = reports;
  }

  void routes(RoutesConfig routes) {
    routes.get("/api/v1/reports/campaigns/{id}", this::campaign, Access.READ);
    routes.get("/api/v1/reports/span", this::span, Access.READ);
  }

  private void campaign(Context ctx) {
    Requests.allowQuery(ctx, "format", "part");
    answer(ctx, reports.ofCampaign(id(ctx, "id")));
  }

  private void span(Context ctx) {
    Requests.allowQuery(ctx, "from", "until", "format", "part");
    answer(ctx, reports.ofSpan(required(ctx, "from"), required(ctx, "until")));
  }

  private static Instant required(Context ctx, String name) {
    return instant(ctx, name).orElseThrow(() -> new InvalidException(name, "is missing"));
  }

  /** A time with offset in the query. */
  static Optional<Instant> instant(Context ctx, String name) {
    return Requests.query(ctx, name)
        .map(
            text -> {
              try {
                return Requests.instant(name, OffsetDateTime.parse(text));
              } catch (DateTimeException e) {
                throw new InvalidException(
                    name, "\"" + text + "\" is no time with offset such as 2026-12-01T09:00:00Z");
              }
            });
  }

  private static void answer(Context ctx, Report report) {
    switch (format(ctx)) {
      case "json" -> Requests.json(ctx, ReportView.of(report));
      case "csv" -> ctx.contentType("text/csv; charset=utf-8").result(csv(ctx, report));
      case "html" -> ctx.contentType("text/html; charset=utf-8").result(ReportHtml.write(report));
      default -> throw new InvalidException("format", "is none of json, csv and html");
    }
  }

  private static String csv(Context ctx, Report report) {
    return switch (Requests.query(ctx, "part").orElse("rows")) {
      case "rows" -> ReportCsv.write(report);
      case "replies" -> ReportCsv.writeReplies(report);
      default -> throw new InvalidException("part", "is neither rows nor replies");
    };
  }

  private static String format(Context ctx) {
    return Requests.query(ctx, "format")
        .orElseGet(
            () -> {
              String accept = String.valueOf(ctx.header("Accept"));
              if (accept.contains("text/html")) {
                return "html";
              }
              return accept.contains("text/csv") ? "csv" : "json";
            });
  }
}
