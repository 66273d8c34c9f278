package io.portolan.core.privacy;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * What is kept about one recipient in all tables. Thread-safe; holds no state.
 *
 * <p>The tables are searched by the functions {@code recipient_data}, {@code erase_text} and {@code
 * erase_rows} of the schema: those with an index by it, and the text of every other one by reading
 * it through. So a table that is added later is covered too.
 */
public final class RecipientData {
  private static final String EXPORT = "SELECT recipient_data(?, ?)::text AS data";

  private static final String BEGIN = "SELECT erase_begin(?, ?, ?, ?) AS spelling";
  private static final String TABLES = "SELECT of_table, pages FROM erasable_tables()";
  private static final String ERASE_TEXT = "SELECT erase_text(?, ?::text[], ?, ?) AS erased";
  private static final String ERASE_ROWS = "SELECT * FROM erase_rows(?, ?, ?::text[])";

  /** Pages of a table that one statement reads through: some seconds. */
  private static final long PAGES = 10_000;

  private final Database database;

  public RecipientData(Database database) {
    this.database = database;
  }

  /**
   * What an erasure did.
   *
   * @param recipients removed from lists
   * @param deliveries whose address was taken out; they stay in all counts
   * @param rows of other tables that were removed, or whose text had the address
   */
  public record Erased(long recipients, long deliveries, long rows) {
    static Erased of(Row row) throws SQLException {
      return new Erased(row.number("recipients"), row.number("deliveries"), row.number("others"));
    }
  }

  private record Table(String name, long pages) {
    static Table of(Row row) throws SQLException {
      return new Table(row.text("of_table"), row.number("pages"));
    }
  }

  /** Everything that is kept, as a JSON object. */
  public String export(EmailAddress address) {
    return database.read(
        connection ->
            Sql.one(
                connection, EXPORT, row -> row.text("data"), address.key(), address.asWritten()));
  }

  /**
   * Takes an address out of everything, for good. A hash stays as a suppression, so that no mail
   * goes there if it comes back with an import. Deliveries that are open end as suppressed when
   * their turn comes; rates and counts stay.
   *
   * <p>Takes many transactions, so that it ends however large the tables are. What names the
   * address goes last: after a failure in the middle the same call does the rest.
   *
   * @param who asks for it, such as {@code api key "crm"}
   */
  public Erased erase(EmailAddress address, String who, Instant now) {
    List<String> spellings =
        database.inTransaction(
            connection ->
                Sql.list(
                    connection,
                    BEGIN,
                    row -> row.text("spelling"),
                    address.key(),
                    address.asWritten(),
                    who,
                    now));
    long rows = 0;
    for (Table table : database.read(connection -> Sql.list(connection, TABLES, Table::of))) {
      for (long page = 0; page < table.pages(); page += PAGES) {
        rows += eraseText(table.name(), spellings, page);
      }
    }
    Erased last =
        database.inTransaction(
            connection ->
                Sql.one(
                    connection,
                    ERASE_ROWS,
                    Erased::of,
                    address.key(),
                    address.asWritten(),
                    spellings));
    return new Erased(last.recipients(), last.deliveries(), rows + last.rows());
  }

  private long eraseText(String table, List<String> spellings, long fromPage) {
    return database.inTransaction(
        connection ->
            Sql.one(
                connection,
                ERASE_TEXT,
                row -> row.number("erased"),
                table,
                spellings,
                fromPage,
                fromPage + PAGES));
  }
}
