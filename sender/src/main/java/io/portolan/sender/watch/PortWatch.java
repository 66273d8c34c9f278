package io.portolan.sender.watch;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.json.Json;
import io.portolan.core.path.PathState;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.core.path.VerdictMeaning;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.path.PortEffect;
import io.portolan.sender.probe.ConnectSeries;
import io.portolan.sender.probe.PortProbe;
import io.portolan.sender.probe.PortVerdict;
import io.portolan.sender.probe.ProbeReport;
import io.portolan.sender.probe.ProbeRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the ports that the policy uses, and the paths that mail has left. A port is looked at by
 * its control hosts now and then, at once when paths on it fail, and at 5, 10, 20 … 60 minutes
 * while something is wrong with it; a verdict needs two rounds that agree. One node of a network
 * takes a round, and all act on the verdict.
 *
 * <p>Thread-safe.
 */
public final class PortWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PortWatch.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(1);
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(90);
  private static final int ENOUGH_TARGETS = 2;

  private final PathHealth health;
  private final PathLooks looks;
  private final PortVerdictStore verdicts;
  private final PortProbe probe;
  private final Settings settings;
  private final InstantSource clock;
  private final Map<Integer, StoredVerdict> acted = new HashMap<>();
  private Set<Integer> ensured = Set.of();
  private List<Thread> workers = List.of();

  /**
   * How ports are watched.
   *
   * @param every between rounds at a port that is well
   * @param node the name of this node
   * @param ports that the policy in force uses
   * @param listener is told of a changed verdict by the node that found it
   */
  public record Settings(
      HealthSettings health,
      Duration every,
      String node,
      Supplier<Set<Integer>> ports,
      VerdictListener listener) {}

  public PortWatch(
      PathHealth health,
      PathLooks looks,
      PortVerdictStore verdicts,
      PortProbe probe,
      Settings settings,
      InstantSource clock) {
    this.health = health;
    this.looks = looks;
    this.verdicts = verdicts;
    this.probe = probe;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Begins to watch; what is known of ports already holds from now on.
   *
   * @throws DatabaseException if that cannot be read
   */
  public void start() {
    act();
    // a round takes half a minute; looks at paths are due meanwhile, and other nodes find things
    // out
    workers =
        List.of(
            Thread.ofVirtual()
                .name("path-looks")
                .start(() -> run(BETWEEN_LOOKS, looks::lookWhereDue)),
            Thread.ofVirtual().name("port-verdicts").start(() -> run(BETWEEN_ROUNDS, this::act)),
            Thread.ofVirtual().name("port-watch").start(() -> run(BETWEEN_ROUNDS, this::rounds)));
  }

  @Override
  public void close() {
    workers.forEach(Thread::interrupt);
    try {
      for (Thread worker : workers) {
        worker.join(Duration.ofSeconds(5));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    looks.close();
  }

  @FunctionalInterface
  private interface Step {
    void take() throws InterruptedException;
  }

  private static void run(Duration pause, Step step) {
    boolean isAway = false;
    try {
      while (true) {
        Thread.sleep(pause);
        try {
          step.take();
          isAway = false;
        } catch (DatabaseException e) {
          if (!isAway) {
            log.warn("ports are not watched while the database is away: {}", e.getMessage());
          }
          isAway = true;
        } catch (RuntimeException e) {
          log.error("the watch on ports has failed and goes on", e);
        }
      }
    } catch (InterruptedException e) {
      // the node is closing
    }
  }

  /** Takes the rounds that are due, and acts on what is known. */
  void rounds() throws InterruptedException {
    Instant now = clock.instant();
    NavigableSet<Integer> watched = new TreeSet<>(settings.ports().get());
    watched.retainAll(probe.controls().ports());
    if (!watched.equals(ensured)) {
      verdicts.ensure(watched, now, now.plus(settings.health().confirm()));
      ensured = watched;
    }
    Instant lately = now.minus(settings.health().confirm());
    troubles(watched)
        .forEach(
            (port, since) -> verdicts.hasten(port, now, since.isBefore(lately) ? since : lately));
    Optional<StoredVerdict> due =
        verdicts.claim(watched, now, now.plus(LONGEST_ROUND), settings.node());
    if (due.isPresent()) {
      round(due.get());
    }
    act();
  }

  private void round(StoredVerdict before) throws InterruptedException {
    int port = before.port();
    NavigableSet<Integer> one = new TreeSet<>(Set.of(port));
    ProbeReport report = probe.probe(new ProbeRequest(one, List.of(), false, Set.of()));
    ProbeReport.Finding finding = withLimit(report.ports().getFirst());
    StoredVerdict next =
        new VerdictRule(settings.health(), settings.every())
            .after(
                before,
                finding.verdict(),
                LookRecord.clean(finding.settledWords()),
                Json.write(report.results().stream().map(LookRecord::of).toList()),
                clock.instant());
    if (verdicts.finish(next, before.verdict()) && !next.verdict().equals(before.verdict())) {
      settings
          .listener()
          .changed(
              new VerdictChange(
                  0,
                  next.since(),
                  port,
                  before.verdict(),
                  next.verdict(),
                  next.words(),
                  next.looks(),
                  next.node()));
    }
  }

  /**
   * The few connects of a round come through where a network limits them; the many of mail tell.
   */
  private ProbeReport.Finding withLimit(ProbeReport.Finding finding) {
    if (finding.verdict() != PortVerdict.OPEN) {
      return finding;
    }
    return new ConnectSeries(
            health.recentConnects().stream()
                .map(
                    each ->
                        new ConnectSeries.Connect(
                            each.at(), each.port(), each.operator(), each.timedOut()))
                .toList())
        .limitOf(finding.port())
        .map(
            limit ->
                new ProbeReport.Finding(
                    finding.port(), PortVerdict.RATE_LIMITED_EGRESS, limit.words()))
        .orElse(finding);
  }

  /**
   * Since when there is trouble on a port that a round may explain: a relay is left, or direct's
   * port as a whole, or direct to several platforms. What was looked at since is left to its own
   * times, and dead domains of no known ISP, of which there always are some, count for nothing.
   */
  private Map<Integer, Instant> troubles(Set<Integer> watched) {
    Map<Integer, Integer> targets = new HashMap<>();
    Map<Integer, Instant> latest = new HashMap<>();
    Map<Integer, Instant> troubles = new HashMap<>();
    for (PathStatus status : health.snapshot()) {
      int port = status.path().port();
      boolean isBad = status.state() == PathState.SUSPECT || status.state() == PathState.BLOCKED;
      if (isBad && watched.contains(port) && !status.isOfOneDomain()) {
        Instant since = latest.merge(port, status.since(), (x, y) -> x.isAfter(y) ? x : y);
        if (targets.merge(port, 1, Integer::sum) >= ENOUGH_TARGETS || status.target().isEmpty()) {
          troubles.put(port, since);
        }
      }
    }
    return troubles;
  }

  /** Does what the verdicts say that this node or another has found. */
  private synchronized void act() {
    for (StoredVerdict verdict : verdicts.all()) {
      if (!verdict.equals(acted.put(verdict.port(), verdict))) {
        health.judged(verdict.port(), effect(verdict));
      }
    }
  }

  private static PortEffect effect(StoredVerdict verdict) {
    return switch (VerdictMeaning.of(verdict.verdict())) {
      case STOPPED -> blocked(verdict, false);
      case INTERCEPTED -> blocked(verdict, true);
      case WITHOUT_IPV6 -> new PortEffect.Ipv4Only();
      case FREE, WITHOUT_STARTTLS -> new PortEffect.Free();
    };
  }

  private static PortEffect blocked(StoredVerdict verdict, boolean evenIfOpen) {
    return new PortEffect.Blocked(verdict.words(), evenIfOpen, verdict.since(), verdict.nextLook());
  }
}
