package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.Eventually;
import io.portolan.core.InvalidException;
import io.portolan.sender.message.MessageRoom.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MessageRoomTest {
  private static final int SMALL = 5_000;
  private static final int LARGE = 100_000;
  private static final Duration LONG = Duration.ofSeconds(20);

  /** One line that varies as a whole, and the text that is made of it. */
  private final CampaignMessage large = campaign(1, LARGE);

  private final CampaignMessage small = campaign(2, 100);

  private static CampaignMessage campaign(long id, int octets) {
    return composer()
        .campaign(id, content("Hi", "<p>" + "x".repeat(octets) + "{{name}}", "{{name}}"));
  }

  private static MessageRoom roomFor(int large, Duration patience) {
    return new MessageRoom((long) large * (LARGE + LARGE / 2), large * (LARGE / SMALL), patience);
  }

  private static Optional<Held> compose(MessageRoom room, CampaignMessage campaign) {
    return room.compose(campaign, delivery(Map.of("name", "Anna")));
  }

  @Test
  void letsNoMoreLargeMessagesBeInHandThanThereIsRoomFor() {
    MessageRoom room = roomFor(2, LONG);
    Held first = compose(room, large).orElseThrow();
    Held second = compose(room, large).orElseThrow();

    assertThat(compose(room, large)).isEmpty();
    assertThat(room.taken()).isBetween(2L * LARGE, 2L * LARGE + LARGE);

    first.close();
    first.close();
    Held third = compose(room, large).orElseThrow();
    assertThat(compose(room, large)).as("what is closed twice gave one place back").isEmpty();
    second.close();
    third.close();
    assertThat(room.taken()).isZero();
  }

  @Test
  void letsSmallMessagesPassWhateverIsInHand() {
    MessageRoom room = roomFor(1, LONG);
    Held held = compose(room, large).orElseThrow();
    long taken = room.taken();

    assertThat(compose(room, small)).isPresent();
    assertThat(room.taken()).isEqualTo(taken);
    held.close();
  }

  @Test
  void letsAMessagePassThatIsLargerThanAllRoomIfItIsAlone() {
    MessageRoom room = new MessageRoom(1_000, 1_000, LONG);

    Held alone = compose(room, large).orElseThrow();
    assertThat(compose(room, large)).isEmpty();
    assertThat(room.taken()).isGreaterThan(LARGE);
    alone.close();
    assertThat(compose(room, large)).isPresent();
  }

  @Test
  void countsByTheLargestSoFarBeforeAMessageIsComposed() {
    MessageRoom room = roomFor(1, LONG);
    CampaignMessage campaign = composer().campaign(3, content("Hi", "", "{{name}}"));
    String half = "y".repeat(LARGE / 2);
    Held held = room.compose(campaign, delivery(Map.of("name", half))).orElseThrow();

    assertThat(campaign.expectedOctets()).isGreaterThan(LARGE / 2);
    assertThat(room.taken()).isGreaterThan(LARGE / 2);
    Held next = room.compose(campaign, delivery(Map.of("name", "Anna"))).orElseThrow();
    assertThat(room.taken()).as("small after all").isEqualTo(campaign.expectedOctets());
    held.close();
    next.close();
    assertThat(room.taken()).isZero();
  }

  @Test
  void givesBackTheRoomOfAMessageThatCannotBeMade() {
    MessageRoom room = roomFor(1, LONG);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> room.compose(large, delivery(Map.of())));
    assertThat(room.taken()).isZero();
  }

  @Test
  void letsThoseWhoWaitPassOneByOneInTheirOrder() throws Exception {
    MessageRoom room = roomFor(1, LONG);
    Held held = compose(room, large).orElseThrow();
    List<Integer> order = new ArrayList<>();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger inHand = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int number = i;
        waiting.add(
            threads.submit(
                () -> {
                  try (Held mine =
                      room.compose(large, delivery(Map.of("name", "x")), () -> true)
                          .orElseThrow()) {
                    assertThat(mine.message().bytes()).isNotEmpty();
                    most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                    order.add(number);
                    inHand.decrementAndGet();
                  }
                  return null;
                }));
        Eventually.value("waiting", room::waiting, count -> count == number + 1);
      }
      assertThat(compose(room, large)).as("none passes those who wait").isEmpty();
      held.close();
      for (Future<?> each : waiting) {
        each.get(20, TimeUnit.SECONDS);
      }
    }

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
    assertThat(most).hasValue(1);
    assertThat(room.taken()).isZero();
  }

  @Test
  void waitsForABoundedTimeAndNoLongerThanItMayGoOn() throws Exception {
    MessageRoom impatient = roomFor(1, Duration.ofMillis(50));
    Held held = compose(impatient, large).orElseThrow();
    assertThat(impatient.compose(large, delivery(Map.of("name", "x")), () -> true)).isEmpty();
    held.close();
    assertThat(impatient.waiting()).isZero();

    MessageRoom patient = roomFor(1, Duration.ofDays(1));
    var _ = compose(patient, large).orElseThrow();
    assertThat(patient.compose(large, delivery(Map.of("name", "x")), () -> false)).isEmpty();
    assertThat(patient.waiting()).isZero();
  }
}
