package io.portolan.sender.lane;

import io.portolan.core.database.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What couriers meet while the database is away or busy. People are told once for each time that it
 * lasts, whatever the number of batches at hand. Thread-safe.
 */
final class Outages {
  private static final Logger log = LoggerFactory.getLogger(Outages.class);

  /** So long without trouble, and it was over. */
  private static final Duration GAP = Duration.ofMinutes(1);

  private final InstantSource clock;
  private Instant latest = Instant.MIN;

  Outages(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Leaves what is not offered yet of a batch as it is, if a failure is one of the database that
   * may pass.
   *
   * @return whether it is
   */
  boolean leaves(BatchRun run, Throwable failure) {
    if (!(failure instanceof DatabaseException away && away.mayPass())) {
      return false;
    }
    run.abandon();
    if (isNews()) {
      log.warn(
          "{}; what is not offered yet is left as it is and sent when the database answers again",
          away.getMessage());
    } else {
      log.debug("batch {} is left: {}", run.batch().id(), away.getMessage());
    }
    return true;
  }

  private synchronized boolean isNews() {
    Instant now = clock.instant();
    boolean isNews = latest.isBefore(now.minus(GAP));
    latest = now;
    return isNews;
  }
}
