package io.portolan.api.fault;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Questions to the database of a scene, each by a connection of its own. */
final class FaultDatabase {
  private static final String STATES =
      "SELECT state || ' ' || count(*) FROM delivery WHERE campaign_id = ? GROUP BY state ORDER BY 1";
  private static final String ACCEPTED =
      "SELECT address FROM delivery WHERE campaign_id = ? AND state = 'accepted'";
  private static final String CLAIMED =
      "SELECT count(*) FROM batch WHERE state = 'claimed' AND claimed_by = ?";
  private static final String SESSIONS =
      """
      SELECT format('%s %s: %s', application_name, state, query) FROM pg_stat_activity
       WHERE application_name LIKE 'portolan%'
      """;
  private static final String LEFT_OVER =
      """
      SELECT 'trigger ' || trigger_name FROM qrtz_triggers WHERE trigger_group = ?::text
       UNION ALL SELECT 'fired ' || trigger_name FROM qrtz_fired_triggers
       UNION ALL SELECT 'batch ' || id || ' ' || state FROM batch WHERE state <> 'done'
       UNION ALL SELECT 'delivery ' || id || ' ' || state FROM delivery WHERE state = 'planned'
       UNION ALL SELECT 'suppression' FROM suppression
      """;
  private static final String ATTEMPTS =
      """
      SELECT concat_ws(' ', (extract(epoch FROM a.at) * 1000)::bigint, 'batch', a.batch_id, 'epoch', a.epoch,
                       a.phase, a.outcome, a.code, a.reply)
        FROM delivery d JOIN attempt a ON a.delivery_id = d.id
       WHERE d.campaign_id = ? AND d.address = ? ORDER BY a.at
      """;
  private static final String NODES = "SELECT instance_name FROM qrtz_scheduler_state";
  private static final String LOCKS =
      "SELECT classid || ' ' || objid FROM pg_locks WHERE locktype = 'advisory'";

  private final String url;

  FaultDatabase(String url) {
    this.url = url;
  }

  List<String> states(long campaign) {
    return texts(STATES, campaign);
  }

  List<String> accepted(long campaign) {
    return texts(ACCEPTED, campaign);
  }

  /** What is known of the attempts at a recipient. */
  List<String> attempts(long campaign, String recipient) {
    return texts(ATTEMPTS, campaign, recipient);
  }

  /** Batches that a run of a node has claimed. */
  int claimed(String node) {
    return Integer.parseInt(texts(CLAIMED, node).getFirst());
  }

  /** Sessions of nodes. */
  List<String> sessions() {
    return texts(SESSIONS);
  }

  /** What a campaign that has ended must not leave. */
  List<String> leftOver(long campaign) {
    return texts(LEFT_OVER, campaign);
  }

  /** The nodes that are in the cluster. */
  List<String> nodes() {
    return texts(NODES);
  }

  List<String> locks() {
    return texts(LOCKS);
  }

  boolean answers() {
    try (Connection connection = DriverManager.getConnection(url)) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false; // away
    }
  }

  private List<String> texts(String sql, Object... parameters) {
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      List<String> texts = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
