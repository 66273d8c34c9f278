package io.portolan.api.demo;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Reads from PostgreSQL what became of a campaign, row by row, and what the rollups that reports
 * are made of say came back. Thread-safe; holds no state.
 */
final class LedgerStore {
  private static final String DELIVERIES =
      "SELECT lower(address) AS address, isp, state::text AS state FROM delivery WHERE campaign_id"
          + " = ?";

  private static final String ATTEMPTS =
      """
      SELECT isp, route, port, phase, outcome, count(*) AS count
        FROM attempt WHERE campaign_id = ? GROUP BY isp, route, port, phase, outcome
      """;

  private static final String PATH_FAILURES =
      """
      SELECT isp, route, port, count(*) AS count
        FROM path_failure WHERE campaign_id = ? GROUP BY isp, route, port
      """;

  private static final String SUPPRESSED =
      """
      SELECT lower(s.value) AS value
        FROM suppression s
       WHERE s.kind = 'address' AND s.source = 'campaign ' || ?::bigint
         AND EXISTS (SELECT FROM feedback f WHERE f.delivery_id = s.delivery_id) = ?
      """;

  private static final String RETURNED =
      """
      SELECT coalesce(sum(count) FILTER (WHERE outcome = 'late-bounce'), 0) AS late_bounces,
             coalesce(sum(count) FILTER (WHERE outcome = 'complaint'), 0) AS complaints
        FROM result_rollup WHERE campaign_id = ?
      """;

  private final Database database;

  LedgerStore(Database database) {
    this.database = database;
  }

  Evidence.Ledger of(long campaignId) {
    return database.read(
        connection ->
            new Evidence.Ledger(
                Sql.list(
                    connection,
                    DELIVERIES,
                    row ->
                        new Evidence.Delivery(
                            row.text("address"), row.text("isp"), row.text("state")),
                    campaignId),
                Sql.list(
                    connection,
                    ATTEMPTS,
                    row ->
                        new Evidence.Attempts(
                            row.text("isp"),
                            row.text("route"),
                            row.integer("port"),
                            row.text("phase").toLowerCase(Locale.ROOT),
                            row.text("outcome"),
                            row.number("count")),
                    campaignId),
                Sql.list(
                    connection,
                    PATH_FAILURES,
                    row ->
                        new Evidence.PathFailures(
                            row.text("isp"),
                            row.text("route"),
                            row.integer("port"),
                            row.number("count")),
                    campaignId),
                suppressed(connection, campaignId, false),
                suppressed(connection, campaignId, true),
                Sql.one(
                    connection,
                    RETURNED,
                    row ->
                        new Evidence.Returned(row.number("late_bounces"), row.number("complaints")),
                    campaignId)));
  }

  private static Set<String> suppressed(Connection connection, long campaignId, boolean isFeedback)
      throws SQLException {
    return new HashSet<>(
        Sql.list(connection, SUPPRESSED, row -> row.text("value"), campaignId, isFeedback));
  }
}
