package io.portolan.api.bench;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;

/** What the tables say about the campaign of a bench. Thread-safe; holds no state. */
final class BenchStore {
  private static final String LEDGER =
      """
      SELECT count(*) AS deliveries, count(*) FILTER (WHERE state = 'accepted') AS accepted,
             (SELECT count(*) FROM attempt WHERE campaign_id = ?) AS attempts
        FROM delivery WHERE campaign_id = ?
      """;

  private static final String SYNCHRONOUS_COMMIT =
      "SELECT current_setting('synchronous_commit') AS value";

  private final Database database;

  BenchStore(Database database) {
    this.database = database;
  }

  /** Counts over a campaign. */
  record Ledger(long deliveries, long accepted, long attempts) {}

  Ledger ledger(long campaignId) {
    return database.read(
        connection ->
            Sql.one(
                connection,
                LEDGER,
                row ->
                    new Ledger(
                        row.number("deliveries"), row.number("accepted"), row.number("attempts")),
                campaignId,
                campaignId));
  }

  /** The server's setting of that name. */
  String synchronousCommit() {
    return database.read(
        connection -> Sql.one(connection, SYNCHRONOUS_COMMIT, row -> row.text("value")));
  }
}
