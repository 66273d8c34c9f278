package io.portolan.core.policy;

/**
 * The policy in force at this moment. Thread-safe; a new version takes effect with the next call.
 */
@FunctionalInterface
public interface ActivePolicy {
  /** The rule for an ISP: its own row, else its platform's, else {@code *}. */
  EffectiveRule ruleFor(String isp, String platform);
}
