package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code recipient} table, one recipient at a time; {@link RecipientImporter} writes many.
 * Thread-safe; holds no state.
 */
public final class RecipientStore {
  private static final String INSERT =
      """
      INSERT INTO recipient (list_id, address, address_key, domain, attributes)
      SELECT id, ?, ?, ?, ?::jsonb FROM mailing_list WHERE id = ? FOR KEY SHARE
      RETURNING *
      """;

  private static final String UPDATE =
      """
      UPDATE recipient SET attributes = ?::jsonb, updated_at = now() WHERE list_id = ? AND id = ?
      RETURNING *
      """;

  private static final String FIND = "SELECT * FROM recipient WHERE list_id = ? AND id = ?";

  private static final String FIND_ADDRESS =
      "SELECT * FROM recipient WHERE list_id = ? AND address_key = ?";

  private static final String PAGE =
      """
      SELECT * FROM recipient
       WHERE list_id = ? AND id > ?
         AND (? = '' OR strpos(address_key, ?) > 0)
         AND (? = '' OR domain = ?)
       ORDER BY id
       LIMIT ?
      """;

  private static final String COUNT = "SELECT count(*) FROM recipient WHERE list_id = ?";

  private static final String DELETE = "DELETE FROM recipient WHERE list_id = ? AND id = ?";

  private final Database database;

  public RecipientStore(Database database) {
    this.database = database;
  }

  /**
   * Adds a recipient.
   *
   * @param attributes JSON values: text, numbers, booleans, lists and maps
   * @throws NotFoundException if there is no such list
   * @throws ConflictException if the address is on it
   */
  public Recipient add(long listId, EmailAddress address, Map<String, Object> attributes) {
    String json = json(attributes);
    try {
      return database.inTransaction(
          connection ->
              Sql.first(
                      connection,
                      INSERT,
                      RecipientStore::recipient,
                      address.asWritten(),
                      address.key(),
                      address.domain().name(),
                      json,
                      listId)
                  .orElseThrow(() -> new NotFoundException("list", listId)));
    } catch (DatabaseException e) {
      if (e.isUniqueViolation()) {
        throw new ConflictException("List " + listId + " has " + address + " already.");
      }
      throw e;
    }
  }

  /** Replaces the attributes of a recipient. */
  public Recipient update(long listId, long id, Map<String, Object> attributes) {
    String json = json(attributes);
    return database.inTransaction(
        connection ->
            Sql.first(connection, UPDATE, RecipientStore::recipient, json, listId, id)
                .orElseThrow(() -> new NotFoundException("recipient", id)));
  }

  public Optional<Recipient> find(long listId, long id) {
    return database.read(
        connection -> Sql.first(connection, FIND, RecipientStore::recipient, listId, id));
  }

  public Optional<Recipient> find(long listId, EmailAddress address) {
    return database.read(
        connection ->
            Sql.first(connection, FIND_ADDRESS, RecipientStore::recipient, listId, address.key()));
  }

  public Page<Recipient> page(RecipientQuery query) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE,
                    RecipientStore::recipient,
                    query.listId(),
                    query.after().orElse(0L),
                    query.contains(),
                    query.contains(),
                    query.domain(),
                    query.domain(),
                    query.limit() + 1)),
        query.limit(),
        Recipient::id);
  }

  /** How many recipients a list has; reads all of them. */
  public long count(long listId) {
    return database.read(
        connection -> Sql.one(connection, COUNT, row -> row.number("count"), listId));
  }

  /** Takes a recipient off a list. What was planned for it by a launched campaign is still sent. */
  public void remove(long listId, long id) {
    database.execute(
        connection -> {
          if (Sql.update(connection, DELETE, listId, id) == 0) {
            throw new NotFoundException("recipient", id);
          }
        });
  }

  private static Recipient recipient(Row row) throws SQLException {
    return new Recipient(
        row.number("id"),
        row.number("list_id"),
        row.text("address"),
        row.text("domain"),
        Json.readObject(row.text("attributes")),
        row.optionalNumber("import_id"),
        row.instant("created_at"),
        row.instant("updated_at"));
  }

  private static String json(Map<String, Object> attributes) {
    String json = Json.write(attributes);
    if (json.length() > CsvRows.LONGEST_ROW) {
      throw new InvalidException(
          "attributes",
          "are %,d characters long as JSON; %,d are allowed"
              .formatted(json.length(), CsvRows.LONGEST_ROW));
    }
    // a NUL character, which jsonb cannot hold; one written as text has its backslash doubled
    if (json.replace("\\\\", "").contains("\\u0000")) {
      throw new InvalidException("attributes", "have a NUL character");
    }
    return json;
  }
}
