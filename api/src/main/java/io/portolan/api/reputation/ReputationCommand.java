package io.portolan.api.reputation;

import static io.portolan.api.reports.SpanOptions.parameter;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import io.portolan.api.reports.CsvOption;
import io.portolan.api.reports.PageOption;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.reputation.Component;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code portolan reputation}: how ISPs are likely to see who sends, and how far limits are. */
@Command(
    name = "reputation",
    description =
        "Shows scores of reputation by ISP, source or relay, and sending domain, how they move, and"
            + " how far they are from the limits in force.")
public final class ReputationCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Option(names = "--isp", description = "At this ISP alone.")
  private Optional<String> isp = Optional.empty();

  @Option(names = "--route", description = "Of this route alone: direct, or a relay's name.")
  private Optional<String> route = Optional.empty();

  @Option(names = "--source", description = "Of direct mail from this local address alone.")
  private Optional<String> source = Optional.empty();

  @Option(names = "--domain", description = "Of this sending domain alone.")
  private Optional<String> domain = Optional.empty();

  @Option(names = "--span", description = "What is scored: the last 24h, 7d or 30d (default: 7d).")
  private Optional<String> span = Optional.empty();

  @Option(names = "--until", description = "The spans' end, in whole hours (default: now).")
  private Optional<String> until = Optional.empty();

  @Mixin private final CsvOption csv = new CsvOption();
  @Mixin private final PageOption page = new PageOption();

  @Option(names = "--limits", description = "With --csv: the distances from limits instead.")
  private boolean limits;

  @Override
  public Integer call() throws IOException {
    String path =
        "/api/v1/reports/reputation?"
            + parameter("isp", isp)
            + parameter("route", route)
            + parameter("source", source)
            + parameter("domain", domain)
            + parameter("span", span)
            + parameter("until", until);
    try (ApiClient client = remote.client()) {
      if (!page.write(remote, client, path)
          && !csv.print(remote, client, path + (limits ? "part=limits&" : ""))) {
        remote.show(client.get(path + "format=json"), this::print);
      }
    }
    return 0;
  }

  private void print(JsonNode report) {
    if (report.path("signals").isEmpty()) {
      remote.say("Nothing was offered to a peer in this span.");
      return;
    }
    List<String> header = new ArrayList<>(List.of("ISP", "SENDER", "DOMAIN", "OVERALL"));
    for (Component component : Component.values()) {
      header.add(component.title().toUpperCase(Locale.ROOT));
    }
    header.add("ATTEMPTS");
    Table table = new Table(header.toArray(String[]::new));
    report.path("signals").forEach(signal -> table.add(row(signal)));
    remote.out().print(table);
    remote.say("Points from 0 to 100; - where too little is known.");
    remote.say("");
    report.path("signals").forEach(this::why);
    List<String> moved = new ArrayList<>();
    report.path("signals").forEach(signal -> moved(signal, moved));
    remote.say(moved.isEmpty() ? "Nothing moved clearly." : "What moved:");
    moved.forEach(remote::say);
    remote.say("");
    remote.say("Limits in force:");
    remote.say("  " + report.path("inForce").path("words").asText());
    report.path("limits").forEach(limit -> remote.say("  " + limit.path("words").asText()));
    if (!report.path("complete").asBoolean()) {
      remote.say("There are more senders; ask for one with --isp, --route, --source or --domain.");
    }
  }

  private static Object[] row(JsonNode signal) {
    List<Object> row = new ArrayList<>();
    row.add(signal.path("isp").asText());
    row.add(signal.path("sender").asText());
    row.add(or(signal.path("domain").asText()));
    row.add(points(signal.path("overall")));
    signal.path("components").forEach(component -> row.add(points(component)));
    JsonNode counts = signal.path("counts");
    long attempts = 0;
    for (String part : List.of("accepted", "hardBounced", "softBounced", "blocked", "deferrals")) {
      attempts += counts.path(part).asLong();
    }
    row.add(Figures.number(attempts));
    return row.toArray();
  }

  private void why(JsonNode signal) {
    remote.say(who(signal) + ": " + signal.path("overall").path("words").asText() + ".");
    String weakest = signal.path("overall").path("weakest").asText();
    for (JsonNode component : signal.path("components")) {
      if (component.path("component").asText().equals(weakest)) {
        remote.say(
            "  " + component.path("title").asText() + ": " + component.path("words").asText());
      }
    }
  }

  private static void moved(JsonNode signal, List<String> lines) {
    for (JsonNode trend : signal.path("trends")) {
      if (List.of("rising", "falling", "too-early").contains(trend.path("direction").asText())) {
        lines.add("  " + who(signal) + ": " + trend.path("words").asText());
      }
    }
  }

  private static String who(JsonNode signal) {
    String domain = signal.path("domain").asText();
    return signal.path("isp").asText()
        + " "
        + signal.path("sender").asText()
        + (domain.isEmpty() ? "" : ", " + domain);
  }

  private static String or(String value) {
    return value.isEmpty() ? "-" : value;
  }

  private static String points(JsonNode scored) {
    JsonNode score = scored.path("score");
    return score.isObject() ? Long.toString(Math.round(score.path("value").asDouble())) : "-";
  }
}
