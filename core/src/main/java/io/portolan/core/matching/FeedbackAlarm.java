package io.portolan.core.matching;

import java.time.Instant;

/**
 * Hears of late bounces whose cause is on our side: authentication, DNS identity, a relay's
 * settings, content. Called after the commit, on the thread of the intake; thread-safe, and quick.
 */
@FunctionalInterface
public interface FeedbackAlarm {
  void raise(LateBounce bounce);

  /**
   * A late bounce.
   *
   * @param platform that the message went to
   * @param diagnostic the words of the host that refused
   */
  record LateBounce(
      Instant at,
      String category,
      String platform,
      long campaignId,
      long deliveryId,
      String diagnostic) {}
}
