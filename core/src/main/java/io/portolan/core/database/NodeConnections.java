package io.portolan.core.database;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/**
 * The connections of a node, which bear its name, hashed, as {@code application_name}: so that
 * others can end them once it is found dead. A node that is frozen, or cut off, keeps its
 * connections, and with them what it has locked: also what the server grants it only later, to one
 * of its connections after the other. What was opened after its last sign of life is of a process
 * that starts under the same name, and stays.
 */
public final class NodeConnections {
  private static final String END =
      """
      SELECT count(pg_terminate_backend(a.pid))::int AS ended
        FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.usename = current_user
         AND EXISTS (
             SELECT FROM unnest(?::text[]) AS node
              CROSS JOIN (VALUES ('portolan '), ('portolan slots ')) AS p (prefix)
               LEFT JOIN qrtz_scheduler_state s ON s.instance_name = node
              WHERE a.application_name = p.prefix || md5(node)
                AND a.backend_start < coalesce(
                        to_timestamp((s.last_checkin_time + s.checkin_interval) / 1000.0), 'infinity'))
      """;

  private NodeConnections() {}

  /**
   * Ends all connections of nodes; what they had not committed is rolled back.
   *
   * @return how many there were
   */
  public static int end(Connection connection, List<String> nodes) throws SQLException {
    return Sql.one(connection, END, row -> row.integer("ended"), nodes);
  }

  /** The name that a node's connections bear; PostgreSQL cuts names at 63 bytes. */
  static String name(String node) {
    try {
      byte[] hash = MessageDigest.getInstance("MD5").digest(node.getBytes(StandardCharsets.UTF_8));
      return "portolan " + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
