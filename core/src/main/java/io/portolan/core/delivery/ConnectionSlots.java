package io.portolan.core.delivery;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbered connection slots of a lane, each held by one node at a time, so that a platform's limits
 * hold for all nodes together.
 *
 * <p>A slot is a session-level advisory lock of PostgreSQL on one connection that this node keeps
 * for nothing else. If the node dies, the server releases its slots with the connection. A slot
 * counts as held for five seconds after the server last answered on that connection, which is asked
 * four times a second: others find a node dead only after it was silent for longer.
 *
 * <p>If the connection is lost, every slot of this node is lost with it. Its sessions are open for
 * a moment yet, so that the node takes the same slots again as soon as it can; what it did not have
 * it leaves to the others for some seconds, for the server may have been restarted and they have
 * lost theirs, too. A slot that was lost for good counts here until it is closed.
 *
 * <p>A node that is frozen, or cut off, keeps its connection, and its slots with it. Those who have
 * found it dead end that connection: {@link #endOfDeadNodes}.
 *
 * <p>Thread-safe; each call but {@link Slot#isHeld} holds the monitor for one short statement.
 */
public final class ConnectionSlots implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectionSlots.class);

  // LIMIT stops the scan at the first lock that is granted
  private static final String ACQUIRE =
      """
      SELECT slot FROM unnest(?::int[]) AS slot WHERE pg_try_advisory_lock(hashtext('lane ' || ?), slot) LIMIT 1
      """;

  // advisory locks of two integers have objsubid 2
  private static final String HELD_BY_ALL =
      """
      SELECT count(*) FROM pg_locks
       WHERE locktype = 'advisory' AND objsubid = 2 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND classid::bigint = hashtext('lane ' || ?)::bigint & 4294967295
      """;

  private static final String RELEASE = "SELECT pg_advisory_unlock(hashtext('lane ' || ?), ?)";

  private static final String RELEASE_ALL =
      "SELECT pg_advisory_unlock_all(); RESET application_name";

  private static final String MARK =
      "SELECT set_config('application_name', 'portolan slots ' || md5(?), false)";

  // a node lives while Quartz keeps its check-in
  private static final String END_OF_DEAD =
      """
      SELECT count(pg_terminate_backend(a.pid))::int AS ended
        FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.usename = current_user
         AND starts_with(a.application_name, 'portolan slots ')
         AND a.application_name NOT IN (
             SELECT 'portolan slots ' || md5(instance_name) FROM qrtz_scheduler_state)
         AND EXISTS (SELECT FROM qrtz_scheduler_state)
      """;

  private static final int VALID_TIMEOUT_SECONDS = 2;

  /** A server that answers no statement for so long is as good as gone. */
  private static final int ANSWER_TIMEOUT_MILLIS = 4_000;

  private static final long CHECK_MILLIS = 250;

  /** How long a slot is sure without an answer; nobody is found dead sooner. */
  private static final long SURE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Optional<String> node;
  private final DataSource dataSource;
  private final List<Slot> held = new ArrayList<>();
  // lost, and not given up yet by those who have sessions on them: a peer counts these, too
  private final List<Slot> lingering = new ArrayList<>();
  // of which the connection was lost; until the others have had the time to take theirs again
  private final Map<String, Set<Integer>> formerly = new HashMap<>();
  private boolean mayHaveLostAll;
  private long connectedNanos;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Connection connection;
  private volatile long answeredNanos;

  /** Slots of somebody who is no node of the cluster; they end with the connection alone. */
  public ConnectionSlots(Database database) {
    this(database, Optional.empty());
  }

  /**
   * Slots of a node.
   *
   * @param node its name in the cluster
   */
  public ConnectionSlots(Database database, String node) {
    this(database, Optional.of(node));
  }

  private ConnectionSlots(Database database, Optional<String> node) {
    this.node = node;
    dataSource = database.dataSource();
    Thread.ofVirtual().name("connection-slots").start(this::watch);
  }

  /** One slot of a lane. Thread-safe. */
  public final class Slot implements AutoCloseable {
    private final String lane;
    private final int number;
    private volatile boolean isGranted = true;

    private Slot(String lane, int number) {
      this.lane = lane;
      this.number = number;
    }

    /** Which slot of the lane, from 0. */
    public int number() {
      return number;
    }

    /**
     * Whether this node holds the slot, and has heard so within seconds; false while the database
     * connection is lost.
     */
    public boolean isHeld() {
      return isGranted && System.nanoTime() - answeredNanos < SURE_NANOS;
    }

    @Override
    public void close() {
      release(this);
    }
  }

  /**
   * Takes a free slot of a lane.
   *
   * @param limit how many slots the lane has
   * @return empty when all are taken, here or on other nodes, the database is away or was so a
   *     moment ago, or slots that were lost are still in use here
   */
  public synchronized Optional<Slot> tryAcquire(String lane, int limit) {
    try {
      Connection current = connected();
      Integer[] free = mayTake(lane, limit);
      if (free.length == 0) {
        return Optional.empty();
      }
      long asked = System.nanoTime();
      Optional<Integer> taken = tryLock(current, lane, free);
      answeredNanos = asked;
      if (taken.isEmpty()) {
        return Optional.empty();
      }
      Slot slot = new Slot(lane, taken.get());
      held.add(slot);
      return Optional.of(slot);
    } catch (SQLException e) {
      lost(e);
      return Optional.empty();
    }
  }

  private Integer[] mayTake(String lane, int limit) {
    List<Integer> mine =
        Stream.concat(held.stream(), lingering.stream())
            .filter(slot -> slot.lane.equals(lane))
            .map(Slot::number)
            .toList();
    if (mine.size() >= limit) {
      return new Integer[0];
    }
    if (mayHaveLostAll && System.nanoTime() - connectedNanos >= SURE_NANOS) {
      mayHaveLostAll = false;
      formerly.clear();
    }
    Set<Integer> before = formerly.getOrDefault(lane, Set.of());
    return IntStream.range(0, limit)
        .boxed()
        .filter(number -> !mine.contains(number) && (!mayHaveLostAll || before.contains(number)))
        .toArray(Integer[]::new);
  }

  private Optional<Integer> tryLock(Connection current, String lane, Integer... numbers)
      throws SQLException {
    try (PreparedStatement statement = current.prepareStatement(ACQUIRE)) {
      statement.setArray(1, current.createArrayOf("int", numbers));
      statement.setString(2, lane);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
      }
    }
  }

  /** Which part of a lane's slots that are held is held here: above 0, and 1 where that is all. */
  public synchronized double share(String lane) {
    long mine = held.stream().filter(slot -> slot.lane.equals(lane)).count();
    if (mine == 0) {
      return 1;
    }
    try (PreparedStatement statement = connected().prepareStatement(HELD_BY_ALL)) {
      statement.setString(1, lane);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? (double) mine / Math.max(mine, row.getLong(1)) : 1;
      }
    } catch (SQLException e) {
      lost(e);
      return 1;
    }
  }

  /** Lets go of every slot. */
  @Override
  public synchronized void close() {
    closed.countDown();
    disconnect();
  }

  /**
   * Ends the connections on which nodes hold slots that are in the cluster no more.
   *
   * @return how many there were
   */
  public static int endOfDeadNodes(Database database) {
    return database.read(
        connection -> Sql.one(connection, END_OF_DEAD, row -> row.integer("ended")));
  }

  private void watch() {
    try {
      while (!closed.await(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
        check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void check() {
    if (held.isEmpty() && lingering.isEmpty()) {
      return;
    }
    try {
      long asked = System.nanoTime();
      if (!connected().isValid(VALID_TIMEOUT_SECONDS)) {
        throw new SQLException("connection is not valid", "08006");
      }
      answeredNanos = asked;
    } catch (SQLException e) {
      lost(e);
    }
  }

  private synchronized void release(Slot slot) {
    slot.isGranted = false;
    lingering.remove(slot);
    Connection current = connection;
    if (!held.remove(slot) || current == null) {
      return;
    }
    try (PreparedStatement statement = current.prepareStatement(RELEASE)) {
      statement.setString(1, slot.lane);
      statement.setInt(2, slot.number);
      statement.execute();
    } catch (SQLException e) {
      lost(e);
    }
  }

  private Connection connected() throws SQLException {
    Connection current = connection;
    if (current == null) {
      long asked = System.nanoTime();
      current = dataSource.getConnection();
      if (!current.isValid(VALID_TIMEOUT_SECONDS)) {
        current.close();
        throw new SQLException("connection is not valid", "08006");
      }
      connection = current;
      // reset by the pool when the connection goes back
      current.setNetworkTimeout(Runnable::run, ANSWER_TIMEOUT_MILLIS);
      if (node.isPresent()) {
        String _ = Sql.one(current, MARK, row -> row.text("set_config"), node.get());
      }
      connectedNanos = System.nanoTime();
      answeredNanos = asked;
      takeAgain(current);
    }
    return current;
  }

  private void takeAgain(Connection current) throws SQLException {
    for (Slot slot : List.copyOf(lingering)) {
      if (tryLock(current, slot.lane, slot.number).isPresent()) {
        lingering.remove(slot);
        held.add(slot);
        slot.isGranted = true;
      }
    }
  }

  private void lost(SQLException cause) {
    if (connection == null) {
      log.debug("there is no connection for slots", cause);
      return;
    }
    log.info(
        "Connection slots are lost with the database connection and are taken anew: {}",
        cause.getMessage());
    mayHaveLostAll = true;
    disconnect();
  }

  private synchronized void disconnect() {
    Connection current = connection;
    connection = null;
    for (Slot slot : held) {
      slot.isGranted = false;
      lingering.add(slot);
      formerly.computeIfAbsent(slot.lane, _ -> new HashSet<>()).add(slot.number);
    }
    held.clear();
    if (current == null) {
      return;
    }
    try (current;
        Statement statement = current.createStatement()) {
      // the connection goes back to the pool, and must not take the locks along
      statement.execute(RELEASE_ALL);
    } catch (SQLException e) {
      log.debug("the slot connection is broken, and its slots are free with it", e);
    }
  }
}
