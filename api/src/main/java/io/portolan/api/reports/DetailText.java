package io.portolan.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ReportCommand;
import io.portolan.api.cli.Table;
import io.portolan.api.rates.RatesText;
import io.portolan.metrics.report.Figures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prints the reports of an ISP and of ports as tables. */
public final class DetailText {
  private DetailText() {}

  /** Prints the report of an ISP. */
  public static void isp(JsonNode detail, PrintWriter out) {
    ReportCommand.print(detail.path("report"), out);
    for (String part : List.of("byPath", "bySource", "byDomain")) {
      out.println();
      RatesText.print(detail.path(part), out);
    }
    Table categories = new Table("CATEGORY", "REFUSALS", "SHARE OF ATTEMPTS");
    detail
        .path("total")
        .path("groups")
        .forEach(
            group ->
                group
                    .path("categories")
                    .forEach(
                        category ->
                            categories.add(
                                category.path("category").asText(),
                                Figures.number(category.path("rate").path("count").asLong()),
                                share(category.path("rate")))));
    out.println();
    out.print(categories);
    out.flush();
  }

  /** Prints the report of ports. */
  public static void ports(JsonNode report, PrintWriter out) {
    Table ports =
        new Table(
            "PORT",
            "ROUTE",
            "ATTEMPTS",
            "ACCEPTED",
            "PATH FAILURES",
            "SHARE",
            "KINDS",
            "MEDIAN",
            "P95");
    for (JsonNode port : report.path("ports")) {
      List<String> kinds = new ArrayList<>();
      port.path("failuresByKind")
          .forEachEntry((kind, count) -> kinds.add(kind + " " + Figures.number(count.asLong())));
      ports.add(
          port.path("port").asText(),
          port.path("route").asText(),
          Figures.number(port.path("attempts").asLong()),
          Figures.number(port.path("accepted").asLong()),
          Figures.number(port.path("pathFailures").asLong()),
          share(port.path("pathFailureRate")),
          String.join(", ", kinds),
          millis(port.path("medianMillis")),
          millis(port.path("p95Millis")));
    }
    out.print(ports);
    for (JsonNode verdict : report.path("verdicts")) {
      out.println(
          "Port "
              + verdict.path("port").asText()
              + " is "
              + verdict.path("verdict").asText()
              + " since "
              + verdict.path("since").asText()
              + ": "
              + verdict.path("words").asText());
    }
    for (JsonNode change : report.path("changes")) {
      out.println(
          change.path("at").asText()
              + " port "
              + change.path("port").asText()
              + " turned from "
              + change.path("from").asText()
              + " to "
              + change.path("to").asText()
              + ": "
              + change.path("words").asText());
    }
    out.flush();
  }

  private static String share(JsonNode rate) {
    return rate.path("of").asLong() == 0
        ? "-"
        : Figures.share(
            rate.path("value").asDouble(),
            rate.path("low").asDouble(),
            rate.path("high").asDouble());
  }

  private static String millis(JsonNode millis) {
    return millis.isNumber() ? Figures.millis(Optional.of(millis.asLong())) : "-";
  }
}
