package io.portolan.core.guard;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.guard.HoldEvent.HeldCampaign;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads the {@code campaign_hold} table by what raised its rows: an alarm about all mail of a
 * sending domain has one for each campaign that ran. Thread-safe; holds no state.
 */
public final class HoldEventStore {
  private static final String OF_DOMAIN =
      """
      WITH event AS (SELECT DISTINCT held_at, isp FROM campaign_hold
                      WHERE sending_domain = ? AND sending_domain <> '' ORDER BY held_at DESC, isp LIMIT 100)
      SELECT h.*, coalesce(c.name, '') AS campaign, coalesce(c.state IN ('running', 'paused'), false) AS under_way
        FROM event JOIN campaign_hold h ON h.sending_domain = ? AND h.held_at = event.held_at AND h.isp = event.isp
        LEFT JOIN campaign c ON c.id = h.campaign_id
       ORDER BY h.held_at DESC, h.isp, h.campaign_id
      """;

  // in the order of their ids, so that of two nodes one tells of all that an alarm held
  private static final String CLAIM_UNTOLD =
      """
      WITH untold AS (
          SELECT h.id, c.name FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id AND c.state IN ('running', 'paused')
           WHERE h.told_at IS NULL AND h.released_at IS NULL ORDER BY h.id FOR UPDATE OF h),
      claimed AS (
          UPDATE campaign_hold h SET told_at = ? FROM untold WHERE h.id = untold.id
          RETURNING h.*, untold.name AS campaign, true AS under_way)
      SELECT * FROM claimed ORDER BY held_at, isp, campaign_id
      """;

  private final Database database;

  public HoldEventStore(Database database) {
    this.database = database;
  }

  private record Named(Hold hold, String campaign, boolean isUnderWay) {}

  /** What one alarm held; the campaign is 0 where it was about all mail of a domain. */
  private record Alarm(String domain, String isp, Instant heldAt, long campaignId) {
    static Alarm of(Hold hold) {
      return new Alarm(
          hold.domain(),
          hold.isp(),
          hold.heldAt(),
          hold.domain().isEmpty() ? hold.campaignId() : 0);
    }
  }

  /** When all mail of a sending domain was held, the latest first; 100 times at most. */
  public List<HoldEvent> ofDomain(String domain) {
    return events(
        database.read(
            connection -> Sql.list(connection, OF_DOMAIN, HoldEventStore::named, domain, domain)));
  }

  /**
   * Claims what is held of campaigns that have not ended and nobody was told of yet, in the order
   * of time: each goes to one caller, on whichever node. What that one does not tell nobody does.
   */
  public List<HoldEvent> claimUntold(Instant now) {
    return events(
        database.inTransaction(
            connection -> Sql.list(connection, CLAIM_UNTOLD, HoldEventStore::named, now)));
  }

  private static List<HoldEvent> events(List<Named> rows) {
    Map<Alarm, List<Named>> byAlarm =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> Alarm.of(row.hold()), LinkedHashMap::new, Collectors.toList()));
    return byAlarm.values().stream().map(HoldEventStore::event).toList();
  }

  private static HoldEvent event(List<Named> rows) {
    Hold first = rows.getFirst().hold();
    return new HoldEvent(
        first.domain(),
        first.isp(),
        first.guard(),
        first.trials(),
        first.hits(),
        first.reason(),
        first.heldAt(),
        rows.stream()
            .map(
                row ->
                    new HeldCampaign(
                        row.hold().campaignId(),
                        row.campaign(),
                        row.isUnderWay(),
                        row.hold().releasedAt(),
                        row.hold().releasedBy(),
                        row.hold().note()))
            .toList());
  }

  private static Named named(Row row) throws SQLException {
    return new Named(HoldStore.hold(row), row.text("campaign"), row.flag("under_way"));
  }
}
