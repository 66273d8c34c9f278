package io.portolan.metrics.policy;

import static java.util.stream.Collectors.joining;

import io.portolan.core.policy.PortPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What to change in the policy in force, and why.
 *
 * @param activeVersion of the policy that was looked at
 * @param recommendations changes, each with its reason; empty when nothing is to be changed
 * @param hints what a person should do elsewhere, such as in a setting
 * @param warnings of what is near to going wrong
 * @param draft the policy with all recommendations in it; empty when there are none
 * @param lookedAt what was looked at, in words
 */
public record Advice(
    int activeVersion,
    List<Recommendation> recommendations,
    List<String> hints,
    List<String> warnings,
    Optional<PortPolicy> draft,
    List<String> lookedAt) {
  private static final int LONGEST_NOTE = 1000;

  public Advice {
    recommendations = List.copyOf(recommendations);
    hints = List.copyOf(hints);
    warnings = List.copyOf(warnings);
    lookedAt = List.copyOf(lookedAt);
  }

  /** The reasons as the note of a version, cut to what a note may have. */
  public String note() {
    String reasons = recommendations.stream().map(Recommendation::reason).collect(joining("; "));
    return reasons.length() <= LONGEST_NOTE
        ? reasons
        : reasons.substring(0, LONGEST_NOTE - 1) + "\u2026";
  }

  /** The sort of a recommendation. */
  public enum Kind {
    /** An open path goes before one that does not get through. */
    OPEN_FIRST("open-first"),
    /** A relay that the row does not name yet goes before paths that do not get through. */
    ADD_RELAY("add-relay"),
    /** A path goes out of the row that its relay does not listen on. */
    TAKE_OUT("take-out"),
    /** New sessions are limited, because the network lets so few through. */
    LIMIT("limit"),
    /** The order of before comes back, because its path is open again. */
    RESTORE("restore");

    private final String id;

    Kind(String id) {
      this.id = id;
    }

    /** The name in JSON. */
    public String id() {
      return id;
    }
  }

  /**
   * One change.
   *
   * @param rows that it changes
   * @param reason in words, with the change and what it saves
   * @param since when what it rests on began
   * @param savedMillis at each opening, as measured; empty where nothing was
   */
  public record Recommendation(
      Kind kind, List<String> rows, String reason, Instant since, Optional<Long> savedMillis) {
    public Recommendation {
      rows = List.copyOf(rows);
    }
  }
}
