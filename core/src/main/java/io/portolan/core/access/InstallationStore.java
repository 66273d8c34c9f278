package io.portolan.core.access;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;

/** The {@code installation} table: one row. Thread-safe; holds no state. */
public final class InstallationStore {
  // of several nodes that start together one inserts; the others find its row when they read
  private static final String INSERT =
      "INSERT INTO installation (token_key) VALUES (?) ON CONFLICT (id) DO NOTHING";

  private static final String FIND = "SELECT token_key FROM installation";

  private final Database database;

  public InstallationStore(Database database) {
    this.database = database;
  }

  /**
   * The key that signs the tokens of unsubscribe links and return paths: 32 random bytes, made when
   * first asked for and the same on all nodes ever after.
   */
  public byte[] tokenKey() {
    return database.inTransaction(
        connection -> {
          Sql.update(connection, INSERT, AccessSecrets.random());
          return Sql.one(connection, FIND, row -> row.bytes("token_key"));
        });
  }
}
