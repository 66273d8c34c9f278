package io.portolan.core.matching;

import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.reply.BounceCategory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * A delivery whose row a transaction has locked, as it was then, and the two changes that an ended
 * one may still see: an accepted one bounces, and one that a relay took turns out as taken by the
 * ISP. Each happens once.
 */
record LockedDelivery(
    long id,
    DeliveryState state,
    String isp,
    String platform,
    Optional<Instant> endedAt,
    long campaignId) {
  private static final String LOCK =
      """
      SELECT id, state::text AS state, isp, platform, ended_at, campaign_id FROM delivery WHERE id = ? FOR UPDATE
      """;

  // ended_at stays: it is the time of sending, by which rates are counted
  private static final String BOUNCE =
      "UPDATE delivery SET state = 'bounced', category = ?, relayed_by = NULL WHERE id = ? AND state = 'accepted'";

  private static final String CONFIRM =
      "UPDATE delivery SET relayed_by = NULL WHERE id = ? AND relayed_by IS NOT NULL";

  static LockedDelivery lock(Connection connection, long id) throws SQLException {
    return Sql.one(connection, LOCK, LockedDelivery::of, id);
  }

  boolean isOpen() {
    return state == DeliveryState.PLANNED;
  }

  /** False when it was not accepted, or has bounced since. */
  boolean bounce(Connection connection, BounceCategory category) throws SQLException {
    return Sql.update(connection, BOUNCE, category.id(), id) == 1;
  }

  /** The ISP has it, says the relay. False when no relay's word was missing. */
  boolean confirm(Connection connection) throws SQLException {
    return Sql.update(connection, CONFIRM, id) == 1;
  }

  private static LockedDelivery of(Row row) throws SQLException {
    return new LockedDelivery(
        row.number("id"),
        DeliveryState.of(row.text("state")).orElseThrow(),
        row.text("isp"),
        row.text("platform"),
        row.optionalInstant("ended_at"),
        row.number("campaign_id"));
  }
}
