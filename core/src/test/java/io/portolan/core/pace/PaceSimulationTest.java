package io.portolan.core.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.Limits;
import io.portolan.core.policy.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Campaigns to a platform that takes so many messages a minute and answers 421 to the rest, played
 * second by second: how much of the mail expires, and how many offers are in vain.
 */
class PaceSimulationTest {
  private static final Instant START = Instant.parse("2026-11-24T09:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** What one campaign came to. */
  private record Outcome(int accepted, int expired, int refused) {}

  /** A delivery that waits, counted as {@code Judge} counts it. */
  private record Waiting(Instant due, int attempts, @Nullable Instant firstAttempt) {}

  @ParameterizedTest
  @CsvSource({
    // deliveries, a minute, policy's rate, cool-down, lifetime
    "50000, 1000, 0,   10m, 96h",
    "50000, 600,  100, 10m, 96h",
    "20000, 300,  0,   1m,  96h",
    "20000, 60,   50,  10m, 96h",
    "20000, 300,  0,   120m, 96h",
    "5000,  300,  0,   10m, 6h",
  })
  void losesHardlyAnyMail(
      int deliveries, int perMinute, double rate, String coolDown, String lifetime) {
    Outcome outcome =
        play(
            deliveries,
            perMinute,
            new Limits(10, 100, rate),
            Duration.parse("PT" + coolDown),
            Duration.parse("PT" + lifetime));

    assertThat(outcome.accepted() + outcome.expired()).isEqualTo(deliveries);
    assertThat(outcome.expired()).isLessThanOrEqualTo(deliveries / 50);
    assertThat(outcome.refused()).as("offers in vain").isLessThanOrEqualTo(deliveries / 20);
  }

  private static Outcome play(
      int deliveries, int perMinute, Limits policy, Duration coolDown, Duration lifetime) {
    RetrySchedule retry = new RetrySchedule(RetrySchedule.DEFAULT.delays(), lifetime);
    SplittableRandom random = new SplittableRandom(7);
    PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparing(Waiting::due));
    for (int i = 0; i < deliveries; i++) {
      waiting.add(new Waiting(START, 0, null));
    }
    Deque<Instant> taken = new ArrayDeque<>();
    Deque<Instant> lastMinute = new ArrayDeque<>();
    Pace pace = null;
    Instant lastTaken = Instant.MIN;
    int accepted = 0;
    int expired = 0;
    int refused = 0;
    double allowance = 0;
    Instant now = START;
    for (; !waiting.isEmpty(); now = now.plusSeconds(1)) {
      Instant present = now;
      if (pace != null && !now.isBefore(pace.overAt(policy))) {
        pace = null;
      }
      if (pace != null && pace.isCoolingDown(now)) {
        continue;
      }
      double perSecond = pace == null ? policy.messagesPerSecond() : pace.rate(now, policy);
      allowance = perSecond == 0 ? 500 : Math.min(allowance + perSecond, perSecond + 1);
      List<Waiting> again = new ArrayList<>();
      int inFlight = pace == null ? policy.connections() : pace.connections(now, policy);
      while (allowance >= 1 && !waiting.isEmpty() && !waiting.peek().due().isAfter(present)) {
        allowance--;
        Waiting delivery = waiting.remove();
        taken.removeIf(each -> !present.isBefore(each.plus(MINUTE)));
        lastMinute.removeIf(each -> !present.isBefore(each.plus(MINUTE)));
        if (taken.size() < perMinute) {
          taken.add(now);
          lastMinute.add(now);
          lastTaken = now;
          accepted++;
          continue;
        }
        refused++;
        Instant first = delivery.firstAttempt() == null ? now : delivery.firstAttempt();
        Instant due = now.plus(retry.delayAfter(delivery.attempts() + 1, random.nextDouble()));
        if (due.isAfter(first.plus(lifetime))) {
          expired++;
        } else {
          again.add(new Waiting(due, delivery.attempts() + 1, first));
        }
        pace =
            Pace.slowed(
                pace,
                new Throttle(
                    "isp", policy, lastMinute.size() / 60.0, lastTaken, now, now, coolDown, "421"));
        // each open connection has one message under way, and meets the reply with it
        if (--inFlight <= 0) {
          break;
        }
      }
      waiting.addAll(again);
    }
    return new Outcome(accepted, expired, refused);
  }
}
