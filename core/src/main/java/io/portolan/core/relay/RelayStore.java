package io.portolan.core.relay;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.Routes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code relay} table. A relay keeps what the active policy uses of it: it is neither deleted
 * nor stripped of such a port.
 *
 * <p>Thread-safe. {@link #find} reads from memory and looks at the table half a second after it
 * last did; while the database cannot be reached it goes on with what it knows.
 */
public final class RelayStore implements Relays {
  private static final String LIST = "SELECT * FROM relay ORDER BY name";

  private static final String FIND = "SELECT * FROM relay WHERE name = ?";

  private static final String INSERT =
      """
      INSERT INTO relay (name, host, username, secret_ref, ports, source, updated_at)
      VALUES (?, ?, ?, ?, ?::jsonb, 'api', ?)
      ON CONFLICT DO NOTHING
      """;

  private static final String REPLACE =
      """
      UPDATE relay
         SET host = ?, username = ?, secret_ref = ?, ports = ?::jsonb, updated_at = ?
       WHERE name = ? AND source = 'api'
      """;

  // a relay that is as configured already keeps its time of change
  private static final String CONFIGURE =
      """
      INSERT INTO relay AS r (name, host, username, secret_ref, ports, source, updated_at)
      VALUES (?, ?, ?, ?, ?::jsonb, 'configuration', ?)
      ON CONFLICT (name) DO UPDATE
         SET host = excluded.host, username = excluded.username, secret_ref = excluded.secret_ref,
             ports = excluded.ports, source = excluded.source, updated_at = excluded.updated_at
       WHERE (r.host, r.username, r.secret_ref, r.ports, r.source)
          <> (excluded.host, excluded.username, excluded.secret_ref, excluded.ports, excluded.source)
      """;

  private static final String DELETE = "DELETE FROM relay WHERE name = ? AND source = 'api'";

  private static final String DELETE_CONFIGURED =
      "DELETE FROM relay WHERE name = ? AND source = 'configuration'";

  private static final Logger log = LoggerFactory.getLogger(RelayStore.class);
  private static final Duration FRESH = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  private final Database database;
  private final InstantSource clock;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile @Nullable Map<String, Relay> known;
  private volatile Instant lookAgainAt = Instant.MIN;

  public RelayStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** All relays by name, as stored at this moment. */
  public List<StoredRelay> list() {
    return database.read(connection -> Sql.list(connection, LIST, RelayStore::stored));
  }

  /**
   * A relay as stored at this moment.
   *
   * @throws NotFoundException if there is none of this name
   */
  public StoredRelay get(String name) {
    return database
        .read(connection -> Sql.first(connection, FIND, RelayStore::stored, name))
        .orElseThrow(() -> new NotFoundException("relay", name));
  }

  /**
   * Adds a relay.
   *
   * @throws InvalidException if the check refuses it
   * @throws ConflictException if there is one of this name
   */
  public StoredRelay create(Relay relay) {
    RelayCheck.check(relay);
    int created =
        database.inTransaction(
            connection ->
                Sql.update(
                    connection,
                    INSERT,
                    relay.name(),
                    relay.host(),
                    relay.username(),
                    relay.secretRef(),
                    RelayDocument.writePorts(relay.ports()),
                    clock.instant()));
    if (created == 0) {
      throw new ConflictException("There is a relay " + relay.name() + " already; replace it.");
    }
    forget();
    return get(relay.name());
  }

  /**
   * Puts another definition in a relay's place.
   *
   * @throws InvalidException if the check refuses it
   * @throws NotFoundException if there is none of this name
   * @throws ConflictException if the configuration defines it, or the active policy uses a port
   *     that it would lose
   */
  public StoredRelay replace(Relay relay) {
    RelayCheck.check(relay);
    database.execute(
        connection -> {
          PolicyStore.lock(connection);
          requireOfApi(connection, relay.name());
          requireUnused(connection, relay.name(), Set.copyOf(relay.ports()));
          Sql.update(
              connection,
              REPLACE,
              relay.host(),
              relay.username(),
              relay.secretRef(),
              RelayDocument.writePorts(relay.ports()),
              clock.instant(),
              relay.name());
        });
    forget();
    return get(relay.name());
  }

  /**
   * Removes a relay.
   *
   * @throws NotFoundException if there is none of this name
   * @throws ConflictException if the configuration defines it, or the active policy uses it
   */
  public void delete(String name) {
    database.execute(
        connection -> {
          PolicyStore.lock(connection);
          requireOfApi(connection, name);
          requireUnused(connection, name, Set.of());
          Sql.update(connection, DELETE, name);
        });
    forget();
  }

  /**
   * Brings the relays that the configuration defines up to date, all or none: adds and changes
   * those that are given, takes over those of the same name that were made by API, and removes
   * those that are given no more.
   *
   * @throws InvalidException if the check refuses one
   * @throws ConflictException if the active policy uses what would be lost
   */
  public void configure(List<Relay> relays) {
    relays.forEach(RelayCheck::check);
    database.execute(
        connection -> {
          PolicyStore.lock(connection);
          Set<String> names = new HashSet<>();
          for (Relay relay : relays) {
            if (!names.add(relay.name())) {
              throw new InvalidException("relays", "define " + relay.name() + " twice");
            }
            requireUnused(connection, relay.name(), Set.copyOf(relay.ports()));
            Sql.update(
                connection,
                CONFIGURE,
                relay.name(),
                relay.host(),
                relay.username(),
                relay.secretRef(),
                RelayDocument.writePorts(relay.ports()),
                clock.instant());
          }
          for (StoredRelay stored : Sql.list(connection, LIST, RelayStore::stored)) {
            String name = stored.relay().name();
            if (stored.isConfigured() && !names.contains(name)) {
              requireUnused(connection, name, Set.of());
              Sql.update(connection, DELETE_CONFIGURED, name);
            }
          }
        });
    forget();
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatabaseException if the database cannot be reached and nothing is known yet
   */
  @Override
  public Optional<Relay> find(String name) {
    return Optional.ofNullable(current().get(name));
  }

  /** {@inheritDoc} Reads the table, not what is in memory. */
  @Override
  public Routes on(Connection connection) throws SQLException {
    Map<String, Relay> stored = read(connection);
    return name -> Optional.ofNullable(stored.get(name));
  }

  private Map<String, Relay> current() {
    Map<String, Relay> present = known;
    if (present == null) {
      reading.lock();
    } else if (clock.instant().isBefore(lookAgainAt) || !reading.tryLock()) {
      return present;
    }
    try {
      Map<String, Relay> latest = database.read(RelayStore::read);
      known = latest;
      lookAgainAt = clock.instant().plus(FRESH);
      return latest;
    } catch (DatabaseException e) {
      if (present == null) {
        throw e;
      }
      lookAgainAt = clock.instant().plus(AFTER_FAILURE);
      log.warn(
          "the relays cannot be read; what is known of them stays in force: {}", e.getMessage());
      return present;
    } finally {
      reading.unlock();
    }
  }

  /**
   * Makes the next {@link #find} look at the table, so that a change made here is seen here at
   * once.
   */
  private void forget() {
    lookAgainAt = Instant.MIN;
  }

  private static Map<String, Relay> read(Connection connection) throws SQLException {
    return Sql.list(connection, LIST, RelayStore::stored).stream()
        .map(StoredRelay::relay)
        .collect(Collectors.toUnmodifiableMap(Relay::name, Function.identity()));
  }

  private static void requireOfApi(Connection connection, String name) throws SQLException {
    StoredRelay stored =
        Sql.first(connection, FIND, RelayStore::stored, name)
            .orElseThrow(() -> new NotFoundException("relay", name));
    if (stored.isConfigured()) {
      throw new ConflictException(
          "The configuration defines relay " + name + "; change it there and restart.");
    }
  }

  private static void requireUnused(Connection connection, String name, Set<RelayPort> kept)
      throws SQLException {
    Optional<PolicyStore.Active> active = PolicyStore.active(connection);
    if (active.isEmpty()) {
      return;
    }
    for (PolicyRule rule : active.get().policy().rules()) {
      for (PolicyPath path : rule.paths()) {
        if (path.route().equals(name) && !kept.contains(new RelayPort(path.port(), path.tls()))) {
          throw new ConflictException(
              "The active port policy (version "
                  + active.get().activation().version()
                  + ") uses "
                  + path.label()
                  + " with tls "
                  + path.tls().id()
                  + " in row "
                  + rule.isp()
                  + "; activate a policy without it first.");
        }
      }
    }
  }

  private static StoredRelay stored(Row row) throws SQLException {
    return new StoredRelay(
        new Relay(
            row.text("name"),
            row.text("host"),
            row.text("username"),
            row.text("secret_ref"),
            RelayDocument.readPorts(row.text("ports"))),
        row.text("source").equals("configuration"),
        row.instant("updated_at"));
  }
}
