package io.portolan.sender.lane;

import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.SecretException;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens a session on each port of a relay, as sending would, and takes leave: connect, banner,
 * EHLO, TLS, login, QUIT. Thread-safe; blocks until every port has answered or failed, and no
 * longer than 45 seconds.
 */
public final class RelayTrial {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Timeouts TIMEOUTS =
      new Timeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(10), PATIENCE, PATIENCE, PATIENCE, PATIENCE);

  /** Several addresses that do not answer would take longer than anybody waits. */
  private static final Duration MOST = Duration.ofSeconds(45);

  private final Destinations destinations;
  private final SessionOpener opener;

  RelayTrial(Destinations destinations, SessionOpener opener) {
    this.destinations = destinations;
    this.opener = opener;
  }

  /**
   * What came of one port.
   *
   * @param outcome open, refused or failed
   * @param detail what the relay said, or what failed
   */
  public record PortResult(int port, String tls, String outcome, String detail, long millis) {}

  /** Tries all ports at once; one that takes more than {@link #MOST} has failed. */
  public List<PortResult> tryAll(Relay relay) throws InterruptedException {
    return tryAll(relay, MOST);
  }

  List<PortResult> tryAll(Relay relay, Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    List<FutureTask<PortResult>> trials = new ArrayList<>();
    for (RelayPort port : relay.ports()) {
      FutureTask<PortResult> trial = new FutureTask<>(() -> tryOne(relay, port));
      trials.add(trial);
      Thread.ofVirtual().name("relay-trial").start(trial);
    }
    try {
      List<PortResult> results = new ArrayList<>();
      for (int i = 0; i < trials.size(); i++) {
        results.add(
            result(trials.get(i), relay.ports().get(i), deadline - System.nanoTime(), most));
      }
      return results;
    } finally {
      trials.forEach(trial -> trial.cancel(true));
    }
  }

  private static PortResult result(
      FutureTask<PortResult> trial, RelayPort port, long leftNanos, Duration most)
      throws InterruptedException {
    try {
      return trial.get(Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return result(port, "failed", "no result within " + most.toSeconds() + " s", most);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private PortResult tryOne(Relay relay, RelayPort port) throws InterruptedException {
    Path path = new Path(relay.name(), port.port(), port.tls());
    EffectiveRule rule =
        EffectiveRule.of(
            0,
            "*",
            List.of(path),
            new Limits(1, 1, 0),
            TIMEOUTS,
            new RetrySchedule(List.of(PATIENCE), PATIENCE));
    try {
      return switch (destinations.relay(path, relay, rule)) {
        case Destinations.NoMail(String reason) -> result(port, "failed", reason, Duration.ZERO);
        case Destinations.NoDomain(String reason) -> result(port, "failed", reason, Duration.ZERO);
        case Destinations.Unknown(String reason) -> result(port, "failed", reason, Duration.ZERO);
        case Destinations.Known(String _, List<SessionTarget> targets) ->
            tryOne(port, targets.getFirst());
      };
    } catch (SecretException e) {
      return result(port, "failed", String.valueOf(e.getMessage()), Duration.ZERO);
    }
  }

  private PortResult tryOne(RelayPort port, SessionTarget target) {
    return switch (opener.open(target)) {
      case Opening.Opened(var session) -> {
        try (session) {
          String secured = session.usedTls() ? "encrypted" : "not encrypted";
          yield result(port, "open", "ready for mail, " + secured, session.openTook());
        }
      }
      case Opening.Refused refused ->
          result(port, "refused", refused.phase() + ": " + refused.reply(), refused.took());
      case Opening.PathFailed failed ->
          result(port, "failed", failed.kind().id() + ": " + failed.detail(), failed.took());
    };
  }

  private static PortResult result(RelayPort port, String outcome, String detail, Duration took) {
    return new PortResult(port.port(), port.tls().id(), outcome, detail, took.toMillis());
  }
}
