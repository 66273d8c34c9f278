package io.portolan.core.access;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Problems;
import io.portolan.core.access.ApiKey.Created;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The {@code api_key} table. A key is {@value #PREFIX} and 256 random bits; only its SHA-256 is
 * stored. Thread-safe; holds no state.
 */
public final class ApiKeyStore {
  /** How every key begins, so that one that leaked can be recognised. */
  public static final String PREFIX = "ptl_";

  private static final int LONGEST_NAME = 100;
  private static final int LENGTH = PREFIX.length() + 43;

  private static final String INSERT =
      "INSERT INTO api_key (name, role, hash, created_at) VALUES (?, ?, ?, ?) RETURNING *";

  // of several nodes that start together one makes the key: the others wait here, then find it
  private static final String LOCK = "LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE";

  private static final String ANY = "SELECT EXISTS (SELECT FROM api_key) AS found";

  private static final String AUTHENTICATE =
      "SELECT * FROM api_key WHERE hash = ? AND revoked_at IS NULL";

  private static final String LIST = "SELECT * FROM api_key ORDER BY id";

  private static final String REVOKE =
      "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING *";

  private final Database database;
  private final InstantSource clock;

  public ApiKeyStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes a key.
   *
   * @throws ConflictException if another has the name, revoked or not
   */
  public Created create(String name, Role role) {
    Problems problems = new Problems();
    problems.checkName("name", name, LONGEST_NAME);
    problems.throwIfAny("The API key is not right");
    String secret = PREFIX + AccessSecrets.randomText();
    try {
      ApiKey key =
          database.inTransaction(
              connection ->
                  Sql.one(
                      connection,
                      INSERT,
                      ApiKeyStore::key,
                      name,
                      role.id(),
                      AccessSecrets.hash(secret),
                      clock.instant()));
      return new Created(key, secret);
    } catch (DatabaseException e) {
      if (e.isUniqueViolation()) {
        throw new ConflictException("There is an API key named \"" + name + "\" already.");
      }
      throw e;
    }
  }

  /** Makes an admin key named {@code first} if there was never any key. */
  public Optional<Created> createFirst() {
    String secret = PREFIX + AccessSecrets.randomText();
    return database.inTransaction(
        connection -> {
          Sql.update(connection, LOCK);
          if (Sql.one(connection, ANY, row -> row.flag("found"))) {
            return Optional.empty();
          }
          ApiKey key =
              Sql.one(
                  connection,
                  INSERT,
                  ApiKeyStore::key,
                  "first",
                  Role.ADMIN.id(),
                  AccessSecrets.hash(secret),
                  clock.instant());
          return Optional.of(new Created(key, secret));
        });
  }

  /** The key with a secret; empty if there is none, or it was revoked. */
  public Optional<ApiKey> authenticate(String secret) {
    if (secret.length() != LENGTH || !secret.startsWith(PREFIX)) {
      return Optional.empty();
    }
    // the comparison is the index's, of hashes: its time says nothing about the secret
    return database.read(
        connection ->
            Sql.first(connection, AUTHENTICATE, ApiKeyStore::key, AccessSecrets.hash(secret)));
  }

  /** All keys, those that were revoked too. */
  public List<ApiKey> list() {
    return database.read(connection -> Sql.list(connection, LIST, ApiKeyStore::key));
  }

  /** Takes a key's power for good, from the next call on. */
  public ApiKey revoke(long id) {
    return database.inTransaction(
        connection ->
            Sql.first(connection, REVOKE, ApiKeyStore::key, clock.instant(), id)
                .orElseThrow(() -> new NotFoundException("API key", id)));
  }

  private static ApiKey key(Row row) throws SQLException {
    return new ApiKey(
        row.number("id"),
        row.text("name"),
        Role.of(row.text("role")).orElseThrow(),
        row.instant("created_at"),
        row.optionalInstant("revoked_at"));
  }
}
