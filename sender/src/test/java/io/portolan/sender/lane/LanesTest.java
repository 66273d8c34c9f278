package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.suppression.MailOrigin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
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
    assertThat(lanes.held(Lane::isHeld, clock.instant())).isOne();
    assertThat(again.hold(clock.instant(), TRIAL)).as("one tries").isEmpty();
    assertThat(again.hold(clock.instant(), TRIAL)).as("the others wait").isPresent();

    again.accepted(LaneFixture.DIRECT);
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

    assertThat(lanes.held(Lane::isHeld, clock.instant())).isZero();
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
  void remembersNoFewerForThoseThatAreAtWork() {
    for (int domain = 0; domain < 50; domain++) {
      lanes.with("other/busy" + domain + ".test", "other", lane -> lane.add(List.of(item()), 1));
    }
    for (int domain = 0; domain < 10; domain++) {
      refusedTwice("d" + domain + ".test");
    }

    assertThat(lanes.held(Lane::isHeld, clock.instant())).isEqualTo(10);
    assertThat(lanes.size()).isEqualTo(60);
  }

  @Test
  void dropsNoLaneThatIsAtWorkAgain() {
    refusedTwice("a.test");
    lanes.with("other/a.test", "other", lane -> lane.add(List.of(item()), 1));
    for (int domain = 0; domain < 50; domain++) {
      clock.advance(Duration.ofSeconds(1));
      refusedTwice("d" + domain + ".test");
    }

    lanes.with("other/a.test", "other", lane -> assertThat(lane.isHeld()).isTrue());
    assertThat(lanes.size()).isBetween(10, 11);
  }

  @Test
  void countsEachThatIsRememberedWhileManyEndAtOnce() throws Exception {
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> worker :
          workers.invokeAll(
              IntStream.range(0, 2_000)
                  .mapToObj(domain -> ended("d" + domain % 500 + ".test"))
                  .toList())) {
        worker.get();
      }
    }
    refusedTwice("last.test");

    assertThat(lanes.size()).isBetween(9, 10);
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

  private Callable<Void> ended(String domain) {
    return () -> {
      refusedTwice(domain);
      return null;
    };
  }

  private static BatchRun.Item item() {
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            1,
            1,
            "anna@busy.test",
            "busy.test",
            "other",
            0,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    ClaimedBatch batch =
        new ClaimedBatch(
            1,
            1,
            "other",
            1,
            CampaignContent.EMPTY,
            InDoubt.RESEND,
            MailOrigin.UNKNOWN,
            List.of(delivery));
    return new BatchRun.Item(new BatchRun(batch, Instant.EPOCH), delivery);
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
