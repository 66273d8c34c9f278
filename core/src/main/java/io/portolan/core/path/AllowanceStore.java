package io.portolan.core.path;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.PolicyPath.Cap;
import java.time.Instant;

/**
 * The {@code policy_allowance} table: how much of each cap all nodes together took in its latest
 * span. Thread-safe; holds no state.
 */
public final class AllowanceStore implements Allowances.Blocks {
  // a node whose clock is behind finds a later span here and gets nothing more of its own
  private static final String TAKE =
      """
      INSERT INTO policy_allowance AS known (name, span, begins, taken, last_block) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (name, span) DO UPDATE
         SET last_block = CASE WHEN known.begins = excluded.begins THEN least(excluded.last_block, ? - known.taken)
                               ELSE excluded.last_block END,
             taken = CASE WHEN known.begins = excluded.begins THEN least(known.taken + excluded.taken, ?)
                          ELSE excluded.taken END,
             begins = excluded.begins
       WHERE known.begins < excluded.begins OR (known.begins = excluded.begins AND known.taken < ?)
      RETURNING last_block
      """;

  private static final String TAKEN =
      "SELECT taken FROM policy_allowance WHERE name = ? AND span = ? AND begins = ?";

  private static final String EXPIRE = "DELETE FROM policy_allowance WHERE begins < ?";

  private final Database database;

  public AllowanceStore(Database database) {
    this.database = database;
  }

  @Override
  public int take(String name, Cap cap, Instant begins, int most) {
    int block = Math.min(most, cap.messages());
    return database.inTransaction(
        connection ->
            Sql.first(
                    connection,
                    TAKE,
                    row -> row.integer("last_block"),
                    name,
                    cap.span().id(),
                    begins,
                    block,
                    block,
                    cap.messages(),
                    cap.messages(),
                    cap.messages())
                .orElse(0));
  }

  @Override
  public int taken(String name, Cap cap, Instant begins) {
    return database.read(
        connection ->
            Sql.first(connection, TAKEN, row -> row.integer("taken"), name, cap.span().id(), begins)
                .orElse(0));
  }

  @Override
  public void expire(Instant oldest) {
    database.inTransaction(connection -> Sql.update(connection, EXPIRE, oldest));
  }
}
