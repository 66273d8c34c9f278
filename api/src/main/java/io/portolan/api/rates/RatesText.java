package io.portolan.api.rates;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.Table;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.RateKind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Prints rates as a table. */
public final class RatesText {
  private RatesText() {}

  /** Prints what {@link RatesView} holds, and what has to be known to read it. */
  public static void print(JsonNode rates, PrintWriter out) {
    List<String> by = new ArrayList<>();
    rates.path("by").forEach(name -> by.add(name.asText()));
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
    out.print(table);
    rates.path("leftOut").forEach(sentence -> out.println(sentence.asText()));
    if (!rates.path("complete").asBoolean()) {
      out.println("There are more groups; ask for one with --only.");
    }
    out.flush();
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
