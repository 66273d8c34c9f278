package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Sql;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check right before a message goes out: whether its recipient was suppressed since its batch
 * was claimed. One small statement four times a second reads what changed; a message costs a look
 * into memory, and a statement only when its address or domain is among that, or its batch is older
 * than what is remembered.
 *
 * <p>While the database does not answer nothing new is seen; then every campaign's gate closes
 * within five seconds.
 *
 * <p>Thread-safe. It remembers {@value #MOST} changes at most.
 */
public final class SuppressionCheck implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SuppressionCheck.class);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  /** How long before a batch came here it may have been claimed. */
  private static final Duration CLAIM = Duration.ofMinutes(1);

  /** What a restored database brings along of another server's transactions is older. */
  private static final Duration RESTORED = Duration.ofHours(1);

  private static final Duration MEMORY = Duration.ofMinutes(30);

  /** No transaction stays open for longer after it wrote a suppression. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(5);

  private static final String BEGINNING = "0";
  private static final int MOST = 20_000;
  private static final String ERASED = "#";

  // the horizon and the rows are of one snapshot. The bound by time is for a database that was
  // restored, whose transaction numbers begin anew
  private static final String CHANGED =
      """
      SELECT now.horizon, s.value
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) AS now
        LEFT JOIN LATERAL (
             SELECT CASE kind WHEN 'hash' THEN '#' ELSE value END AS value
               FROM suppression
              WHERE changed_by >= ?::xid8 AND changed_at >= now() - make_interval(secs => ?)
              LIMIT ?) AS s ON true
      """;

  private final Database database;
  private final SuppressionStore store;
  private final InstantSource clock;

  // written by refresh alone, which holds the monitor
  private final Map<String, Instant> changed = new ConcurrentHashMap<>();
  private final Queue<Change> order = new ArrayDeque<>();
  private String horizon;
  private volatile Instant completeSince;
  private volatile Instant readAt;
  private @Nullable Thread poller;
  private volatile boolean closed;

  private record Change(String value, Instant readAt) {}

  private record Seen(String horizon, Optional<String> value) {}

  /** Begins with what changed while the latest batches were claimed. */
  public SuppressionCheck(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
    store = new SuppressionStore(database);
    readAt = clock.instant();
    completeSince = readAt.minus(CLAIM);
    horizon = read(BEGINNING, LONGEST_TRANSACTION.plus(CLAIM));
  }

  /** A check that a thread of its own keeps up to date until it is closed. */
  public static SuppressionCheck started(Database database, InstantSource clock) {
    SuppressionCheck check = new SuppressionCheck(database, clock);
    check.poller =
        Thread.ofPlatform().daemon().name("suppression-check").start(check::refreshUntilClosed);
    return check;
  }

  @Override
  public void close() {
    closed = true;
    Thread running = poller;
    if (running != null) {
      running.interrupt();
    }
  }

  /** What suppresses an address for mail of an origin now. Asks the database. */
  public Optional<StoredSuppression> find(EmailAddress address, MailOrigin origin) {
    return store.findCovering(address, origin, clock.instant());
  }

  /**
   * What suppresses an address for mail of an origin, of what was not known when its batch was
   * claimed.
   *
   * @param since when the batch came to this node, right after it was claimed
   */
  public Optional<StoredSuppression> findSince(
      Instant since, EmailAddress address, MailOrigin origin) {
    return since.minus(CLAIM).isBefore(completeSince)
            || isTooLongAgo(clock.instant())
            || mayBeCovered(address)
        ? find(address, origin)
        : Optional.empty();
  }

  /** Whether it was read so long ago, as by a node that stood still, that a look may not reach. */
  private boolean isTooLongAgo(Instant now) {
    return readAt.isBefore(now.minus(MEMORY));
  }

  private boolean mayBeCovered(EmailAddress address) {
    if (changed.isEmpty()) {
      return false;
    }
    if (changed.containsKey(address.key()) || changed.containsKey(ERASED)) {
      return true;
    }
    for (Optional<Domain> domain = Optional.of(address.domain());
        domain.isPresent();
        domain = domain.get().parent()) {
      if (changed.containsKey(domain.get().name())) {
        return true;
      }
    }
    return false;
  }

  /** Reads what changed since it was called last. */
  public synchronized void refresh() {
    horizon = read(horizon, RESTORED);
  }

  private synchronized String read(String from, Duration window) {
    Instant now = clock.instant();
    List<Seen> seen =
        database.read(
            connection ->
                Sql.list(
                    connection,
                    CHANGED,
                    row -> new Seen(row.text("horizon"), row.optionalText("value")),
                    from,
                    (double) window.toSeconds(),
                    MOST + 1));
    for (Seen each : seen) {
      each.value()
          .filter(value -> changed.put(value, now) == null)
          .ifPresent(value -> order.add(new Change(value, now)));
    }
    if (seen.size() > MOST || order.size() > MOST || isTooLongAgo(now)) {
      // not all of it was read, or it is too much to remember:
      // batches that are here ask the database; what they remember begins anew
      completeSince = now;
      order.clear();
      changed.clear();
    }
    Instant oldest = now.minus(MEMORY);
    for (Change first = order.peek();
        first != null && first.readAt().isBefore(oldest);
        first = order.peek()) {
      completeSince = oldest;
      order.remove();
      if (!changed.remove(first.value(), first.readAt())) {
        // it changed once more since
        order.add(new Change(first.value(), changed.getOrDefault(first.value(), now)));
      }
    }
    readAt = now;
    return seen.getFirst().horizon();
  }

  private void refreshUntilClosed() {
    while (!closed) {
      try {
        Thread.sleep(INTERVAL);
        refresh();
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException e) {
        log.debug("suppressions are read again when the database is back", e);
      } catch (RuntimeException e) {
        log.error("Suppressions could not be read, will try again", e);
      }
    }
  }
}
