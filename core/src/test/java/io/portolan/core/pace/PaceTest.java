package io.portolan.core.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.portolan.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Instant START = Instant.parse("2026-11-24T09:14:07Z");
  private static final Limits LIMITS = new Limits(8, 100, 10);
  private static final Limits UNLIMITED = new Limits(8, 100, 0);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Offset<Double> CLOSE = within(1e-6);

  @Test
  void sendsNothingUntilTheCoolDownIsOverAndThenHalf() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 20, START));

    assertThat(pace.resumesAt()).isEqualTo(START.plus(TEN_MINUTES));
    assertThat(pace.isCoolingDown(START.plus(TEN_MINUTES).minusMillis(1))).isTrue();
    assertThat(pace.isCoolingDown(pace.resumesAt())).isFalse();
    assertThat(pace.rate(pace.resumesAt(), LIMITS)).isCloseTo(5, CLOSE);
    assertThat(pace.connections(pace.resumesAt(), LIMITS)).isEqualTo(4);
  }

  @Test
  void halvesWhatThePlatformTookAndNotWhatWasAllowed() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 2, START));

    assertThat(pace.rate(pace.resumesAt(), LIMITS)).isCloseTo(1, CLOSE);
    assertThat(Pace.slowed(null, throttle(UNLIMITED, 2, START)).rate()).isCloseTo(1, CLOSE);
  }

  @Test
  void addsEqualStepsWithEachCleanMinuteUpToWhereItWasThrottled() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 4, START));

    assertThat(after(pace, 59)).isCloseTo(2, CLOSE);
    assertThat(after(pace, 60)).isCloseTo(2.2, CLOSE);
    assertThat(after(pace, 120)).isCloseTo(2.4, CLOSE);
    assertThat(after(pace, 600)).isCloseTo(4, CLOSE);
    assertThat(pace.connections(pace.resumesAt().plusSeconds(120), LIMITS)).isEqualTo(6);
  }

  @Test
  void neverExceedsThePolicyAndSaysWhenItIsOver() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 4, START));

    assertThat(after(pace, 86_400)).isEqualTo(10);
    assertThat(pace.connections(START.plus(Duration.ofDays(1)), LIMITS)).isEqualTo(8);
    Instant over = pace.overAt(LIMITS);
    assertThat(pace.rate(over, LIMITS)).isEqualTo(10);
    assertThat(pace.rate(over.minusSeconds(60), LIMITS)).isLessThan(10);
  }

  @Test
  void goesNoLowerThanAMessageAMinute() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 0, START));
    assertThat(pace.rate()).as("nothing is known yet").isCloseTo(0.1, CLOSE);
    Pace lower = pace;
    for (int i = 0; i < 5; i++) {
      lower = Pace.slowed(lower, throttle(LIMITS, 0, lower.resumesAt().plusSeconds(1)));
    }

    assertThat(lower.rate()).isCloseTo(1.0 / 60, CLOSE);
    assertThat(lower.connections(lower.resumesAt(), LIMITS)).isOne();
  }

  @Test
  void doublesTheCoolDownUpToAnHourWhileNothingIsTaken() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 3, START));
    for (int minutes : new int[] {20, 40, 60, 60}) {
      Instant again = pace.resumesAt().plusSeconds(1);
      pace = Pace.slowed(pace, throttle(LIMITS, 0, again));
      assertThat(pace.resumesAt()).isEqualTo(again.plus(Duration.ofMinutes(minutes)));
    }
    Instant again = pace.resumesAt().plusSeconds(90);
    Pace taken =
        Pace.slowed(
            pace,
            new Throttle(
                "isp", LIMITS, .1, again.minusSeconds(5), again, again, TEN_MINUTES, "421"));
    assertThat(taken.resumesAt()).as("some was taken").isEqualTo(again.plus(TEN_MINUTES));
  }

  @Test
  void givesUpConnectionsThatASlowRateHasNoUseFor() {
    Pace pace = Pace.slowed(null, throttle(LIMITS, 0.4, START));

    assertThat(pace.connections(pace.resumesAt(), LIMITS)).isEqualTo(2);
  }

  @Test
  void keepsNoRateOfARelayAndRemembersItsCoolDownForAsLongAgain() {
    Pace pace = Pace.slowed(null, relayThrottle(START, TEN_MINUTES));

    assertThat(pace.isCoolingDown(START.plusSeconds(599))).isTrue();
    assertThat(pace.rate(START.plus(Duration.ofHours(1)), Limits.DEFAULT)).as("none").isZero();
    assertThat(pace.overAt(Limits.DEFAULT)).isEqualTo(pace.resumesAt().plus(TEN_MINUTES));
  }

  @Test
  void takesWhatARelayRefusesAfterItsCoolDownForNews() {
    Duration tenSeconds = Duration.ofSeconds(10);
    Pace first = Pace.slowed(null, relayThrottle(START, tenSeconds));

    Pace within = Pace.slowed(first, relayThrottle(START.plusSeconds(9), tenSeconds));
    Pace after = Pace.slowed(first, relayThrottle(START.plusSeconds(11), tenSeconds));

    assertThat(within).isEqualTo(first);
    assertThat(after.isCoolingDown(START.plusSeconds(20))).isTrue();
  }

  private static Throttle relayThrottle(Instant at, Duration coolDown) {
    return new Throttle(
        Pace.ofRelay("ses"),
        Limits.DEFAULT,
        0,
        Instant.MIN,
        at,
        at,
        coolDown,
        "421 too many connections");
  }

  private static double after(Pace pace, int seconds) {
    return pace.rate(pace.resumesAt().plusSeconds(seconds), LIMITS);
  }

  private static Throttle throttle(Limits limits, double taken, Instant at) {
    return new Throttle("isp", limits, taken, Instant.MIN, at, at, TEN_MINUTES, "421 4.7.28 slow");
  }
}
