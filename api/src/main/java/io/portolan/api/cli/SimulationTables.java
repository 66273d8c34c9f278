package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.metrics.report.Figures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A simulation of a policy as tables. Holds no state. */
final class SimulationTables {
  private SimulationTables() {}

  /** The query for a span; what is not given is left to the API. */
  static String span(@Nullable String from, @Nullable String to) {
    String query =
        Stream.of(parameter("from", from), parameter("to", to))
            .flatMap(Optional::stream)
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? "" : "?" + query;
  }

  private static Optional<String> parameter(String name, @Nullable String value) {
    return Optional.ofNullable(value).map(text -> name + "=" + ApiClient.encode(text));
  }

  /**
   * Prints a simulation.
   *
   * @param draft what was simulated: a file or a version
   */
  static void print(String draft, JsonNode simulation, PrintWriter out) {
    out.println(
        (draft.matches("\\d+") ? "Version " + draft : draft)
            + " beside the active version "
            + simulation.path("activeVersion").asText()
            + ", from "
            + simulation.path("from").asText()
            + " to "
            + simulation.path("to").asText());
    out.println();
    out.println(totals(simulation));
    if (!simulation.path("paths").isEmpty()) {
      out.println(paths(simulation.path("paths")));
      out.println(platforms(simulation.path("platforms")));
    }
    simulation.path("known").forEach(line -> out.println("Known: " + line.asText()));
    simulation.path("assumed").forEach(line -> out.println("Assumed: " + line.asText()));
  }

  private static Table totals(JsonNode simulation) {
    Table table = new Table("", "ACTIVE", "DRAFT");
    for (List<String> line :
        List.of(
            List.of("deliveries sent", "deliveries"),
            List.of("path failures", "pathFailures"),
            List.of("held for want of an open path", "held"),
            List.of("of them not sent in the span", "unsent"))) {
      table.add(
          line.getFirst(),
          number(simulation.path("active").path(line.getLast())),
          number(simulation.path("draft").path(line.getLast())));
    }
    for (List<String> line :
        List.of(
            List.of("time lost to path failures", "failureMillis"),
            List.of("expected duration, all due at once", "expectedMillis"))) {
      table.add(
          line.getFirst(),
          millis(simulation.path("active").path(line.getLast())),
          millis(simulation.path("draft").path(line.getLast())));
    }
    return table;
  }

  private static Table paths(JsonNode rows) {
    Table table =
        new Table(
            "ISP", "PATH", "RECORDED", "ACTIVE", "DRAFT", "FAILURES", "AVOIDED", "ADDED", "HEALTH");
    for (JsonNode row : rows) {
      table.add(
          row.path("isp").asText(),
          row.path("route").asText() + ":" + row.path("port").asText(),
          number(row.path("recorded").path("deliveries")),
          number(row.path("active").path("deliveries")),
          number(row.path("draft").path("deliveries")),
          number(row.path("active").path("pathFailures")),
          number(row.path("avoidedFailures")),
          number(row.path("addedFailures")),
          row.path("isHealthKnown").asBoolean() ? "known" : "assumed open");
    }
    return table;
  }

  private static Table platforms(JsonNode rows) {
    Table table =
        new Table(
            "PLATFORM", "POLICY", "ROW", "PEAK RATE", "LIMIT", "CONNECTIONS", "LIMIT", "TAKES", "");
    for (JsonNode row : rows) {
      for (String policy : List.of("active", "draft")) {
        JsonNode load = row.path(policy);
        table.add(
            row.path("platform").asText(),
            policy,
            load.path("rule").asText(),
            perSecond(load.path("peakPerSecond").asDouble()),
            load.path("limitPerSecond").asDouble() == 0
                ? "none"
                : perSecond(load.path("limitPerSecond").asDouble()),
            number(load.path("peakConnections")),
            number(load.path("limitConnections")),
            millis(load.path("expectedMillis")),
            within(load.path("isWithin")));
      }
    }
    return table;
  }

  private static String within(JsonNode isWithin) {
    if (!isWithin.isBoolean()) {
      return "limits hold for each domain";
    }
    return isWithin.asBoolean() ? "" : "above the limits: mail waits";
  }

  private static String number(JsonNode value) {
    return Figures.number(value.asLong());
  }

  private static String millis(JsonNode value) {
    return Figures.millis(Optional.of(value.asLong()));
  }

  private static String perSecond(double rate) {
    return String.format(Locale.ROOT, "%.1f/s", rate);
  }
}
