package io.portolan.api.reports;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.api.http.Access;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.isp.IspDirectory;
import io.portolan.metrics.page.IspPage;
import io.portolan.metrics.page.PortPage;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.IspDetail;
import io.portolan.metrics.report.PortReport;
import io.portolan.metrics.report.ReportCsv;
import io.portolan.metrics.report.Span;
import java.util.List;
import java.util.Map;

/** The reports of one ISP and of ports in a span of time, as JSON, CSV or a page. */
public final class DetailReportsApi {
  private static final String FORMATS = "is none of json, csv and html";

  private final Stores stores;
  private final IspDirectory isps;

  public DetailReportsApi(Stores stores, IspDirectory isps) {
    this.stores = stores;
    this.isps = isps;
  }

  /** Adds the routes. */
  public void routes(RoutesConfig routes) {
    routes.get("/api/v1/reports/isps/{isp}", this::isp, Access.READ);
    routes.get("/api/v1/reports/ports", this::ports, Access.READ);
  }

  private void isp(Context ctx) {
    Requests.allowQuery(ctx, "from", "until", "format");
    String isp = ctx.pathParam("isp");
    Span span = span(ctx);
    String format = Requests.format(ctx);
    IspDetail detail = IspDetail.read(stores.reports(), stores.breakdowns(), isp, span);
    if (detail.isEmpty() && isps.find(isp).isEmpty()) {
      throw new NotFoundException("ISP", isp);
    }
    switch (format) {
      case "json" -> Requests.json(ctx, IspReportView.of(detail, stores.relayReporting()));
      case "csv" ->
          Requests.csv(
              ctx,
              ReportCsv.write(
                  stores
                      .breakdowns()
                      .of(
                          span,
                          List.of(
                              Dimension.ROUTE,
                              Dimension.PORT,
                              Dimension.TLS,
                              Dimension.SOURCE,
                              Dimension.DOMAIN),
                          Map.of(Dimension.ISP, isp))));
      case "html" -> Requests.html(ctx, IspPage.write(detail, stores.relayReporting()));
      default -> throw new InvalidException("format", FORMATS);
    }
  }

  private void ports(Context ctx) {
    Requests.allowQuery(ctx, "from", "until", "format");
    PortReport report =
        PortReport.read(stores.reports(), stores.breakdowns(), stores.verdicts(), span(ctx));
    switch (Requests.format(ctx)) {
      case "json" -> Requests.json(ctx, PortReportView.of(report));
      case "csv" -> Requests.csv(ctx, ReportCsv.write(report));
      case "html" -> Requests.html(ctx, PortPage.write(report));
      default -> throw new InvalidException("format", FORMATS);
    }
  }

  private static Span span(Context ctx) {
    return Span.of(Requests.requiredTime(ctx, "from"), Requests.requiredTime(ctx, "until"));
  }
}
