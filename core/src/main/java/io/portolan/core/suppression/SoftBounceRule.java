package io.portolan.core.suppression;

import io.portolan.core.reply.BounceCategory;
import java.time.Duration;

/**
 * When soft bounces in a row suppress an address: full mailboxes, refused recipients and mailboxes
 * that are closed or missing for now or in doubt, counted by delivery and not by attempt. M3AAWG's
 * senders' practice is three to five failures in a row over fifteen days or so.
 *
 * @param bounces in a row, with the one that suppresses; {@link BounceCategory#suppressAfter} where
 *     that is more
 * @param over from the first of them to the last at least
 * @param memory after which a count without a further bounce is forgotten
 * @param lapse for how long the address is suppressed then
 */
public record SoftBounceRule(int bounces, Duration over, Duration memory, Duration lapse) {
  public static final SoftBounceRule DEFAULT =
      new SoftBounceRule(3, Duration.ofDays(15), Duration.ofDays(180), Duration.ofDays(90));

  /** The bounce in a row with which an address is suppressed. */
  public int after(BounceCategory category) {
    return Math.max(bounces, category.suppressAfter().orElse(bounces));
  }
}
