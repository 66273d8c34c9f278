package io.portolan.core.privacy;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.Instant;

/**
 * What is kept about one recipient in all tables. Thread-safe; holds no state.
 *
 * <p>The tables are searched by the functions {@code recipient_data} and {@code erase_recipient} of
 * the schema: those with an index by it, and the text of every other one by reading it through. So
 * a table that is added later is covered too.
 */
public final class RecipientData {
  private static final String EXPORT = "SELECT recipient_data(?, ?)::text AS data";

  private static final String ERASE = "SELECT * FROM erase_recipient(?, ?, ?, ?)";

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
   * @param who asks for it, such as {@code api key "crm"}
   */
  public Erased erase(EmailAddress address, String who, Instant now) {
    return database.inTransaction(
        connection ->
            Sql.one(connection, ERASE, Erased::of, address.key(), address.asWritten(), who, now));
  }
}
