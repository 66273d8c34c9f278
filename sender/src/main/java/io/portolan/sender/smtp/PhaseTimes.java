package io.portolan.sender.smtp;

import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The phase in which an opening is, and what the phases before took. Used by one thread. */
final class PhaseTimes {
  private final LongSupplier nanoTime;
  private final Map<Phase, Duration> times = new EnumMap<>(Phase.class);
  private Phase phase = Phase.CONNECT;
  private long since;

  /** Begins with {@link Phase#CONNECT}. */
  PhaseTimes(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    since = nanoTime.getAsLong();
  }

  Phase phase() {
    return phase;
  }

  /** Ends the phase and begins another, perhaps one that there was before. */
  void enter(Phase next) {
    settle();
    phase = next;
  }

  /** What each phase took, the current one until now. */
  Map<Phase, Duration> soFar() {
    settle();
    return Map.copyOf(times);
  }

  private void settle() {
    long now = nanoTime.getAsLong();
    times.merge(phase, Duration.ofNanos(now - since), Duration::plus);
    since = now;
  }
}
