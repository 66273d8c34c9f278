package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.Problems;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** The {@code mailing_list} table. Thread-safe; holds no state. */
public final class ListStore {
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_DESCRIPTION = 2_000;

  private static final String INSERT =
      "INSERT INTO mailing_list (name, description, created_at) VALUES (?, ?, ?) RETURNING *";

  private static final String UPDATE =
      "UPDATE mailing_list SET name = ?, description = ? WHERE id = ? RETURNING *";

  private static final String FIND = "SELECT * FROM mailing_list WHERE id = ?";

  private static final String IDS = "SELECT id FROM mailing_list";

  private static final String FIND_NAMED = "SELECT * FROM mailing_list WHERE name = ?";

  private static final String PAGE = "SELECT * FROM mailing_list WHERE id > ? ORDER BY id LIMIT ?";

  // conflicts with the key share lock that a campaign or an import takes when it comes to name the
  // list
  private static final String LOCK = "SELECT id FROM mailing_list WHERE id = ? FOR UPDATE";

  // a campaign that was cancelled while it was planned still makes cancelled deliveries of the rest
  // of its list
  private static final String USER =
      """
      SELECT id, state::text AS state FROM campaign
       WHERE list_id = ?
         AND (state NOT IN ('finished', 'cancelled')
              OR (state = 'cancelled' AND launched_at IS NOT NULL AND planned_at IS NULL))
       ORDER BY id
       LIMIT 1
      """;

  private static final String RUNNING_IMPORT =
      "SELECT id FROM import_job WHERE list_id = ? AND state = 'running' ORDER BY id LIMIT 1";

  private static final String DELETE_RECIPIENTS = "DELETE FROM recipient WHERE list_id = ?";

  private static final String DELETE = "DELETE FROM mailing_list WHERE id = ?";

  private final Database database;
  private final InstantSource clock;

  public ListStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes an empty list.
   *
   * @throws ConflictException if another has the name
   */
  public MailingList create(String name, String description) {
    check(name, description);
    return unique(
        name,
        connection ->
            Sql.one(connection, INSERT, ListStore::list, name, description, clock.instant()));
  }

  /** The ids of all lists. */
  public Set<Long> ids() {
    return Set.copyOf(
        database.read(connection -> Sql.list(connection, IDS, row -> row.number("id"))));
  }

  /**
   * Gives a list another name and description.
   *
   * @throws ConflictException if another has the name
   */
  public MailingList update(long id, String name, String description) {
    check(name, description);
    return unique(
        name,
        connection ->
            Sql.first(connection, UPDATE, ListStore::list, name, description, id)
                .orElseThrow(() -> new NotFoundException("list", id)));
  }

  public Optional<MailingList> find(long id) {
    return database.read(connection -> Sql.first(connection, FIND, ListStore::list, id));
  }

  public Optional<MailingList> findNamed(String name) {
    return database.read(connection -> Sql.first(connection, FIND_NAMED, ListStore::list, name));
  }

  /** A list that must exist. */
  public MailingList get(long id) {
    return find(id).orElseThrow(() -> new NotFoundException("list", id));
  }

  /** Lists in the order in which they were made, from after an id; 0 for the first page. */
  public Page<MailingList> page(long after, int limit) {
    return Page.cut(
        database.read(connection -> Sql.list(connection, PAGE, ListStore::list, after, limit + 1)),
        limit,
        MailingList::id);
  }

  /**
   * Deletes a list, its recipients and the records of its imports. Campaigns that have ended keep
   * their results.
   *
   * @throws ConflictException while a campaign that has not ended, or a running import, uses it
   */
  public void delete(long id) {
    database.execute(
        connection -> {
          if (Sql.first(connection, LOCK, row -> row.number("id"), id).isEmpty()) {
            throw new NotFoundException("list", id);
          }
          Optional<String> user =
              Sql.first(
                  connection,
                  USER,
                  row -> "campaign " + row.number("id") + ", which is " + row.text("state"),
                  id);
          Optional<String> running =
              Sql.first(
                  connection,
                  RUNNING_IMPORT,
                  row -> "import " + row.number("id") + ", which is running",
                  id);
          Optional<String> holder = user.isPresent() ? user : running;
          if (holder.isPresent()) {
            throw new ConflictException("List " + id + " is used by " + holder.get() + ".");
          }
          Sql.update(connection, DELETE_RECIPIENTS, id);
          Sql.update(connection, DELETE, id);
        });
  }

  private static MailingList list(Row row) throws SQLException {
    return new MailingList(
        row.number("id"), row.text("name"), row.text("description"), row.instant("created_at"));
  }

  private MailingList unique(String name, Database.Work<MailingList> work) {
    try {
      return database.inTransaction(work);
    } catch (DatabaseException e) {
      if (e.isUniqueViolation()) {
        throw new ConflictException("There is a list named \"" + name + "\" already.");
      }
      throw e;
    }
  }

  private static void check(String name, String description) {
    Problems problems = new Problems();
    problems.checkName("name", name, LONGEST_NAME);
    problems.checkText("description", description, LONGEST_DESCRIPTION);
    problems.throwIfAny("The list is not right");
  }
}
