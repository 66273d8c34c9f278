package io.portolan.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the active policy says for one ISP, with everything inherited filled in.
 *
 * @param version of the policy that says so
 * @param rule the ISP or platform whose row decided, or {@code *}
 * @param paths in order of preference; never empty
 * @param pauses in the order in which they are looked at
 */
public record EffectiveRule(
    int version,
    String rule,
    List<PolicyPath> paths,
    List<PauseRule> pauses,
    Limits limits,
    Timeouts timeouts,
    RetrySchedule retry) {
  private static final int WHOLE = 100;

  public EffectiveRule {
    paths = List.copyOf(paths);
    pauses = List.copyOf(pauses);
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("rule " + rule + " has no path");
    }
  }

  /** A rule of paths with nothing said of them, and no pauses. */
  public static EffectiveRule of(
      int version,
      String rule,
      List<Path> paths,
      Limits limits,
      Timeouts timeouts,
      RetrySchedule retry) {
    return new EffectiveRule(
        version,
        rule,
        paths.stream().map(PolicyPath::of).toList(),
        List.of(),
        limits,
        timeouts,
        retry);
  }

  /** The paths in order, without what the rule says of them. */
  public List<Path> order() {
    return paths.stream().map(PolicyPath::path).toList();
  }

  /** What the rule says of a path; empty if it has none such. */
  public Optional<PolicyPath> find(Path path) {
    // no streams here and below: these are asked several times for every message
    for (PolicyPath each : paths) {
      if (each.covers(path)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** Whether the mail is split over the paths. */
  public boolean hasShares() {
    for (PolicyPath path : paths) {
      if (path.share().isPresent()) {
        return true;
      }
    }
    return false;
  }

  /**
   * The paths in the order in which a delivery tries them: first the one whose share the delivery
   * falls into, then those without a share, then the others with one. Always the same for one
   * delivery, so that its retries stay where it was tried first.
   */
  public List<PolicyPath> pathsFor(long delivery) {
    if (!hasShares()) {
      return paths;
    }
    List<PolicyPath> ordered = new ArrayList<>();
    int place = Math.floorMod(mixed(delivery), WHOLE);
    int end = 0;
    for (PolicyPath path : paths) {
      int begin = end;
      end += path.share().orElse(0);
      if (place >= begin && place < end) {
        ordered.add(path);
      }
    }
    paths.stream()
        .filter(path -> path.share().isEmpty() && !ordered.contains(path))
        .forEach(ordered::add);
    paths.stream().filter(path -> !ordered.contains(path)).forEach(ordered::add);
    return ordered;
  }

  /** Spreads ids that rise one by one (David Stafford's mix 13, as in SplittableRandom). */
  private static long mixed(long id) {
    long z = (id ^ (id >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
