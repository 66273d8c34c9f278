package io.portolan.sender.probe;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What hosts and access ISPs are known to block by default: a hint at where to ask, and no evidence
 * of anything. Immutable.
 */
final class CloudHabits {
  /** Fewer ports than this make no pattern: nearly every host blocks 25. */
  private static final int ENOUGH = 3;

  private static final List<String> COLUMNS =
      List.of("kind", "provider", "blocked", "open", "looks-like", "lift", "source", "confidence");
  private static final List<Habit> BUILT_IN =
      CsvTable.resource(CloudHabits.class, "cloud-habits.csv", COLUMNS).rows().stream()
          .map(CloudHabits::habit)
          .toList();

  private CloudHabits() {}

  private static final int MOST_NAMED = 6;

  private enum Kind {
    HOST,
    ACCESS
  }

  /** The ports that one host or access ISP blocks by default. */
  private record Habit(Kind kind, String provider, Set<Integer> blocked) {
    private String words() {
      return provider
          + blocked.stream().map(String::valueOf).collect(Collectors.joining(", ", " (", ")"));
    }

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
    String hosts = known(Kind.HOST, verdicts);
    String accessIsps = known(Kind.ACCESS, verdicts);
    if (hosts.isEmpty() && accessIsps.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "This pattern is known of: "
            + hosts
            + (hosts.isEmpty() || accessIsps.isEmpty() ? "" : "; of lines of ")
            + accessIsps
            + ". A hint, not a finding.");
  }

  private static String known(Kind kind, Map<Integer, PortVerdict> verdicts) {
    List<String> all =
        BUILT_IN.stream()
            .filter(habit -> habit.kind() == kind && habit.fits(verdicts))
            .map(Habit::words)
            .toList();
    String named = String.join(", ", all.subList(0, Math.min(all.size(), MOST_NAMED)));
    return all.size() <= MOST_NAMED ? named : named + " and " + (all.size() - MOST_NAMED) + " more";
  }

  private static Habit habit(CsvRow row) {
    return new Habit(
        Kind.valueOf(row.required("kind").toUpperCase(Locale.ROOT)),
        row.required("provider"),
        Arrays.stream(row.required("blocked").split(" "))
            .map(Integer::valueOf)
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
