package io.portolan.core.pace;

import io.portolan.core.policy.PolicyPath.Cap;
import java.time.Instant;
import java.util.Optional;

/**
 * Says whether a day of a warm-up went so badly, or brought so little, that the next one must not
 * bring more. Failures to open a path are no part of it. Thread-safe.
 */
@FunctionalInterface
public interface WarmUpGuard {
  /**
   * Looks at what a source sent to a platform.
   *
   * @param source its address; empty for the host's own choice
   * @param step the most that might have gone
   * @return why there must not be more, with the numbers
   */
  Optional<String> trips(
      String route, String source, String platform, Instant from, Instant to, Cap step);
}
