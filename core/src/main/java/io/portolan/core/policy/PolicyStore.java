package io.portolan.core.policy;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.Problems;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The {@code port_policy} and {@code port_policy_activation} tables: versions of the port policy,
 * which are only ever added, and the history of which was in force. To roll back is to activate an
 * older version.
 *
 * <p>Thread-safe; holds no state.
 */
public final class PolicyStore {
  /**
   * Serialises what decides which relays the active policy uses; {@code RelayStore} takes it too.
   */
  private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('portolan.routes'))";

  private static final String APPEND =
      """
      INSERT INTO port_policy (version, document, author, note, created_at)
      SELECT coalesce(max(version), 0) + 1, ?::jsonb, ?, ?, ? FROM port_policy
      RETURNING *
      """;

  private static final String FIND = "SELECT * FROM port_policy WHERE version = ?";

  private static final String IS_EMPTY = "SELECT NOT EXISTS (SELECT FROM port_policy) AS is_empty";

  private static final String PAGE =
      "SELECT * FROM port_policy WHERE version < ? ORDER BY version DESC LIMIT ?";

  private static final String ACTIVATE =
      """
      INSERT INTO port_policy_activation (version, author, note, at) VALUES (?, ?, ?, ?)
      RETURNING *
      """;

  private static final String LATEST_ACTIVATION =
      "SELECT * FROM port_policy_activation ORDER BY id DESC LIMIT 1";

  private static final String BEFORE =
      """
      SELECT p.* FROM port_policy p JOIN port_policy_activation a USING (version)
       WHERE version <> ? ORDER BY a.id DESC LIMIT 1
      """;

  private static final String ACTIVATIONS =
      "SELECT * FROM port_policy_activation WHERE id < ? ORDER BY id DESC LIMIT ?";

  private static final PolicyDocument STORED = new PolicyDocument(relay -> Optional.empty());
  private static final int LONGEST_NOTE = 1000;

  private final Database database;
  private final InstantSource clock;

  public PolicyStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A version and the activation by which it is in force. */
  public record Active(PolicyActivation activation, PortPolicy policy) {}

  /**
   * Stores a new version. It is not in force until it is activated.
   *
   * @throws io.portolan.core.InvalidException if the check refuses it; nothing is stored
   */
  public PolicyVersion append(PortPolicy policy, PolicyCheck check, String author, String note) {
    checkNote(note);
    check.check(policy).throwIfRefused();
    return database.inTransaction(connection -> append(connection, policy, author, note));
  }

  /**
   * Puts a version in force, as a whole; every node takes it within a second.
   *
   * @throws NotFoundException if there is no such version
   * @throws io.portolan.core.InvalidException if the check refuses it now, such as when a relay is
   *     gone that it uses
   */
  public PolicyActivation activate(int version, PolicyCheck check, String author, String note) {
    checkNote(note);
    PortPolicy policy = get(version).policy();
    return database.inTransaction(
        connection -> {
          lock(connection);
          check.on(connection).check(policy).throwIfRefused();
          return activate(connection, version, author, note);
        });
  }

  /**
   * Stores a version and puts it in force, unless another was activated meanwhile.
   *
   * @param present the activation that must be the latest
   * @return the new activation; empty if there was a later one, and nothing was stored
   * @throws io.portolan.core.InvalidException if the check refuses it
   */
  public Optional<PolicyActivation> replace(
      PolicyActivation present, PortPolicy policy, PolicyCheck check, String author, String note) {
    checkNote(note);
    return database.inTransaction(
        connection -> {
          lock(connection);
          long latest =
              Sql.first(connection, LATEST_ACTIVATION, PolicyStore::activation)
                  .map(PolicyActivation::id)
                  .orElse(0L);
          if (latest != present.id()) {
            return Optional.empty();
          }
          check.on(connection).check(policy).throwIfRefused();
          int version = append(connection, policy, author, note).version();
          return Optional.of(activate(connection, version, author, note));
        });
  }

  /**
   * Puts the version in force that was so before the present one. Called again it goes forward
   * again, so name the version to leave where a call may be repeated.
   *
   * @param leaving the version that must be the present one, if given
   * @throws ConflictException if it is not, or if no other version was ever in force
   * @throws io.portolan.core.InvalidException as {@link #activate}
   */
  public PolicyActivation rollBack(
      Optional<Integer> leaving, PolicyCheck check, String author, String note) {
    checkNote(note);
    return database.inTransaction(
        connection -> {
          lock(connection);
          int present =
              Sql.first(connection, LATEST_ACTIVATION, PolicyStore::activation)
                  .map(PolicyActivation::version)
                  .orElseThrow(() -> new ConflictException("No version was activated yet."));
          if (leaving.isPresent() && leaving.get() != present) {
            throw new ConflictException(
                "Version "
                    + present
                    + " is in force, and not version "
                    + leaving.get()
                    + "; nothing was rolled back.");
          }
          PolicyVersion before =
              Sql.first(connection, BEFORE, PolicyStore::version, present)
                  .orElseThrow(
                      () ->
                          new ConflictException(
                              "No version was in force before version " + present + "."));
          check.on(connection).check(before.policy()).throwIfRefused();
          return activate(connection, before.version(), author, note);
        });
  }

  /**
   * Stores and activates a policy if there is none at all yet; several nodes may do so at once.
   *
   * @return whether it was stored
   */
  public boolean seed(PortPolicy policy, PolicyCheck check, String author, String note) {
    return database.inTransaction(
        connection -> {
          lock(connection);
          check.on(connection).check(policy).throwIfRefused();
          if (!Sql.one(connection, IS_EMPTY, row -> row.flag("is_empty"))) {
            return false;
          }
          int version = append(connection, policy, author, note).version();
          activate(connection, version, author, note);
          return true;
        });
  }

  public Optional<PolicyVersion> find(int version) {
    return database.read(connection -> Sql.first(connection, FIND, PolicyStore::version, version));
  }

  /**
   * A version.
   *
   * @throws NotFoundException if there is none
   */
  public PolicyVersion get(int version) {
    return find(version).orElseThrow(() -> new NotFoundException("port policy version", version));
  }

  /** The versions below one, latest first. */
  public Page<PolicyVersion> list(long before, int limit) {
    return Page.cut(
        database.read(
            connection -> Sql.list(connection, PAGE, PolicyStore::version, before, limit + 1)),
        limit,
        PolicyVersion::version);
  }

  /** What is in force; empty only before the first activation. */
  public Optional<Active> active() {
    return database.read(PolicyStore::active);
  }

  /** What is in force, read within a transaction that holds {@link #lock}. */
  public static Optional<Active> active(Connection connection) throws SQLException {
    Optional<PolicyActivation> latest =
        Sql.first(connection, LATEST_ACTIVATION, PolicyStore::activation);
    if (latest.isEmpty()) {
      return Optional.empty();
    }
    PolicyVersion version = Sql.one(connection, FIND, PolicyStore::version, latest.get().version());
    return Optional.of(new Active(latest.get(), version.policy()));
  }

  /** The latest activation, without its policy. */
  public Optional<PolicyActivation> latestActivation() {
    return database.read(
        connection -> Sql.first(connection, LATEST_ACTIVATION, PolicyStore::activation));
  }

  /** The activations before one, latest first. */
  public Page<PolicyActivation> activations(long before, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(connection, ACTIVATIONS, PolicyStore::activation, before, limit + 1)),
        limit,
        PolicyActivation::id);
  }

  /** Waits until no other transaction changes routes: activates a version, or changes a relay. */
  public static void lock(Connection connection) throws SQLException {
    Sql.one(connection, LOCK, row -> true);
  }

  private PolicyVersion append(Connection connection, PortPolicy policy, String author, String note)
      throws SQLException {
    lock(connection);
    return Sql.one(
        connection,
        APPEND,
        PolicyStore::version,
        PolicyDocument.writeJson(policy),
        author,
        note,
        clock.instant());
  }

  private PolicyActivation activate(Connection connection, int version, String author, String note)
      throws SQLException {
    return Sql.one(
        connection, ACTIVATE, PolicyStore::activation, version, author, note, clock.instant());
  }

  private static void checkNote(String note) {
    Problems problems = new Problems();
    problems.checkText("note", note, LONGEST_NOTE);
    problems.throwIfAny("The port policy is refused");
  }

  private static PolicyVersion version(Row row) throws SQLException {
    return new PolicyVersion(
        row.integer("version"),
        STORED.readJson(row.text("document")),
        row.text("author"),
        row.text("note"),
        row.instant("created_at"));
  }

  private static PolicyActivation activation(Row row) throws SQLException {
    return new PolicyActivation(
        row.number("id"),
        row.integer("version"),
        row.text("author"),
        row.text("note"),
        row.instant("at"));
  }
}
