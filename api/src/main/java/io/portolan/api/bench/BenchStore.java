package io.portolan.api.bench;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.sql.Statement;
import java.util.List;

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

  private static final String TABLES =
      """
      SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
             pg_total_relation_size(c.oid) AS octets
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      """;

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

  /** A table and its indexes. */
  private record Table(String name, long octets) {}

  /**
   * How much more room all tables and indexes take than when they are written anew; does that, and
   * nobody may use them meanwhile. Rows that are dead and not cleared away yet count.
   */
  double bloat() {
    List<Table> tables = tables();
    for (Table table : tables) {
      // it runs in no transaction, and takes no parameters
      database.read(
          connection -> {
            try (Statement statement = connection.createStatement()) {
              return statement.execute("VACUUM FULL " + table.name());
            }
          });
    }
    return (double) octets(tables) / octets(tables());
  }

  private List<Table> tables() {
    return database.read(
        connection ->
            Sql.list(connection, TABLES, row -> new Table(row.text("name"), row.number("octets"))));
  }

  private static long octets(List<Table> tables) {
    return tables.stream().mapToLong(Table::octets).sum();
  }
}
