package io.portolan.sender.watch;

import io.portolan.core.path.StoredVerdict;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.probe.PortVerdict;
import java.time.Duration;
import java.time.Instant;

/**
 * Makes one verdict of rounds: two in a row must agree before a whole port is called anything,
 * since one minute of loss looks like a block. Holds no state.
 */
final class VerdictRule {
  private static final int ENOUGH = 2;

  private final HealthSettings settings;
  private final Duration every;

  /**
   * @param every between rounds at a port that is well
   */
  VerdictRule(HealthSettings settings, Duration every) {
    this.settings = settings;
    this.every = every;
  }

  /** What is known after one more round. */
  StoredVerdict after(
      StoredVerdict before, PortVerdict round, String words, String looks, Instant now) {
    if (round == PortVerdict.INCONCLUSIVE) {
      return new StoredVerdict(
          before.port(),
          before.verdict(),
          before.since(),
          before.words(),
          round.id(),
          0,
          now,
          now.plus(every),
          looks,
          before.node());
    }
    int rounds = before.latest().equals(round.id()) ? before.rounds() + 1 : 1;
    boolean isAgreed = rounds >= ENOUGH;
    boolean isNews = isAgreed && !before.verdict().equals(round.id());
    return new StoredVerdict(
        before.port(),
        isAgreed ? round.id() : before.verdict(),
        isNews ? now : before.since(),
        isAgreed ? words : before.words(),
        round.id(),
        rounds,
        now,
        now.plus(pause(before, round, rounds)),
        looks,
        before.node());
  }

  private Duration pause(StoredVerdict before, PortVerdict round, int rounds) {
    if (rounds < ENOUGH) {
      // what only confirms the verdict needs no second look
      return before.verdict().equals(round.id()) ? every : settings.confirm();
    }
    return round == PortVerdict.OPEN ? every : settings.blockFor(rounds - 1);
  }
}
