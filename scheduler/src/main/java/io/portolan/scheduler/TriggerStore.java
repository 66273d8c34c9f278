package io.portolan.scheduler;

import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.ConnectionSlots;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads where Quartz's tables and ours do not agree. Writes nothing of Quartz's but the row of a
 * node that has stopped. Thread-safe; holds no state.
 *
 * <p>A batch's trigger has the batch's id as name and the campaign's as group, a launch the name
 * {@code launch}. A trigger counts as there unless Quartz has given it up (ERROR), or calls it
 * COMPLETE and nobody is at work on it.
 */
final class TriggerStore {
  private static final String WITHOUT_TRIGGER_OF_PLATFORM =
      """
      SELECT next.id, next.campaign_id, next.platform, next.due_at
        FROM campaign c CROSS JOIN LATERAL next_batches(c.id, ?, ?, ?) AS next
       WHERE c.id = ? AND c.state = 'running' AND next.state = 'queued'
         AND NOT EXISTS (
             SELECT FROM qrtz_triggers t
              WHERE t.sched_name = 'portolan' AND t.trigger_name = next.id::text
                AND t.trigger_group = next.campaign_id::text)
      """;

  private static final String WITHOUT_TRIGGER =
      """
      SELECT next.id, next.campaign_id, next.platform, next.due_at
        FROM (SELECT DISTINCT b.campaign_id, b.platform
                FROM batch b JOIN campaign c ON c.id = b.campaign_id
               WHERE c.state = 'running' AND b.state = 'queued' AND (?::bigint IS NULL OR c.id = ?)) AS lane
       CROSS JOIN LATERAL next_batches(lane.campaign_id, lane.platform, ?, ?) AS next
       WHERE next.state = 'queued'
         AND NOT EXISTS (
             SELECT FROM qrtz_triggers t
              WHERE t.sched_name = 'portolan' AND t.trigger_name = next.id::text
                AND t.trigger_group = next.campaign_id::text AND t.trigger_state <> 'ERROR'
                AND (t.trigger_state <> 'COMPLETE' OR EXISTS (
                    SELECT FROM qrtz_fired_triggers f
                     WHERE f.sched_name = t.sched_name AND f.trigger_name = t.trigger_name
                       AND f.trigger_group = t.trigger_group)))
      """;

  // from the triggers, which are few, to their batches; Quartz's own triggers of a recovery have
  // other names
  private static final String LATE =
      """
      SELECT b.id, b.campaign_id, b.platform, b.due_at, to_timestamp(t.next_fire_time / 1000.0) AS fires_at
        FROM qrtz_triggers t
        JOIN batch b ON b.id = CASE WHEN t.trigger_name ~ '^[0-9]+$' THEN t.trigger_name::bigint END
                    AND t.trigger_group = b.campaign_id::text
        JOIN campaign c ON c.id = b.campaign_id
       WHERE t.sched_name = 'portolan' AND t.trigger_state = 'WAITING'
         AND t.next_fire_time > (extract(epoch FROM ?::timestamptz) * 1000)::bigint
         AND b.state = 'queued' AND b.due_at <= ? AND c.state = 'running'
      """;

  private static final String UNEVEN =
      """
      SELECT * FROM (
          SELECT c.id, c.state::text AS state, c.launch_at,
                 c.state <> 'scheduled' AND c.planned_at IS NULL AS unplanned,
                 EXISTS (SELECT FROM qrtz_triggers t
                          WHERE t.sched_name = 'portolan' AND t.trigger_name = 'launch'
                            AND t.trigger_group = c.id::text AND t.trigger_state <> 'ERROR'
                            AND (t.trigger_state <> 'COMPLETE' OR EXISTS (
                                SELECT FROM qrtz_fired_triggers f
                                 WHERE f.sched_name = t.sched_name AND f.trigger_name = t.trigger_name
                                   AND f.trigger_group = t.trigger_group))) AS has_launch,
                 EXISTS (SELECT FROM qrtz_paused_trigger_grps p
                          WHERE p.sched_name = 'portolan' AND p.trigger_group = c.id::text) AS group_paused,
                 EXISTS (SELECT FROM batch b WHERE b.campaign_id = c.id AND b.state <> 'done') AS has_open,
                 EXISTS (SELECT FROM batch b WHERE b.campaign_id = c.id AND b.state = 'queued') AS has_queued
            FROM campaign c
           WHERE c.state IN ('scheduled', 'running', 'paused')
              OR (c.state = 'cancelled' AND c.launched_at IS NOT NULL)) AS c
       WHERE (state = 'scheduled' AND NOT has_launch)
          OR (unplanned AND NOT has_launch)
          OR (state = 'paused' AND NOT group_paused)
          OR (state = 'running' AND group_paused)
          OR (state IN ('running', 'paused') AND NOT unplanned AND NOT has_open)
          OR (state = 'cancelled' AND has_queued)
       ORDER BY id
      """;

