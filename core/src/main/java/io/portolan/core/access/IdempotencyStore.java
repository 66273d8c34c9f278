package io.portolan.core.access;

import io.portolan.core.access.IdempotentCall.Answer;
import io.portolan.core.access.IdempotentCall.InProgress;
import io.portolan.core.access.IdempotentCall.Mismatch;
import io.portolan.core.access.IdempotentCall.Replay;
import io.portolan.core.access.IdempotentCall.Started;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/**
 * The {@code idempotency_key} table: which creating calls were answered, so that one that is sent
 * again is not served again. Keys belong to the API key that sent them and live for a day.
 * Thread-safe; holds no state.
 */
public final class IdempotencyStore {
  static final Duration LIFETIME = Duration.ofHours(24);

  /** After which a call that has no answer is taken for lost with the process that served it. */
  static final Duration LONGEST_CALL = Duration.ofMinutes(5);

  // takes over what is too old; otherwise a key that is there stays as it is
  private static final String BEGIN =
      """
      INSERT INTO idempotency_key AS k (api_key_id, key, fingerprint, created_at)
      VALUES (?, ?, ?, ?)
          ON CONFLICT (api_key_id, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
             status = NULL, location = NULL, body = NULL
       WHERE k.created_at < ? OR (k.status IS NULL AND k.created_at < ?)
      """;

  private static final String FIND =
      "SELECT * FROM idempotency_key WHERE api_key_id = ? AND key = ?";

  private static final String COMPLETE =
      """
      UPDATE idempotency_key SET status = ?, location = ?, body = ?
       WHERE api_key_id = ? AND key = ? AND status IS NULL
      """;

  private static final String RENEW =
      """
      UPDATE idempotency_key SET created_at = ?
       WHERE api_key_id = ? AND key = ? AND status IS NULL
      """;

  private static final String ABANDON =
      "DELETE FROM idempotency_key WHERE api_key_id = ? AND key = ? AND status IS NULL";

  private static final String EXPIRE = "DELETE FROM idempotency_key WHERE created_at < ?";

  private final Database database;
  private final InstantSource clock;

  public IdempotencyStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Claims a key for a call, or says what became of the call that has it.
   *
   * @param fingerprint what tells calls apart, such as {@code "POST /v1/lists " + body}
   */
  public IdempotentCall begin(long apiKeyId, String key, String fingerprint) {
    byte[] hash = AccessSecrets.hash(fingerprint);
    return database.inTransaction(
        connection -> {
          while (true) {
            Instant now = clock.instant();
            int claimed =
                Sql.update(
                    connection,
                    BEGIN,
                    apiKeyId,
                    key,
                    hash,
                    now,
                    now.minus(LIFETIME),
                    now.minus(LONGEST_CALL));
            if (claimed == 1) {
              return new Started();
            }
            Optional<IdempotentCall> known =
                Sql.first(connection, FIND, row -> known(row, hash), apiKeyId, key);
            if (known.isPresent()) {
              return known.get();
            }
            // it was abandoned in between: claim it anew
          }
        });
  }

  /**
   * Says that a call that was {@link Started} is still being served; to be said more often than
   * every five minutes, or the key is taken for lost.
   *
   * @return false when the key was taken over meanwhile, and answered or let go of
   */
  public boolean renew(long apiKeyId, String key) {
    return database.inTransaction(
            connection -> Sql.update(connection, RENEW, clock.instant(), apiKeyId, key))
        == 1;
  }

  /**
   * Keeps the answer to a call that was {@link Started}.
   *
   * @return false when the key was taken over meanwhile, and answered or let go of: its answer
   *     stays
   */
  public boolean complete(long apiKeyId, String key, Answer answer) {
    return database.inTransaction(
            connection ->
                Sql.update(
                    connection,
                    COMPLETE,
                    answer.status(),
                    answer.location(),
                    answer.body(),
                    apiKeyId,
                    key))
        == 1;
  }

  /**
   * Lets go of the key of a call that was {@link Started} and failed, so that it can be repeated.
   */
  public void abandon(long apiKeyId, String key) {
    database.execute(connection -> Sql.update(connection, ABANDON, apiKeyId, key));
  }

  /** Removes keys that are older than a day and returns how many; to be called now and then. */
  public int expire() {
    return database.inTransaction(
        connection -> Sql.update(connection, EXPIRE, clock.instant().minus(LIFETIME)));
  }

  private static IdempotentCall known(Row row, byte[] hash) throws SQLException {
    if (!Arrays.equals(row.bytes("fingerprint"), hash)) {
      return new Mismatch();
    }
    Optional<Integer> status = row.optionalInteger("status");
    return status.isEmpty()
        ? new InProgress()
        : new Replay(new Answer(status.get(), row.optionalText("location"), row.text("body")));
  }
}
