package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.batch.BatchEnd;
import io.portolan.core.batch.BatchStore;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.policy.Timeouts;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Invariant 4 at an orderly stop whose grace is over while peers owe answers. */
class LaneStopTest extends LaneFixture {
  private static final Duration LONG = Duration.ofMinutes(5);

  @BeforeEach
  void bePatient() {
    timeouts = new Timeouts(SECOND, LONG, LONG, LONG, LONG, LONG);
    paths = List.of(DIRECT, RELAY_587);
  }

  @Test
  void recordsWhatIsPastItsDotAsInDoubtAndPinsItToItsRoute() throws Exception {
    ClaimedBatch batch = batch("anna");
    Instant before = clock.instant();

    stopDuring(server().on(ServerPhase.DOT).keepMessage().silence(), batch);

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.texts("SELECT category || ' ' || pinned_route FROM delivery"))
        .containsExactly("no-answer direct");
    assertThat(database.texts("SELECT outcome || ' ' || phase FROM attempt"))
        .containsExactly("unknown DOT");
    BatchEnd.Done end =
        (BatchEnd.Done)
            new BatchStore(database.database()).end(batch, clock.instant(), Duration.ZERO);
    assertThat(end.retries())
        .as("who has it next does not offer it at once")
        .singleElement()
        .satisfies(retry -> assertThat(retry.dueAt()).isAfter(before.plus(Duration.ofMinutes(5))));
  }

  @Test
  void leavesItToADecisionWhereTheCampaignHoldsWhatIsInDoubt() throws Exception {
    inDoubt = InDoubt.HOLD;

    stopDuring(server().on(ServerPhase.DOT).keepMessage().silence(), batch("anna"));

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.number("SELECT count(*) FROM delivery WHERE in_doubt_since IS NOT NULL"))
        .isOne();
  }

  @Test
  void leavesWhatIsBeforeItsDotUntouchedAndSendsItNoMore() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();

    stopDuring(server().on(ServerPhase.RCPT).until(released), batch("anna", "ben"));

    assertThat(states()).containsOnly("planned 0");
    assertThat(database.number("SELECT count(*) FROM delivery WHERE pinned_route IS NOT NULL"))
        .isZero();
    assertThat(database.number("SELECT count(*) FROM path_failure"))
        .as("a stop shows nothing of the path")
        .isZero();
    released.complete(null);
    sender.close();
    assertThat(network.mailboxes().messages()).as("the claim has ended").isZero();
  }

  /** Interrupts the sending of a batch, as the scheduler does, once a peer has come to a point. */
  private void stopDuring(ServerScript.Rule point, ClaimedBatch batch) throws Exception {
    point.always();
    CountDownLatch stopped = new CountDownLatch(1);
    Thread sending =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    sender.send(batch);
                  } catch (InterruptedException e) {
                    stopped.countDown();
                  }
                });
    assertThat(point.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

    sending.interrupt();

    assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