  private static final String FIRED =
      "SELECT count(*)::int AS fired FROM qrtz_fired_triggers WHERE sched_name = 'portolan' AND instance_name = ?";

  private static final String FORGET_NODE =
      "DELETE FROM qrtz_scheduler_state WHERE sched_name = 'portolan' AND instance_name = ?";

  private final Database database;

  TriggerStore(Database database) {
    this.database = database;
  }

  /**
   * A campaign for which something is missing.
   *
   * @param unplanned launched, and planning has not been completed
   * @param hasLaunch there is a trigger that launches or plans it
   * @param groupPaused Quartz fires nothing of it
   * @param hasOpen there are batches that are not done
   * @param hasQueued there are batches that wait
   */
  record UnevenCampaign(
      long id,
      CampaignState state,
      Optional<Instant> launchAt,
      boolean unplanned,
      boolean hasLaunch,
      boolean groupPaused,
      boolean hasOpen,
      boolean hasQueued) {}

  /**
   * A batch that is due and whose trigger fires only later.
   *
   * @param firesAt when
   */
  record LateTrigger(QueuedBatch batch, Instant firesAt) {}

  /** The next batches of a running campaign and platform, as far as they lack a trigger. */
  List<QueuedBatch> withoutTrigger(long campaignId, String platform, Instant now, int ahead) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                WITHOUT_TRIGGER_OF_PLATFORM,
                TriggerStore::batch,
                platform,
                now,
                ahead,
                campaignId));
  }

  /** The next batches of each platform, of one running campaign or of all. */
  List<QueuedBatch> withoutTrigger(Optional<Long> campaignId, Instant now, int ahead) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                WITHOUT_TRIGGER,
                TriggerStore::batch,
                campaignId,
                campaignId,
                now,
                ahead));
  }

  /** The batches of running campaigns that are due and have a trigger that fires only later. */
  List<LateTrigger> late(Instant now) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                LATE,
                row -> new LateTrigger(batch(row), row.instant("fires_at")),
                now,
                now));
  }

  /** The campaigns for which something is missing. */
  List<UnevenCampaign> uneven() {
    return database.read(connection -> Sql.list(connection, UNEVEN, TriggerStore::campaign));
  }

  /** Triggers that a node has taken and not completed. */
  int firedBy(String node) {
    return database.read(
        connection -> Sql.one(connection, FIRED, row -> row.integer("fired"), node));
  }

  /** Takes a node that has stopped and left nothing behind out of the cluster. */
  void forget(String node) {
    database.execute(connection -> Sql.update(connection, FORGET_NODE, node));
  }

  /** Ends the connections by which nodes that are dead, or frozen, still hold connection slots. */
  int endSlotsOfDeadNodes() {
    return ConnectionSlots.endOfDeadNodes(database);
  }

  private static QueuedBatch batch(Row row) throws SQLException {
    return new QueuedBatch(
        row.number("id"), row.number("campaign_id"), row.text("platform"), row.instant("due_at"));
  }

  private static UnevenCampaign campaign(Row row) throws SQLException {
    return new UnevenCampaign(
        row.number("id"),
        CampaignState.of(row.text("state")).orElseThrow(),
        row.optionalInstant("launch_at"),
        row.flag("unplanned"),
        row.flag("has_launch"),
        row.flag("group_paused"),
        row.flag("has_open"),
        row.flag("has_queued"));
  }
}
