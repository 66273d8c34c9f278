package io.portolan.core.matching;

import io.portolan.core.reply.BounceCategory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** Adds to the transaction that turns an accepted delivery into a bounced one. Thread-safe. */
@FunctionalInterface
public interface LateBounceHook {
  /** Adds nothing. */
  LateBounceHook NONE = (_, _, _, _, _) -> () -> {};

  /**
   * Writes beside a late bounce, after all else is written. May be called again for the same, after
   * a transaction that was rolled back.
   *
   * @param isp of the delivery
   * @param sentAt when it was accepted
   * @return what is to be done once the transaction is committed; it never fails
   */
  Runnable bounced(
      Connection connection, long campaignId, String isp, BounceCategory category, Instant sentAt)
      throws SQLException;
}
