package io.portolan.sender.path;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.path.PathHealthStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares path health between the nodes of one network through the database: stores what this node
 * finds out four times a second, and learns each second what others have stored. While the database
 * is away each node goes on with what it knows.
 *
 * <p>Thread-safe.
 */
public final class SharedHealth implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SharedHealth.class);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final int TICKS_TO_LEARN = 4;

  /** Longer than a transaction of another node takes to commit. */
  private static final Duration OVERLAP = Duration.ofSeconds(15);

  private final PathHealth health;
  private final PathHealthStore store;
  private boolean isAway;
  private @Nullable Thread worker;

  public SharedHealth(PathHealth health, PathHealthStore store) {
    this.health = health;
    this.store = store;
  }

  /** Takes over what is stored, and begins to share. */
  public void start() {
    store.all().forEach(health::restore);
    worker = Thread.ofPlatform().daemon().name("path-health").start(this::run);
  }

  /** Stores what is left, and ends. */
  @Override
  public void close() {
    Thread running = worker;
    if (running != null) {
      running.interrupt();
      try {
        running.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stores what this node has found out and the others do not know. */
  public void flush() {
    HealthJournal.Entries pending = health.journal().pending();
    if (!pending.isEmpty()) {
      store.store(pending.states(), pending.transitions());
      health.journal().stored(pending);
    }
  }

  /** Takes over what other nodes have stored lately. */
  public void learn() {
    store.changedWithin(OVERLAP).forEach(health::learn);
  }

  private void run() {
    boolean isEnding = false;
    for (int tick = 1; !isEnding; tick++) {
      try {
        Thread.sleep(TICK);
      } catch (InterruptedException e) {
        isEnding = true;
      }
      step(tick % TICKS_TO_LEARN == 0 && !isEnding);
    }
  }

  private void step(boolean isTurnToLearn) {
    try {
      flush();
      if (isTurnToLearn) {
        learn();
      }
      if (isAway) {
        store.all().forEach(health::learn);
        log.info("path health is shared again");
        isAway = false;
      }
    } catch (DatabaseException e) {
      if (!isAway) {
        log.warn(
            "path health cannot be shared, each node goes on with its own: {}", e.getMessage());
        isAway = true;
      }
    } catch (RuntimeException e) {
      log.error("sharing path health has failed and goes on", e);
    }
  }
}
