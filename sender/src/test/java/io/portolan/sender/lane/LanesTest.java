package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final Duration FIRST = Duration.ofMinutes(15);
  private static final Duration TRIAL = Duration.ofSeconds(30);

  private final TestClock clock = TestClock.create();
  private final Lanes lanes = new Lanes(2, 10);

  @Test
  void dropsTheLaneOfADomainThatHasNothingToDo() {
    end(lane("a.test"));

    assertThat(lanes.size()).isZero();
  }

  @Test
  void remembersADomainThatRefusesUs() {
    refusedTwice("a.test");
    clock.advance(FIRST);
    Lane again = lane("a.test");
    assertThat(lanes.held(clock.instant())).isOne();
    assertThat(again.hold(clock.instant(), TRIAL)).as("one tries").isEmpty();
    assertThat(again.hold(clock.instant(), TRIAL)).as("the others wait").isPresent();

    again.accepted();
    end(again);

    assertThat(lanes.size()).isZero();
  }

  @Test
  void remembersRefusalsBeforeThereIsAHold() {
    Lane lane = lane("a.test");
    assertThat(lane.refused("554 no", clock.instant(), FIRST)).isEmpty();
    end(lane);

    assertThat(lane("a.test").refused("554 no", clock.instant(), FIRST)).isPresent();
  }

  @Test
  void forgetsWhatIsLongPast() {
    refusedTwice("a.test");
    clock.advance(Duration.ofHours(7));

    assertThat(lanes.held(clock.instant())).isZero();
    assertThat(lanes.size()).isZero();
  }

  @Test
  void keepsABoundedNumberAndTheNewest() {
    for (int domain = 0; domain < 50; domain++) {
      refusedTwice("d" + domain + ".test");
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(lanes.size()).isBetween(9, 10);
    lanes.with("other/d49.test", "other", lane -> assertThat(lane.isHeld()).isTrue());
  }

  @Test
  void keepsThePlatformsLanes() {
    AtomicReference<Lane> found = new AtomicReference<>();
    lanes.with("isp", "isp", found::set);
    end(found.get());

    assertThat(lanes.size()).isOne();
  }

  private void refusedTwice(String domain) {
    Lane lane = lane(domain);
    var _ = lane.refused("554 no", clock.instant(), FIRST);
    var _ = lane.refused("554 no", clock.instant(), FIRST);
    end(lane);
  }

  private Lane lane(String domain) {
    AtomicReference<Lane> found = new AtomicReference<>();
    lanes.with("other/" + domain, "other", found::set);
    return found.get();
  }

  private void end(Lane lane) {
    lanes.workerEnded(lane, clock.instant());
  }
}
