package io.portolan.core.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PaceStoreTest {
  private static final Instant START = Instant.parse("2026-11-24T09:14:07.123456789Z");
  private static final Limits LIMITS = new Limits(8, 100, 10);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void countsABurstOnceWhicheverNodesMeetIt() {
    PaceStore one = new PaceStore(database.database(), "one");
    PaceStore other = new PaceStore(database.database(), "other");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        PaceStore store = i % 2 == 0 ? one : other;
        Instant at = START.plusSeconds(i);
        threads.execute(() -> store.slow(throttle(at, Duration.ofMinutes(10))));
      }
    }

    assertThat(database.number("SELECT count(*) FROM platform_pace_change")).isOne();
    assertThat(one.all()).singleElement().extracting(Pace::rate).isEqualTo(5.0);
  }

  @Test
  void slowsDownAgainWhenTheNextBurstComes() {
    PaceStore store = new PaceStore(database.database(), "one");
    Pace first = store.slow(throttle(START, Duration.ofMinutes(10))).pace();

    PaceStore.Slowed underWay = store.slow(throttle(START.plusSeconds(59), Duration.ofMinutes(10)));
    PaceStore.Slowed next =
        store.slow(throttle(START.plus(Duration.ofMinutes(11)), Duration.ofMinutes(10)));

    assertThat(underWay).isEqualTo(new PaceStore.Slowed(first, false));
    assertThat(next.isNews()).isTrue();
    assertThat(next.pace().rate()).isCloseTo(2.75, org.assertj.core.api.Assertions.within(1e-9));
  }

  @Test
  void coolsLongerWhenAReplyOfTheBurstSaysSo() {
    PaceStore store = new PaceStore(database.database(), "one");
    store.slow(throttle(START, Duration.ofHours(2)));

    Pace longer = store.slow(throttle(START.plusSeconds(2), Duration.ofHours(4))).pace();

    assertThat(longer.rate()).as("slowed once").isEqualTo(5);
    assertThat(store.all()).containsExactly(longer);
    assertThat(database.texts("SELECT kind FROM platform_pace_change ORDER BY id"))
        .containsExactly("slowed", "cooled-longer");
  }

  @Test
  void keepsPacesAndHowTheyCameAbout() {
    PaceStore store = new PaceStore(database.database(), "one");
    Pace pace = store.slow(throttle(START, Duration.ofMinutes(10))).pace();

    assertThat(new PaceStore(database.database(), "after a restart").all()).containsExactly(pace);
    Instant over = pace.overAt(LIMITS);
    assertThat(store.recover(pace, LIMITS, over)).isTrue();
    assertThat(store.recover(pace, LIMITS, over)).as("another node did").isFalse();
    assertThat(store.all()).isEmpty();
    assertThat(store.changes(Optional.of("isp"), Long.MAX_VALUE, 10).items())
        .extracting(PaceChange::kind)
        .containsExactly(PaceChange.Kind.RECOVERED, PaceChange.Kind.SLOWED);
    assertThat(store.changes(Optional.of("another"), Long.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void recoversNothingThatWasSlowedDownMeanwhile() {
    PaceStore store = new PaceStore(database.database(), "one");
    Pace old = store.slow(throttle(START, Duration.ofMinutes(10))).pace();
    store.slow(throttle(START.plus(Duration.ofHours(1)), Duration.ofMinutes(10)));

    assertThat(store.recover(old, LIMITS, START.plus(Duration.ofHours(2)))).isFalse();
    assertThat(store.all()).hasSize(1);
  }

  private static Throttle throttle(Instant at, Duration coolDown) {
    return new Throttle("isp", LIMITS, 20, Instant.MIN, at, at, coolDown, "421 4.7.28 slow");
  }
}
