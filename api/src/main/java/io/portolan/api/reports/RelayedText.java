package io.portolan.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.metrics.report.Figures;
import java.io.PrintWriter;

/** Says what is not known of mail that relays accepted, and of which mail rates say nothing. */
public final class RelayedText {
  private RelayedText() {}

  /** Prints both for a report; nothing where all is known. */
  public static void ofReport(JsonNode report, PrintWriter out) {
    print(report.path("relays"), out);
    report.path("leftOut").forEach(sentence -> out.println(sentence.asText()));
  }

  /** Prints a line for each {@link RelayedView}; nothing where all is known. */
  public static void print(JsonNode relays, PrintWriter out) {
    relays.forEach(
        relay ->
            out.println(
                "Relayed: "
                    + Figures.number(relay.path("relayed").asLong())
                    + ". "
                    + relay.path("note").asText()));
  }
}
