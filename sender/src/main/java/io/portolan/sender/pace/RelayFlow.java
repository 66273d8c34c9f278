package io.portolan.sender.pace;

import java.time.Instant;

/** What this node sends by one relay, of all lanes: what was taken, and its turns. Thread-safe. */
final class RelayFlow {
  private final Meter taken = new Meter();
  private final Pacer turns;

  RelayFlow(long startNanos) {
    turns = new Pacer(startNanos);
  }

  Meter taken() {
    return taken;
  }

  void accepted(Instant now) {
    taken.count(now);
  }

  /** Takes a turn, and returns how long to wait for it, in nanoseconds. */
  synchronized long turn(double messagesPerSecond, long nowNanos) {
    return turns.acquire(messagesPerSecond, nowNanos);
  }

  /** How long the next turn is to be waited for, in nanoseconds. */
  synchronized long nextTurn(long nowNanos) {
    return turns.ahead(nowNanos);
  }
}
