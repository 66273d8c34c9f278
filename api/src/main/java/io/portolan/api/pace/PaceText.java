package io.portolan.api.pace;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.Table;
import java.util.Locale;

/** Paces as text for a terminal. Holds no state. */
public final class PaceText {
  private PaceText() {}

  /** The answer of {@code GET /pace}. */
  public static String overview(JsonNode answer) {
    JsonNode platforms = answer.path("platforms");
    StringBuilder text = new StringBuilder();
    if (platforms.isEmpty()) {
      text.append("No row of the policy is for a platform, and none has throttled us.\n");
    } else {
      Table table =
          new Table("PLATFORM", "POLICY", "NOW", "CONNECTIONS", "STATE", "SINCE", "UNTIL", "WHY");
      for (JsonNode row : platforms) {
        String each = row.path("scope").asText().equals("node") ? " each node" : "";
        table.add(
            row.path("platform").asText(),
            rate(row.path("policyRate")) + each,
            rate(row.path("rate")),
            connections(row),
            row.path("state").asText(),
            row.path("since").asText("-"),
            row.path("until").asText("-"),
            row.path("why").asText());
      }
      text.append(table);
    }
    JsonNode warmUps = answer.path("warmUps");
    if (!warmUps.isEmpty()) {
      Table table = new Table("WARM-UP OF", "TO", "SINCE", "LATEST DAY", "STEP", "WHY");
      for (JsonNode row : warmUps) {
        table.add(
            row.path("source").asText(),
            row.path("platform").asText(),
            row.path("since").asText(),
            row.path("day").asText(),
            row.path("step").asText(),
            row.path("reason").asText());
      }
      text.append('\n').append(table);
    }
    return text.toString();
  }

  private static String connections(JsonNode row) {
    int most = row.path("policyConnections").asInt();
    return most == 0 ? "-" : row.path("connections").asText() + " of " + most;
  }

  /** The items of {@code GET /pace/history}. */
  public static String changes(JsonNode items) {
    if (items.isEmpty()) {
      return "No platform has throttled us.\n";
    }
    Table table = new Table("AT", "PLATFORM", "WHAT", "FROM", "TO", "RESUMES", "REPLY");
    for (JsonNode row : items) {
      table.add(
          row.path("at").asText(),
          row.path("platform").asText(),
          row.path("kind").asText(),
          rate(row.path("from")),
          rate(row.path("to")),
          row.path("resumesAt").asText("-"),
          row.path("reply").asText());
    }
    return table.toString();
  }

  /** By the second, or by the minute where that is easier to read. */
  private static String rate(JsonNode perSecond) {
    if (perSecond.isMissingNode() || perSecond.isNull()) {
      return "no limit";
    }
    double rate = perSecond.asDouble();
    return rate == 0
        ? "nothing"
        : rate < 1
            ? String.format(Locale.ROOT, "%.1f/min", rate * 60)
            : String.format(Locale.ROOT, "%.1f/s", rate);
  }
}
