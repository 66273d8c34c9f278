package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Advice on the policy as text. Holds no state. */
final class AdviceText {
  private AdviceText() {}

  static void print(JsonNode advice, PrintWriter out) {
    JsonNode recommendations = advice.path("recommendations");
    if (recommendations.isEmpty()) {
      out.println(
          "Nothing to recommend for the active version "
              + advice.path("activeVersion").asText()
              + ".");
    }
    int number = 1;
    for (JsonNode recommendation : recommendations) {
      out.println(number++ + ". " + recommendation.path("reason").asText());
    }
    lines("Hint: ", advice.path("hints"), out);
    lines("Warning: ", advice.path("warnings"), out);
    if (!recommendations.isEmpty()) {
      out.println();
      out.println("Changes of version " + advice.path("activeVersion").asText() + ":");
      lines("  ", advice.path("changes"), out);
      out.println();
    }
    lines("Looked at: ", advice.path("lookedAt"), out);
  }

  private static void lines(String prefix, JsonNode lines, PrintWriter out) {
    lines.forEach(line -> out.println(prefix + line.asText()));
  }
}
