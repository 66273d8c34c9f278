package io.portolan.api.rates;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.RateKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code portolan rates}: rates of a span by any dimensions. */
@Command(
    name = "rates",
    description =
        "Shows rates of a span of time with their bounds, by campaign, ISP, platform, route, port,"
            + " TLS mode, source or sending domain.")
public final class RatesCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "DIMENSION",
      description =
          "What to tell apart: campaign, isp, platform, route, port, tls, source, domain; several"
              + " separated by commas (default: isp).")
  private List<String> by = List.of("isp");

  @Option(
      names = "--only",
      paramLabel = "DIMENSION=VALUE",
      description = "Only what has this value, such as isp=gmail; may be repeated.")
  private Map<String, String> only = new TreeMap<>();

  @Option(
      names = "--from",
      description = "Start, such as 2026-12-01T00:00:00Z (default: a day before the end).")
  private Optional<String> from = Optional.empty();

  @Option(names = "--until", description = "End, exclusive (default: now).")
  private Optional<String> until = Optional.empty();

  @Option(names = "--csv", description = "Print CSV, with all rates and their bounds.")
  private boolean csv;

  @Override
  public Integer call() {
    StringBuilder path =
        new StringBuilder("/api/v1/rates?by=").append(ApiClient.encode(String.join(",", by)));
    from.ifPresent(it -> path.append("&from=").append(ApiClient.encode(it)));
    until.ifPresent(it -> path.append("&until=").append(ApiClient.encode(it)));
    only.forEach(
        (name, value) ->
            path.append('&')
                .append(ApiClient.encode(name))
                .append('=')
                .append(ApiClient.encode(value)));
    try (ApiClient client = remote.client()) {
      if (csv) {
        remote.out().print(client.getText(path + "&format=csv", "text/csv"));
        remote.out().flush();
      } else {
        remote.show(client.get(path + "&format=json"), this::print);
      }
    }
    return 0;
  }

  private void print(JsonNode rates) {
    List<String> header = new ArrayList<>();
    by.forEach(name -> header.add(name.toUpperCase(Locale.ROOT)));
    header.add("ACCEPTED");
    for (RateKind kind : RateKind.values()) {
      header.add(kind.column().replace('_', ' ').toUpperCase(Locale.ROOT));
    }
    header.add("MEDIAN");
    header.add("P95");
    Table table = new Table(header.toArray(String[]::new));
    for (JsonNode group : rates.path("groups")) {
      List<Object> row = new ArrayList<>();
      by.forEach(name -> row.add(name(group.path("key").path(name).asText())));
      row.add(Figures.number(group.path("counts").path("accepted").asLong()));
      for (RateKind kind : RateKind.values()) {
        row.add(share(group.path("rates").path(kind.property())));
      }
      row.add(millis(group.path("acceptTimes").path("p50Millis")));
      row.add(millis(group.path("acceptTimes").path("p95Millis")));
      table.add(row.toArray());
    }
    remote.out().print(table);
    long unconfirmed = 0;
    for (JsonNode group : rates.path("groups")) {
      unconfirmed += group.path("unconfirmed").asLong();
    }
    if (unconfirmed > 0) {
      remote.say(
          Figures.number(unconfirmed)
              + " were taken by a relay that has not said what became of them. Rates of relays rest"
              + " on what the relay answered until its events arrive.");
    }
    if (!rates.path("complete").asBoolean()) {
      remote.say("There are more groups; ask for one with --only.");
    }
  }

  private static String name(String value) {
    return value.isEmpty() ? "-" : value;
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
