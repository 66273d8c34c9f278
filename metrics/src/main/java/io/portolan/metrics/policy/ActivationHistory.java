package io.portolan.metrics.policy;

import io.portolan.core.policy.PolicyActivation;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PortPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which policies were in force, and who changed which row. Reads versions when it needs them, so it
 * is for one thread and one look.
 */
final class ActivationHistory {
  /** Further back no order is restored. */
  private static final int RESTORED = 20;

  private static final int AT_ONCE = 1_000;

  private final PolicyStore policies;
  private final List<PolicyActivation> activations;
  private final Map<Integer, PortPolicy> versions = new HashMap<>();

  /** When a row got its paths, what it had before, and whether only the autopilot acted since. */
  record Turn(Instant at, boolean byAutopilot, int version, List<PolicyPath> paths) {}

  private ActivationHistory(PolicyStore policies, List<PolicyActivation> activations) {
    this.policies = policies;
    this.activations = activations;
  }

  /** Reads who activated what, the latest first. */
  static ActivationHistory read(PolicyStore policies) {
    List<PolicyActivation> activations = new ArrayList<>();
    long before = Long.MAX_VALUE;
    int read;
    do {
      List<PolicyActivation> page = policies.activations(before, AT_ONCE).items();
      activations.addAll(page);
      read = page.size();
      before = read == 0 ? before : page.getLast().id();
    } while (read == AT_ONCE);
    return new ActivationHistory(policies, activations);
  }

  /** The last change of a row's paths; empty if it had none before. */
  Optional<Turn> turn(PolicyRule row) {
    for (int i = 1; i < Math.min(RESTORED, activations.size()); i++) {
      List<PolicyPath> before = paths(i, row.isp());
      if (before.isEmpty()) {
        return Optional.empty();
      }
      if (!before.equals(row.paths())) {
        return Optional.of(
            new Turn(
                activations.get(i - 1).at(),
                activations.subList(0, i).stream().allMatch(ActivationHistory::isAutopilots),
                activations.get(i).version(),
                before));
      }
    }
    return Optional.empty();
  }

  /** When the autopilot last changed a row. */
  Optional<Instant> changed(String isp) {
    return change(isp).map(place -> activations.get(place).at());
  }

  /**
   * When a person last gave a row other paths, if those in force are not the autopilot's; empty if
   * they are, or it gave none. An activation that left the row's paths alone says nothing of it.
   */
  Optional<Instant> takenBack(PolicyRule row) {
    return change(row.isp())
        .filter(place -> !paths(place, row.isp()).equals(row.paths()))
        .flatMap(
            place ->
                IntStream.range(0, place)
                    .filter(i -> !isAutopilots(activations.get(i)))
                    .filter(i -> !paths(i, row.isp()).equals(paths(i + 1, row.isp())))
                    .mapToObj(i -> activations.get(i).at())
                    .findFirst());
  }

  /** The place of the autopilot's last activation that changed a row. */
  private Optional<Integer> change(String isp) {
    for (int i = 0; i + 1 < activations.size(); i++) {
      if (isAutopilots(activations.get(i)) && !row(i, isp).equals(row(i + 1, isp))) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static boolean isAutopilots(PolicyActivation activation) {
    return activation.author().equals(Autopilot.AUTHOR);
  }

  private List<PolicyPath> paths(int place, String isp) {
    return row(place, isp).map(PolicyRule::paths).orElse(List.of());
  }

  private Optional<PolicyRule> row(int place, String isp) {
    return versions
        .computeIfAbsent(
            activations.get(place).version(), version -> policies.get(version).policy())
        .rule(isp);
  }
}
