package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UpkeepTest {
  private static final Duration INTERVAL = Duration.ofMillis(2);

  @Test
  void doesEachChoreWhenItsTimeHasCome() throws InterruptedException {
    CountDownLatch often = new CountDownLatch(5);
    AtomicInteger hourly = new AtomicInteger();
    Upkeep upkeep =
        new Upkeep(
            new Chore("reconcile", () -> {}),
            List.of(
                new Chore("often", Duration.ofNanos(1), often::countDown),
                new Chore("hourly", hourly::incrementAndGet)),
            INTERVAL);

    upkeep.start();
    boolean done = often.await(30, TimeUnit.SECONDS);
    upkeep.stop();

    assertThat(done).isTrue();
    assertThat(hourly).hasValue(1);
  }

  @Test
  void goesOnWhenAChoreFails() throws InterruptedException {
    CountDownLatch tries = new CountDownLatch(3);
    CountDownLatch others = new CountDownLatch(3);
    Upkeep upkeep =
        new Upkeep(
            new Chore("reconcile", () -> {}),
            List.of(
                new Chore(
                    "fail",
                    Duration.ofNanos(1),
                    () -> {
                      tries.countDown();
                      throw new SchedulingException("on purpose", new IllegalStateException());
                    }),
                new Chore("work", Duration.ofNanos(1), others::countDown)),
            INTERVAL);

    upkeep.start();
    boolean tried = tries.await(30, TimeUnit.SECONDS);
    boolean worked = others.await(30, TimeUnit.SECONDS);
    upkeep.stop();

    assertThat(tried).isTrue();
    assertThat(worked).isTrue();
  }
}
