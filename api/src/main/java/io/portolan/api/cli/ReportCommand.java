package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan report}: a campaign's bounce report. */
@Command(
    name = "report",
    description = "Shows the bounce report of a campaign, by ISP, route and port.")
public final class ReportCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Parameters(paramLabel = "CAMPAIGN", description = "Id or name.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String campaign;

  @Option(names = "--csv", description = "Print CSV.")
  private boolean csv;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as a page into this file.")
  private Optional<Path> html = Optional.empty();

  @Override
  public Integer call() throws IOException {
    try (ApiClient client = remote.client()) {
      String path =
          "/api/v1/reports/campaigns/"
              + remote.find(client, "campaign", "/api/v1/campaigns", campaign);
      if (html.isPresent()) {
        Files.writeString(html.get(), client.getText(path + "?format=html", "text/html"));
        remote.say("The report is in " + html.get() + ".");
      } else if (csv) {
        remote.out().print(client.getText(path + "?format=csv", "text/csv"));
        remote.out().flush();
      } else {
        remote.show(client.get(path + "?format=json"), report -> print(report, remote.out()));
      }
    }
    return 0;
  }

  /** Prints a report as tables. */
  public static void print(JsonNode report, PrintWriter out) {
    Table table =
        new Table(
            "ISP",
            "PATH",
            "ACCEPTED",
            "HARD",
            "SOFT",
            "BLOCKED",
            "DEFERRALS",
            "PATH FAILURES",
            "EXPIRED",
            "HARD BOUNCE RATE",
            "MEDIAN",
            "P95");
    for (JsonNode isp : report.path("isps")) {
      row(table, isp.path("isp").asText(), "all", isp.path("total"), true);
      for (JsonNode path : isp.path("paths")) {
        row(
            table,
            "",
            path.path("route").asText()
                + ":"
                + path.path("port").asInt()
                + " "
                + path.path("tls").asText(),
            path.path("total"),
            false);
      }
    }
    row(table, "all", "", report.path("total"), true);
    out.print(table);
    JsonNode replies = report.path("topReplies");
    if (!replies.isEmpty()) {
      Table top = new Table("COUNT", "ISP", "CODE", "CATEGORY", "OUTCOME", "REPLY");
      replies.forEach(
          reply ->
              top.add(
                  reply.path("count").asText(),
                  reply.path("isp").asText(),
                  (reply.path("code").asText() + " " + reply.path("enhanced").asText()).strip(),
                  reply.path("category").asText(),
                  reply.path("outcome").asText(),
                  reply.path("sample").asText()));
      out.println();
      out.print(top);
    }
    out.flush();
  }

  private static void row(Table table, String isp, String path, JsonNode part, boolean ended) {
    JsonNode counts = part.path("counts");
    table.add(
        isp,
        path,
        number(counts, "accepted"),
        number(counts, "hardBounced"),
        number(counts, "softBounced"),
        number(counts, "blocked"),
        number(counts, "deferrals"),
        number(counts, "pathFailures"),
        ended ? number(counts, "expired") : "",
        rate(part.path("hardBounceRate")),
        millis(part.path("acceptTimes").path("medianMillis")),
        millis(part.path("acceptTimes").path("p95Millis")));
  }

  private static String number(JsonNode counts, String field) {
    return String.format(Locale.ROOT, "%,d", counts.path(field).asLong());
  }

  private static String rate(JsonNode rate) {
    if (rate.path("of").asLong() == 0) {
      return "-";
    }
    return String.format(
        Locale.ROOT,
        "%.2f %% [%.2f, %.2f]",
        100 * rate.path("value").asDouble(),
        100 * rate.path("low").asDouble(),
        100 * rate.path("high").asDouble());
  }

  private static String millis(JsonNode millis) {
    return millis.isNumber() ? String.format(Locale.ROOT, "%,d ms", millis.asLong()) : "-";
  }
}
