package io.portolan.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.Table;
import io.portolan.metrics.report.Figures;
import java.io.PrintWriter;
import java.util.stream.Stream;

/** Prints what came back, by hour or day of sending, as a table. */
public final class CohortText {
  private CohortText() {}

  /** Prints the cohorts of a report. */
  public static void print(JsonNode report, PrintWriter out) {
    Table table =
        new Table(
            "SENT FROM",
            "HOURS",
            "ACCEPTED",
            "BOUNCED LATER",
            "COMPLAINTS",
            "UNSUBSCRIBED",
            "PENDING");
    for (JsonNode cohort : report.path("cohorts")) {
      table.add(
          Stream.concat(
                  Stream.of(cohort.path("start").asText(), cohort.path("hours").asText()),
                  Stream.of("accepted", "lateBounces", "complaints", "unsubscribes", "pending")
                      .map(field -> Figures.number(cohort.path(field).asLong())))
              .toArray());
    }
    out.print(table);
    out.println(
        "Pending: accepted in the last three days, so that the other numbers may still rise.");
    out.flush();
  }
}
