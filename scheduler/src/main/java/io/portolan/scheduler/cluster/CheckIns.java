package io.portolan.scheduler.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;
import org.quartz.impl.jdbcjobstore.SchedulerStateRecord;

/**
 * The check-ins of nodes, dated and judged by the database's clock alone: a node whose own clock is
 * wrong, or jumps, is neither taken for dead nor takes others for it. Made by Quartz; holds no
 * state.
 */
public final class CheckIns extends PostgreSQLDelegate {
  private static final String INSERT =
      """
      INSERT INTO qrtz_scheduler_state (sched_name, instance_name, last_checkin_time, checkin_interval)
      VALUES (?, ?, extract(epoch FROM clock_timestamp()) * 1000, ?)
      """;

  private static final String UPDATE =
      """
      UPDATE qrtz_scheduler_state SET last_checkin_time = extract(epoch FROM clock_timestamp()) * 1000
       WHERE sched_name = ? AND instance_name = ?
      """;

  // whoever was held up itself, as by a machine that slept, gives the others as long; so a clock
  // that jumps forward finds nobody dead
  private static final String SELECT =
      """
      SELECT s.instance_name, s.checkin_interval, s.last_checkin_time,
             now.millis - s.last_checkin_time
               > greatest(s.checkin_interval, now.millis - own.last_checkin_time) + 7500 AS silent
        FROM qrtz_scheduler_state s
       CROSS JOIN (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis) AS now
        LEFT JOIN qrtz_scheduler_state own ON own.sched_name = s.sched_name AND own.instance_name = ?
       WHERE s.sched_name = ? AND (?::text IS NULL OR s.instance_name = ?)
      """;

  /** What a node last said of itself. */
  static final class CheckIn extends SchedulerStateRecord {
    private static final long serialVersionUID = 1L;
    private final boolean isSilent;

    private CheckIn(ResultSet row) throws SQLException {
      setSchedulerInstanceId(row.getString("instance_name"));
      setCheckinInterval(row.getLong("checkin_interval"));
      setCheckinTimestamp(row.getLong("last_checkin_time"));
      isSilent = row.getBoolean("silent");
    }

    /** Whether it is taken for dead: silent for its interval and 7.5 s more. */
    boolean isSilent() {
      return isSilent;
    }
  }

  @Override
  public int insertSchedulerState(
      Connection connection, String node, long checkInTime, long interval) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, schedName);
      statement.setString(2, node);
      statement.setLong(3, interval);
      return statement.executeUpdate();
    }
  }

  @Override
  public int updateSchedulerState(Connection connection, String node, long checkInTime)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
      statement.setString(1, schedName);
      statement.setString(2, node);
      return statement.executeUpdate();
    }
  }

  @Override
  public List<SchedulerStateRecord> selectSchedulerStateRecords(
      Connection connection, @Nullable String node) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setString(1, instanceId);
      statement.setString(2, schedName);
      statement.setString(3, node);
      statement.setString(4, node);
      try (ResultSet rows = statement.executeQuery()) {
        List<SchedulerStateRecord> checkIns = new ArrayList<>();
        while (rows.next()) {
          checkIns.add(new CheckIn(rows));
        }
        return checkIns;
      }
    }
  }
}
