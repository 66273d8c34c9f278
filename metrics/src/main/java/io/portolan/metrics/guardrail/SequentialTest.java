package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;

/**
 * A test that may be looked at after every result: the likelihood ratio of a bad rate to a good one
 * (Wald, Sequential Tests of Statistical Hypotheses, Annals of Mathematical Statistics 16, 1945),
 * floored at 0 so that a bad stretch after a good one is found as fast (the cumulative sum of Page,
 * Biometrika 41, 1954).
 *
 * @param good a rate that is no reason to stop, above 0
 * @param bad the rate that is to be found quickly, above {@code good} and below 1
 * @param falseAlarms the chance of a false alarm, at most, in {@link #HORIZON} messages at the good
 *     rate
 * @param missed the chance, at most, that a bad rate passes for good at first
 */
public record SequentialTest(double good, double bad, double falseAlarms, double missed) {
  /** Messages for which a test promises its chance of a false alarm. */
  public static final long HORIZON = 100_000;

  /** The first messages of a test, on which most of the chance of a false alarm is spent. */
  public static final long BEGINNING = 300;

  private static final double SPENT_ON_BEGINNING = 0.8;

  public SequentialTest {
    if (!(good > 0 && good < bad && bad < 1)) {
      throw new IllegalArgumentException("rates are not 0 < good < bad < 1");
    }
    if (!(falseAlarms > 0 && falseAlarms < 1 && missed > 0 && missed < 1)) {
      throw new IllegalArgumentException("chances are not between 0 and 1");
    }
  }

  /** What a hit and a miss add to the score. */
  public Steps steps() {
    return new Steps(Math.log(bad / good), Math.log((1 - bad) / (1 - good)));
  }

  /**
   * The score of an alarm after the {@link #BEGINNING}. A run-up to it begins with a hit, reaches
   * it with a chance of at most {@code e^-alarm} at the good rate, and there are {@code good *
   * HORIZON} of them.
   */
  public double alarm() {
    return alarm(HORIZON, (1 - SPENT_ON_BEGINNING) * falseAlarms);
  }

  /**
   * The score of an alarm after so many messages: lower in the {@link #BEGINNING}, which holds few
   * run-ups, so that a bad list is found at once.
   */
  public double alarm(long trials) {
    return trials <= BEGINNING ? alarm(BEGINNING, SPENT_ON_BEGINNING * falseAlarms) : alarm();
  }

  private double alarm(long messages, double chance) {
    return Math.log(Math.max(1, good * messages) / chance);
  }

  /** The score of an alarm of which the chance of a false one is spent on so many messages. */
  public double alarmWithin(long messages) {
    return alarm(messages, falseAlarms);
  }

  /** The sum without floor at which the rate is known to be good. */
  public double settled() {
    return Math.log(missed / (1 - falseAlarms));
  }

  /**
   * How the test goes on after a person overrode its alarm: what was seen is taken for good, and
   * the bad rate lies as far above it.
   *
   * @param seen the rate at the alarm
   */
  public SequentialTest laxer(double seen) {
    double newGood = Math.clamp(seen, good, Math.max(good, 0.8));
    return new SequentialTest(
        newGood,
        Math.min(Math.max(bad, 0.95), newGood + Math.max(bad - good, newGood)),
        falseAlarms,
        missed);
  }
}
