package io.portolan.sender.probe;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What hosts are known to block by default: a hint at where to ask, and no evidence of anything.
 * Immutable.
 */
final class CloudHabits {
  /** Fewer ports than this make no pattern: nearly every host blocks 25. */
  private static final int ENOUGH = 3;

  private static final List<String> COLUMNS =
      List.of("provider", "blocked", "open", "looks-like", "lift", "source", "confidence");
  private static final List<Habit> BUILT_IN =
      CsvTable.resource(CloudHabits.class, "cloud-habits.csv", COLUMNS).rows().stream()
          .map(CloudHabits::habit)
          .toList();

  private CloudHabits() {}

  /** The ports that one host blocks by default. */
  private record Habit(String provider, Set<Integer> blocked) {
    /** Whether exactly those of its ports that were judged are blocked. */
    private boolean fits(Map<Integer, PortVerdict> verdicts) {
      return verdicts.entrySet().stream()
          .filter(each -> each.getValue() != PortVerdict.INCONCLUSIVE)
          .allMatch(
              each ->
                  blocked.contains(each.getKey()) == (each.getValue() == PortVerdict.PORT_BLOCKED));
    }
  }

  /** A sentence that names the hosts of which this pattern of verdicts is known. */
  static Optional<String> hint(Map<Integer, PortVerdict> verdicts) {
    if (verdicts.size() < ENOUGH || !verdicts.containsValue(PortVerdict.PORT_BLOCKED)) {
      return Optional.empty();
    }
    String known =
        BUILT_IN.stream()
            .filter(habit -> habit.fits(verdicts))
            .map(
                habit ->
                    habit.provider()
                        + habit.blocked().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(", ", " (", ")")))
            .collect(Collectors.joining(", "));
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of("This pattern is known of: " + known + ". A hint, not a finding.");
  }

  private static Habit habit(CsvRow row) {
    return new Habit(
        row.required("provider"),
        Arrays.stream(row.required("blocked").split(" "))
            .map(Integer::valueOf)
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
