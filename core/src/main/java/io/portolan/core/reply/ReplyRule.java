package io.portolan.core.reply;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A row of the reply rules: conditions, all of which must hold, and what they mean.
 *
 * @param isps whose servers it is about; empty for all
 * @param effect empty for what the reply code's class says
 */
record ReplyRule(
    RuleDescription description,
    List<String> isps,
    Conditions conditions,
    BounceCategory category,
    Optional<Classification.Effect> effect) {

  String id() {
    return description.id();
  }

  /** Whether words alone decide, whatever status code stands beside them and whoever answers. */
  boolean isLoose() {
    return isps.isEmpty() && conditions.text().isPresent() && conditions.statuses().isEmpty();
  }

  /** The phase at which its sample is tried: the first of its phases, or RCPT. */
  Phase samplePhase() {
    return conditions.phases().stream().min(Comparator.naturalOrder()).orElse(Phase.RCPT);
  }

  /** What a refusal must be like; an empty set or list holds for every refusal. */
  record Conditions(
      Set<Phase> phases, BitSet codes, List<StatusPattern> statuses, Optional<TextPattern> text) {

    boolean holdForStatus(Optional<EnhancedStatusCode> status) {
      return statuses.isEmpty() || anyStatus(status);
    }

    private boolean anyStatus(Optional<EnhancedStatusCode> status) {
      if (status.isPresent()) {
        for (StatusPattern pattern : statuses) {
          if (pattern.covers(status.get())) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /**
   * Enhanced status codes: one class or, as 0, any; one subject; details from the first to the
   * last.
   */
  record StatusPattern(int statusClass, int subject, int first, int last) {
    boolean covers(EnhancedStatusCode status) {
      return (statusClass == 0 || statusClass == status.statusClass())
          && subject == status.subject()
          && first <= status.detail()
          && status.detail() <= last;
    }
  }

  /** A refusal in the form that conditions look at; {@code text} is in lower case, on one line. */
  record Refusal(Phase phase, int code, Optional<EnhancedStatusCode> status, String text) {}
}
