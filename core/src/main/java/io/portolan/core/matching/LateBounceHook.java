package io.portolan.core.matching;

import io.portolan.core.reply.BounceCategory;

/** Hears of accepted deliveries that turn into bounced ones. Thread-safe. */
@FunctionalInterface
public interface LateBounceHook {
  /** Does nothing. */
  LateBounceHook NONE = (_, _) -> () -> {};

  /**
   * Hears of a late bounce within its transaction, when all is written. May be called again for the
   * same, after a transaction that was rolled back.
   *
   * @return what is to be done once the transaction is committed; it never fails
   */
  Runnable bounced(long campaignId, BounceCategory category);
}
