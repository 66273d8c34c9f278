package io.portolan.core.policy;

import java.util.List;

/**
 * What the active policy says for one ISP, with everything inherited filled in.
 *
 * @param version of the policy that says so
 * @param rule the ISP or platform whose row decided, or {@code *}
 * @param paths in order of preference; never empty
 */
public record EffectiveRule(
    int version,
    String rule,
    List<Path> paths,
    Limits limits,
    Timeouts timeouts,
    RetrySchedule retry) {
  public EffectiveRule {
    paths = List.copyOf(paths);
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("rule " + rule + " has no path");
    }
  }
}
