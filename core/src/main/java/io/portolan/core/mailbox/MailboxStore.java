package io.portolan.core.mailbox;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.mailbox.StoredMailbox.Progress;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The {@code mailbox} table. Thread-safe; holds no state. */
public final class MailboxStore {
  private static final int LONGEST_TROUBLE = 500;

  private static final String ALL = "SELECT * FROM mailbox ORDER BY name";

  private static final String ONE = "SELECT * FROM mailbox WHERE name = ?";

  private static final String SUCCEEDED =
      """
      INSERT INTO mailbox (name, uid_validity, last_uid, taken, node, polled_at, succeeded_at, trouble)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE
         SET uid_validity = EXCLUDED.uid_validity, last_uid = EXCLUDED.last_uid,
             taken = mailbox.taken + EXCLUDED.taken, node = EXCLUDED.node, polled_at = EXCLUDED.polled_at,
             succeeded_at = EXCLUDED.succeeded_at, failures = 0, trouble = EXCLUDED.trouble
      """;

  private static final String FAILED =
      """
      INSERT INTO mailbox (name, node, polled_at, failures, trouble)
      VALUES (?, ?, ?, 1, ?)
      ON CONFLICT (name) DO UPDATE
         SET node = EXCLUDED.node, polled_at = EXCLUDED.polled_at, failures = mailbox.failures + 1,
             trouble = EXCLUDED.trouble
      RETURNING failures
      """;

  private final Database database;

  public MailboxStore(Database database) {
    this.database = database;
  }

  /** Every mailbox that was ever polled, by name. */
  public List<StoredMailbox> list() {
    return database.read(connection -> Sql.list(connection, ALL, MailboxStore::mailbox));
  }

  public Optional<StoredMailbox> find(String name) {
    return database.read(connection -> Sql.first(connection, ONE, MailboxStore::mailbox, name));
  }

  /**
   * A poll went well.
   *
   * @param taken mails that it read
   * @param left what kept it from reading single mails; empty if nothing did
   */
  public void succeeded(
      String name, Progress progress, int taken, String left, String node, Instant at) {
    database.execute(
        connection ->
            Sql.update(
                connection,
                SUCCEEDED,
                name,
                progress.uidValidity(),
                progress.lastUid(),
                (long) taken,
                node,
                at,
                at,
                storable(left)));
  }

  /**
   * A poll failed; how far the mailbox was read stays.
   *
   * @return how many failed in a row, this one included
   */
  public int failed(String name, String trouble, String node, Instant at) {
    return database.inTransaction(
        connection ->
            Sql.one(
                connection,
                FAILED,
                row -> row.integer("failures"),
                name,
                node,
                at,
                storable(trouble)));
  }

  private static String storable(String text) {
    String line = text.replace('\0', ' ');
    return line.length() > LONGEST_TROUBLE ? line.substring(0, LONGEST_TROUBLE) : line;
  }

  private static StoredMailbox mailbox(Row row) throws SQLException {
    return new StoredMailbox(
        row.text("name"),
        new Progress(row.number("uid_validity"), row.number("last_uid")),
        row.number("taken"),
        row.text("node"),
        row.optionalInstant("polled_at"),
        row.optionalInstant("succeeded_at"),
        row.integer("failures"),
        row.text("trouble"));
  }
}
