package io.portolan.sender.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Takes so many messages a minute and answers 421 4.7.28 to the rest, as large mailbox providers
 * do. Thread-safe.
 */
public final class Throttling implements Behaviour {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final List<Reaction> REFUSAL =
      List.of(
          new Reaction.Answer(
              ServerReply.of(
                  421, "4.7.28", "Our system has detected an unusual rate of mail from you")));

  private final int mostPerMinute;
  private final InstantSource clock;
  private final Deque<Instant> taken = new ArrayDeque<>();

  public Throttling(int mostPerMinute, InstantSource clock) {
    this.mostPerMinute = mostPerMinute;
    this.clock = clock;
  }

  @Override
  public synchronized List<Reaction> react(Moment moment) {
    if (moment.phase() != ServerPhase.MAIL) {
      return List.of();
    }
    Instant now = clock.instant();
    while (!taken.isEmpty() && !now.isBefore(taken.getFirst().plus(WINDOW))) {
      taken.removeFirst();
    }
    if (taken.size() >= mostPerMinute) {
      return REFUSAL;
    }
    taken.addLast(now);
    return List.of();
  }
}
