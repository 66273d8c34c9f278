package io.portolan.core.policy;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The port policy: for each ISP which paths its mail takes, in which order, within which limits.
 */
public record PortPolicy(List<PolicyRule> rules) {
  public PortPolicy {
    rules = List.copyOf(rules);
  }

  public Optional<PolicyRule> rule(String isp) {
    return rules.stream().filter(rule -> rule.isp().equals(isp)).findFirst();
  }

  /**
   * What this policy says for an ISP, everything inherited filled in: from its own row, then its
   * platform's, then {@code *}, then the defaults.
   *
   * @param version that this policy has
   * @throws IllegalArgumentException if this policy would not pass {@link PolicyCheck}
   */
  public EffectiveRule ruleFor(int version, String isp, String platform) {
    List<PolicyRule> rows =
        Stream.of(isp, platform, PolicyRule.ANY)
            .distinct()
            .map(this::rule)
            .flatMap(Optional::stream)
            .toList();
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("the policy has no row *");
    }
    return new EffectiveRule(
        version,
        rows.getFirst().isp(),
        stated(rows, PolicyRule::paths),
        stated(rows, PolicyRule::pauses),
        PolicyRule.LimitsPart.complete(rows.stream().map(PolicyRule::limits).toList()),
        PolicyRule.TimeoutsPart.complete(rows.stream().map(PolicyRule::timeouts).toList()),
        PolicyRule.RetryPart.complete(rows.stream().map(PolicyRule::retry).toList()));
  }

  /** The list of the first row that states one; lists are inherited whole. */
  private static <T> List<T> stated(List<PolicyRule> rows, Function<PolicyRule, List<T>> list) {
    return rows.stream().map(list).filter(each -> !each.isEmpty()).findFirst().orElse(List.of());
  }
}
