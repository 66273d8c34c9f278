package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.policy.Limits;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneSenderTest extends LaneFixture {
  @Test
  void acceptsBouncesAndDefersByWhatThePeerAnswers() throws Exception {
    sender.send(batch("anna", "nobody1", "full1", "ben"));

    assertThat(states()).containsExactly("accepted 1", "bounced 1", "planned 1", "accepted 1");
    assertThat(database.texts("SELECT value FROM suppression")).containsExactly("nobody1@isp.test");
    assertThat(network.statistics().violations()).isEmpty();
  }

  @Test
  void leavesABlockedPathForTheNextWithoutCountingAnAttempt() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    network.block(25, Block.DROP);

    sender.send(batch("anna", "ben", "carla"));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT route || ':' || port FROM attempt"))
        .containsExactly("relay:587");
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .containsExactly("connect-timeout");
    assertThat(
            database.texts(
                "SELECT DISTINCT evidence ->> 'errno' || ' ' || jsonb_exists(evidence -> 'millis', 'connect')"
                    + " FROM path_failure"))
        .containsExactly("ETIMEDOUT true");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void costsABoundedNumberOfConnectsOnADeadPathWhateverTheSize() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    network.block("relay.test", 587, Block.DROP);

    sender.send(batch(names(200)));

    assertThat(states()).containsOnly("accepted 1").hasSize(200);
    assertThat(network.dials("relay.test", 587)).isLessThanOrEqualTo(4);
  }

  @Test
  void holdsDeliveriesWhileNoPathIsOpen() throws Exception {
    network.block(25, Block.REJECT);

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsOnly("planned 0");
    assertThat(database.texts("SELECT DISTINCT category FROM delivery")).containsExactly("held");
    assertThat(database.number("SELECT count(*) FROM attempt")).isZero();
  }

  @Test
  void neverTakesAnotherPathAfterTheDot() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    server().on(ServerPhase.DOT).keepMessage().close().once();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.texts("SELECT category || ' ' || pinned_route FROM delivery"))
        .containsExactly("no-answer direct");
    assertThat(database.texts("SELECT outcome || ' ' || phase FROM attempt"))
        .containsExactly("unknown DOT");
    assertThat(relay.statistics().messages().total()).isZero();
  }

  @Test
  void whatIsLeftAtAClosedGateTakesNoTurnFromWhatComesLater() throws Exception {
    limits = new Limits(1, 100, 1);
    ClaimedBatch left = batch(names(300)); // whose turns are five minutes
    closedCampaigns.add(left.campaignId());
    sender.send(left);
    closedCampaigns.clear();

    ClaimedBatch one =
        new ClaimedBatch(
            left.id(),
            left.campaignId(),
            left.platform(),
            left.epoch(),
            left.content(),
            left.inDoubt(),
            left.origin(),
            left.deliveries().subList(0, 1));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      sending(threads, one).get(60, TimeUnit.SECONDS);
    }

    assertThat(network.mailboxes().messages()).isEqualTo(1);
  }

  @Test
  void takesLeaveOfASessionThatIsFiveMinutesOld() throws Exception {
    limits = new Limits(1, 100, 0);
    beforeEachMessage =
        () -> {
          if (server().statistics().messages().total() == 3) {
            passed.set(Duration.ofMinutes(5).toNanos());
          }
        };

    sender.send(batch(names(10)));

    assertThat(states()).hasSize(10).containsOnly("accepted 1");
    assertThat(server().statistics().connections().total()).isEqualTo(2);
    assertThat(server().statistics().violations()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM path_failure")).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"MAIL", "RCPT", "DATA"})
  void goesOnAtOnceWhenAPeerEndsASessionThatItUsed(ServerPhase phase) throws Exception {
    limits = new Limits(1, 100, 0);
    server().on(phase).after(3).answerAndHangUp(421, "4.7.0", "closing this session").once();

    sender.send(batch(names(10)));

    assertThat(states()).hasSize(10).containsOnly("accepted 1");
    assertThat(database.number("SELECT count(*) FROM attempt WHERE outcome <> 'accepted'"))
        .as("it had ended before the message was offered")
        .isZero();
    assertThat(paces.all()).isEmpty();
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void countsNoThrottleWhereAPeerTakesSoManyMessagesASession() throws Exception {
    limits = new Limits(1, 100, 0);
    AtomicInteger offered = new AtomicInteger();
    server()
        .on(ServerPhase.RCPT)
        .when(_ -> offered.incrementAndGet() % 6 == 0)
        .answerAndHangUp(421, "4.7.0", "Too many messages for this session, closing")
        .always();

    sender.send(batch(names(20)));

    assertThat(states()).hasSize(20).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT outcome FROM attempt")).containsExactly("accepted");
  }

  @Test
  void defersWhatAPeerAnswersWith421OnEverySession() throws Exception {
    limits = new Limits(1, 100, 0);
    server().on(ServerPhase.RCPT).answerAndHangUp(421, "4.3.2", "closing").always();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.number("SELECT count(*) FROM attempt")).isOne();
  }

  @Test
  void slowsDownWhereAPeerEndsAUsedSessionAndSpeaksOfARate() throws Exception {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.RCPT)
        .after(3)
        .answerAndHangUp(421, "4.7.0", "rate limit exceeded, try again later")
        .once();

    sender.send(batch(names(4)));

    assertThat(states()).filteredOn("accepted 1"::equals).hasSize(3);
    assertThat(database.texts("SELECT category FROM attempt WHERE outcome = 'deferred'"))
        .containsExactly("rate-limited");
    assertThat(paces.all()).hasSize(1);
  }

  @Test
  void holdsTheRestWhenThePlatformRefusesThisSource() throws Exception {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.MAIL)
        .answer(550, "5.7.1", "your address is blocked by reputation")
        .always();

    sender.send(batch(names(30)));

    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'bounced'"))
        .isEqualTo(5);
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE state = 'planned' AND category = 'held'"))
        .isEqualTo(25);
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void bouncesNobodyForALoginThatTheRelayRefuses() throws Exception {
    stop();
    password = "wrong";
    start();
    paths = List.of(RELAY_587, RELAY_465);

    sender.send(batch(names(20)));

    assertThat(states()).containsOnly("planned 0");
    assertThat(network.dials("relay.test", 587) + network.dials("relay.test", 465))
        .as("more trials would lock the account")
        .isLessThanOrEqualTo(3);
  }

  @Test
  void keepsTheLimitsAsThePeerSeesThem() throws Exception {
    limits = new Limits(2, 5, 0);

    sender.send(batch(names(60)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.statistics(DOMAIN).connections().maxConcurrent()).isLessThanOrEqualTo(2);
    assertThat(network.statistics(DOMAIN).messages().maxPerConnection()).isLessThanOrEqualTo(5);
  }

  @Test
  void takesASlotThatFallsFreeWhileItsOtherSessionIsBusy() throws Exception {
    limits = new Limits(2, 20, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dots = server().on(ServerPhase.DOT).until(released);
    dots.always();
    ClaimedBatch batch = batch(names(10));
    try (ConnectionSlots elsewhere = new ConnectionSlots(database.database());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Slot taken = elsewhere.tryAcquire("isp", 2).orElseThrow();
      Future<?> sending = threads.submit(sending(batch));
      try {
        assertThat(dots.awaitHits(1, SECOND.multipliedBy(10))).isTrue();

        taken.close();

        assertThat(dots.awaitHits(2, SECOND.multipliedBy(4)))
            .as("a second session while the first one is busy")
            .isTrue();
      } finally {
        // or what was begun would not end with a test that failed
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }
    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void keepsNoPlaceForASessionWhileItWaitsForASlot() throws Exception {
    stop();
    sessions = 1;
    start();
    limits = new Limits(1, 20, 0);
    limitsOfIsps = limits;
    CountDownLatch tries = new CountDownLatch(2);
    beforeEachRule =
        () -> {
          if (Thread.currentThread().getName().equals("lane-isp")) {
            tries.countDown();
          }
        };
    ClaimedBatch batch = batch(names(4));
    try (ConnectionSlots elsewhere = new ConnectionSlots(database.database());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Slot taken = elsewhere.tryAcquire("isp", 1).orElseThrow();
      Future<?> waiting = threads.submit(sending(part(batch, "isp", 0, 2)));
      try {
        assertThat(tries.await(20, TimeUnit.SECONDS)).as("it waits for a slot").isTrue();

        Future<?> other = threads.submit(sending(part(batch, "other", 2, 4)));

        assertThatCode(() -> other.get(20, TimeUnit.SECONDS)).doesNotThrowAnyException();
      } finally {
        taken.close();
      }
      waiting.get(20, TimeUnit.SECONDS);
    }
    assertThat(states()).containsOnly("accepted 1");
  }

  private Callable<@Nullable Void> sending(ClaimedBatch batch) {
    return () -> {
      sender.send(batch);
      return null;
    };
  }

  private static ClaimedBatch part(ClaimedBatch whole, String platform, int from, int to) {
    return new ClaimedBatch(
        whole.id(),
        whole.campaignId(),
        platform,
        whole.epoch(),
        whole.content(),
        whole.inDoubt(),
        MailOrigin.UNKNOWN,
        whole.deliveries().subList(from, to));
  }

  @Test
  void leavesWhatACampaignThatWasPausedStillHas() throws Exception {
    ClaimedBatch batch = batch(names(50));
    closedCampaigns.add(batch.campaignId());

    sender.send(batch);

    assertThat(states()).containsOnly("planned 0");
    assertThat(network.mailboxes().messages()).isZero();
  }
}
