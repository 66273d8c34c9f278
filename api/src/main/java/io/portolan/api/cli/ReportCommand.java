package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.reports.CohortText;
import io.portolan.api.reports.CsvOption;
import io.portolan.api.reports.DetailText;
import io.portolan.api.reports.PageOption;
import io.portolan.api.reports.RelayedText;
import io.portolan.api.reports.SpanOptions;
import io.portolan.api.schedule.ReportScheduleCommand;
import io.portolan.metrics.report.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portolan report}: a campaign's bounce report, or that of a span, an ISP or ports. */
@Command(
    name = "report",
    description =
        "Shows the bounce report of a campaign, by ISP, route and port; or of a span, of one ISP or of"
            + " the ports in a span.",
    subcommands = ReportScheduleCommand.class)
public final class ReportCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Parameters(
      paramLabel = "CAMPAIGN",
      arity = "0..1",
      description = "Id or name; left out for all campaigns of a span.")
  private Optional<String> campaign = Optional.empty();

  @Mixin private final SpanOptions span = new SpanOptions();
  @Mixin private final CsvOption csv = new CsvOption();
  @Mixin private final PageOption page = new PageOption();

  @Option(names = "--isp", description = "With a span: the mail to this ISP, in detail.")
  private Optional<String> isp = Optional.empty();

  @Option(names = "--ports", description = "With a span: how each port did.")
  private boolean ports;

  @Option(names = "--replies", description = "With --csv: the top replies instead.")
  private boolean replies;

  @Option(names = "--funnel", description = "With --csv: what became of the planned instead.")
  private boolean funnel;

  @Option(names = "--cohorts", description = "What came back, by hour or day of sending, instead.")
  private boolean cohorts;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (ApiClient client = remote.client()) {
      String path = path(client);
      if (!page.write(remote, client, path) && !csv.print(remote, client, path + part())) {
        remote.show(client.get(path + "format=json"), this::printAsAsked);
      }
    }
    return 0;
  }

  private void printAsAsked(JsonNode report) {
    if (isp.isPresent()) {
      DetailText.isp(report, remote.out());
    } else if (ports) {
      DetailText.ports(report, remote.out());
    } else if (cohorts) {
      CohortText.print(report, remote.out());
    } else {
      print(report, remote.out());
    }
  }

  private String part() {
    if (cohorts) {
      return "part=cohorts&";
    }
    return replies ? "part=replies&" : funnel ? "part=funnel&" : "";
  }

  /** The report's address, up to further parameters. */
  private String path(ApiClient client) {
    boolean isDetail = isp.isPresent() || ports;
    if (Stream.of(isp.isPresent(), ports, replies, funnel, cohorts).filter(is -> is).count() > 1) {
      throw new ParameterException(
          spec.commandLine(), "Give one of --isp, --ports, --replies, --funnel and --cohorts.");
    }
    if (campaign.isPresent() && span.isEmpty() && !isDetail) {
      return "/api/v1/reports/campaigns/"
          + remote.find(client, "campaign", "/api/v1/campaigns", campaign.get())
          + "?";
    }
    if (campaign.isEmpty() && span.isWhole()) {
      String kind = isp.map(id -> "isps/" + ApiClient.encode(id)).orElse(ports ? "ports" : "span");
      return "/api/v1/reports/" + kind + "?" + span.query();
    }
    throw new ParameterException(
        spec.commandLine(), "Give a campaign, or a span by --from and --until.");
  }

  /** Prints a report as tables. */
  public static void print(JsonNode report, PrintWriter out) {
    Table table =
        new Table(
            "ISP",
            "PATH",
            "ACCEPTED",
            "OF THESE RELAYED",
            "HARD",
            "SOFT",
            "BLOCKED",
            "DEFERRALS",
            "OF THESE BLOCKS",
            "PATH FAILURES",
            "NOT SENT",
            "EXPIRED",
            "HARD BOUNCE RATE",
            "SOFT",
            "BLOCK",
            "DEFERRAL",
            "REPUTATION",
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
    funnel(report, out);
    feedback(report, out);
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

  /** What became of the planned, in parts that add up to it, and what relays have not told. */
  private static void funnel(JsonNode report, PrintWriter out) {
    JsonNode funnel = report.path("funnel");
    double planned = funnel.path("planned").asDouble();
    Table table = new Table("OF ALL", "MESSAGES", "SHARE");
    for (Map.Entry<String, JsonNode> part : funnel.properties()) {
      long count = part.getValue().asLong();
      table.add(
          part.getKey().replace("notSent", "not sent"),
          Figures.number(count),
          planned > 0 ? Figures.percent(count / planned) : "-");
    }
    out.println();
    out.print(table);
    RelayedText.ofReport(report, out);
  }

  /** What came back, and what may still come. */
  private static void feedback(JsonNode report, PrintWriter out) {
    JsonNode total = report.path("total");
    JsonNode returned = total.path("counts").path("returned");
    out.println();
    out.println(
        "Came back: "
            + number(returned, "hardBounced")
            + " hard, "
            + number(returned, "softBounced")
            + " soft bounces, "
            + number(returned, "blocked")
            + " blocks, "
            + number(returned, "complaints")
            + " complaints (rate "
            + share(total.path("complaintRate"))
            + " of "
            + Figures.number(total.path("complaintRate").path("of").asLong())
            + " accepted where complaints are known to come back), "
            + number(returned, "unsubscribes")
            + " unsubscribed. More may come about "
            + Figures.number(report.path("pending").asLong())
            + " accepted lately.");
  }

  private static void row(Table table, String isp, String path, JsonNode part, boolean ended) {
    JsonNode counts = part.path("counts");
    table.add(
        isp,
        path,
        number(counts, "accepted"),
        number(part, "relayed"),
        number(counts, "hardBounced"),
        number(counts, "softBounced"),
        number(counts, "blocked"),
        number(counts, "deferrals"),
        number(counts, "blockedDeferrals"),
        number(counts, "pathFailures"),
        ended ? number(counts, "notSent") : "",
        ended ? number(counts, "expired") : "",
        share(part.path("hardBounceRate")),
        percent(part.path("softBounceRate")),
        percent(part.path("blockRate")),
        percent(part.path("deferralRate")),
        percent(part.path("reputationRate")),
        millis(part.path("acceptTimes").path("medianMillis")),
        millis(part.path("acceptTimes").path("p95Millis")));
  }

  private static String number(JsonNode counts, String field) {
    return Figures.number(counts.path(field).asLong());
  }

  private static String share(JsonNode rate) {
    return rate.path("of").asLong() == 0
        ? "-"
        : Figures.share(
            rate.path("value").asDouble(),
            rate.path("low").asDouble(),
            rate.path("high").asDouble());
  }

  private static String percent(JsonNode rate) {
    return rate.path("of").asLong() == 0 ? "-" : Figures.percent(rate.path("value").asDouble());
  }

  private static String millis(JsonNode millis) {
    return millis.isNumber() ? Figures.millis(Optional.of(millis.asLong())) : "-";
  }
}
