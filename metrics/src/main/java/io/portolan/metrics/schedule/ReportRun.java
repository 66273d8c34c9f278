package io.portolan.metrics.schedule;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One time that a report was due or asked for.
 *
 * @param dueAt the end of what it reports
 * @param requested whether somebody asked for it, beside the schedule
 * @param tries how often a node began to send it
 * @param notBefore when it is tried next, while it is open
 * @param outcomes what became of it, by address or webhook
 * @param trouble what went wrong last; empty if nothing did
 */
public record ReportRun(
    long id,
    long scheduleId,
    Instant dueAt,
    boolean requested,
    State state,
    int tries,
    Instant notBefore,
    Map<String, Outcome> outcomes,
    String trouble,
    Optional<Instant> endedAt) {
  /** How far a run is. */
  public enum State {
    /** To be sent, or to be tried again. */
    OPEN,
    /** Everybody has it. */
    SENT,
    /** Somebody did not get it and will not. */
    FAILED;

    /** Its name in the API and in tables. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String id) {
      return valueOf(id.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * What became of a run at one address or webhook.
   *
   * @param taken whether it has the report
   * @param settled whether another try is of no use, because it has it or refused it for good
   * @param words the answer, or what went wrong
   */
  public record Outcome(boolean taken, boolean settled, String words) {}

  /** Those of the recipients that are still to be tried, after what became of it so far. */
  public static List<String> open(Recipients recipients, Map<String, Outcome> outcomes) {
    return recipients.all().stream()
        .filter(to -> Optional.ofNullable(outcomes.get(to)).filter(Outcome::settled).isEmpty())
        .toList();
  }
}
