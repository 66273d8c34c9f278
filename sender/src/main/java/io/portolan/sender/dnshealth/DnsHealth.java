package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.dnshealth.FindingChange;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the DNS of what mail is sent from, on a schedule and when asked, and stores what it finds.
 * One node of a network checks at a time.
 *
 * <p>Thread-safe.
 */
public final class DnsHealth implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DnsHealth.class);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  // beyond the deadline of the checks, for what is stored
  private static final Duration SPARE = Duration.ofMinutes(1);
  // so that nodes whose addresses differ keep each other's findings
  private static final Duration KEPT = Duration.ofDays(1);
  private static final double JITTER = 0.1;

  private final DnsHealthStore store;
  private final DnsHealthChecks checks;
  private final Supplier<Subjects> subjects;
  private final Settings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private @Nullable Thread worker;

  /**
   * How it checks.
   *
   * @param every between rounds, a tenth more or less
   * @param node the name of this node
   * @param listener is told of errors and of their end
   */
  public record Settings(Duration every, String node, DnsHealthListener listener) {}

  public DnsHealth(
      DnsHealthStore store,
      DnsHealthChecks checks,
      Supplier<Subjects> subjects,
      Settings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.checks = checks;
    this.subjects = subjects;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /** Begins to check on the schedule. */
  public synchronized void start() {
    worker = Thread.ofVirtual().name("dns-health").start(this::run);
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      running = worker;
      worker = null;
    }
    if (running == null) {
      return;
    }
    running.interrupt();
    try {
      running.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes the round that is due, if any; whether there was one. */
  boolean roundIfDue() throws InterruptedException {
    Instant now = clock.instant();
    if (!store.claimDue(now, claimedUntil(now), settings.node())) {
      return false;
    }
    round();
    return true;
  }

  /**
   * Checks everything now.
   *
   * @return what was found; empty while a check is under way here or on another node
   */
  public Optional<List<DnsFinding>> checkNow() throws InterruptedException {
    Instant now = clock.instant();
    return store.claim(now, claimedUntil(now), settings.node())
        ? Optional.of(round())
        : Optional.empty();
  }

  /**
   * Checks a domain now, and what its mail would rest on. What is found of a domain that no
   * campaign sends from is not stored.
   *
   * @return what was found; empty while a check is under way here or on another node
   */
  public Optional<List<DnsFinding>> checkNow(Domain domain) throws InterruptedException {
    Instant now = clock.instant();
    if (!store.claim(now, claimedUntil(now), settings.node())) {
      return Optional.empty();
    }
    try {
      Subjects all = subjects.get();
      List<DnsFinding> found = checks.check(all, domain);
      if (all.sendingDomains().contains(domain)) {
        record(found);
      }
      return Optional.of(found);
    } finally {
      store.release(clock.instant(), settings.node());
    }
  }

  private List<DnsFinding> round() throws InterruptedException {
    try {
      List<DnsFinding> found = checks.check(subjects.get());
      record(found);
      store.forgetUnchecked(clock.instant(), KEPT);
      return found;
    } finally {
      Instant now = clock.instant();
      store.release(now, now.plus(pause()), settings.node());
    }
  }

  private void record(List<DnsFinding> found) {
    store.record(found, clock.instant(), settings.node()).stream()
        .filter(FindingChange::isAlert)
        .forEach(settings.listener()::changed);
  }

  private Instant claimedUntil(Instant now) {
    return now.plus(checks.deadline()).plus(SPARE);
  }

  private Duration pause() {
    double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
    return Duration.ofMillis(Math.round(settings.every().toMillis() * factor));
  }

  private void run() {
    boolean isAway = false;
    try {
      while (true) {
        Thread.sleep(PAUSE);
        try {
          roundIfDue();
          isAway = false;
        } catch (DatabaseException e) {
          if (!isAway) {
            log.warn("the DNS is not checked while the database is away: {}", e.getMessage());
          }
          isAway = true;
        } catch (RuntimeException e) {
          log.error("the check of the DNS has failed and goes on", e);
        }
      }
    } catch (InterruptedException e) {
      // the node is closing
    }
  }
}
