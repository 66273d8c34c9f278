package io.portolan.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.metrics.report.Figures;
import java.io.PrintWriter;

/** Says of mail that relays accepted what is not known, and whether it will be. */
public final class RelayedText {
  private RelayedText() {}

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
