package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Timeouts;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.simulation.SimulatedNetwork.OpenConnections;
import io.portolan.sender.simulation.StoredMessage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports that are blocked under open sessions, whose commands have minutes to be answered. */
class LaneStallTest extends LaneFixture {
  private static final Duration LONG = Duration.ofMinutes(5);

  @BeforeEach
  void bePatient() {
    timeouts = new Timeouts(SECOND, LONG, LONG, LONG, LONG, SECOND.multipliedBy(15));
  }

  @Test
  void leavesAPortThatFallsSilentUnderOpenSessionsWithoutWaitingFiveMinutes() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    // one that is still being opened when the port falls silent has its own deadlines; so slow that
    // no envelope leaves ahead, or it would be the answer to the end of data that does not come
    limits = new Limits(1, 100, 9);
    AtomicBoolean isBlocked = new AtomicBoolean();
    beforeEachMessage =
        () -> {
          if (relay.statistics().messages().total() >= 5 && isBlocked.compareAndSet(false, true)) {
            network.block(587, Block.DROP.with(OpenConnections.STALL));
          }
        };

    sender.send(batch(names(30)));

    // at most the message on the session waits for an answer that does not come
    assertThat(states()).isSubsetOf("accepted 1", "planned 1");
    assertThat(states().stream().filter("accepted 1"::equals)).hasSizeGreaterThanOrEqualTo(29);
    assertThat(network.mailboxes().matching(_ -> true))
        .extracting(StoredMessage::recipient)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThanOrEqualTo(29);
    assertThat(health.snapshot())
        .extracting(PathStatus::label, PathStatus::state)
        .contains(tuple("relay:587", PathState.BLOCKED));
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .contains("session-timeout");
    assertThat(database.number("SELECT count(*) FROM path_failure")).isLessThanOrEqualTo(10);
  }

  @Test
  void worksOnInTheSteadOfASessionThatWaitsForTheAnswerToTheEndOfData() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    limits = new Limits(1, 100, 0);
    relay.on(ServerPhase.DOT).port(587).after(2).silence().once();
    beforeEachMessage =
        () -> {
          if (relay.statistics().messages().total() >= 2) {
            network.block(587, Block.DROP);
          }
        };

    sender.send(batch(names(20)));

    assertThat(states()).containsOnlyOnce("planned 1").hasSize(20);
    assertThat(network.mailboxes().matching(each -> each.origin().port() == 465)).hasSize(17);
    assertThat(database.texts("SELECT outcome FROM attempt WHERE outcome <> 'accepted'"))
        .containsExactly("unknown");
  }

  @Test
  void carriesWhatASilentSessionHasSetAside() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    timeouts = new Timeouts(SECOND, LONG, LONG, LONG, LONG, LONG);
    limits = new Limits(1, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = relay.on(ServerPhase.DOT).port(587).until(released);
    dot.once();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sending = sending(threads, batch("anna", "ben"));
      try {
        assertThat(dot.awaitHits(1, SECOND.multipliedBy(10))).isTrue();
        network.block(587, Block.DROP);
        Eventually.value("messages taken", network.mailboxes()::messages, taken -> taken == 1);
      } finally {
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.mailboxes().matching(each -> each.origin().port() == 465))
        .extracting(StoredMessage::recipient)
        .containsExactly("ben@" + DOMAIN);
  }

  /** Else nobody would be left to take the slot that falls free, for minutes. */
  @Test
  void waitsForASlotWhileASilentSessionHasSomethingSetAside() throws Exception {
    paths = List.of(RELAY_587);
    timeouts = new Timeouts(SECOND, LONG, LONG, LONG, LONG, LONG);
    limits = new Limits(1, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = relay.on(ServerPhase.DOT).port(587).until(released);
    dot.once();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ConnectionSlots elsewhere = new ConnectionSlots(database.database())) {
      Future<?> sending = sending(threads, batch("anna", "ben"));
      try {
        assertThat(dot.awaitHits(1, SECOND.multipliedBy(10))).isTrue();
        ConnectionSlots.Slot second = elsewhere.tryAcquire("isp", 2).orElseThrow();
        limits = new Limits(2, 100, 0);
        Set<String> asked = new HashSet<>();
        Eventually.holds(
            "a worker that has nothing but what is set aside asks for a slot again and again",
            () -> {
              asked.addAll(
                  database.texts(
                      "SELECT query_start::text FROM pg_stat_activity WHERE query LIKE 'SELECT slot%'"));
              return asked.size() >= 5;
            });
        second.close();
        Eventually.value("messages taken", network.mailboxes()::messages, taken -> taken == 1);
        assertThat(network.mailboxes().of("ben@" + DOMAIN)).hasSize(1);
      } finally {
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void anotherWorksWithinTheLimitWhileAPeerTakesItsTime() throws Exception {
    paths = List.of(RELAY_587);
    timeouts = new Timeouts(SECOND, LONG, LONG, LONG, LONG, LONG);
    limits = new Limits(2, 100, 9);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = relay.on(ServerPhase.DOT).port(587).until(released);
    dot.once();
    ClaimedBatch batch = batch("anna", "ben");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = sending(threads, part(batch, 0));
      Future<?> second;
      try {
        assertThat(dot.awaitHits(1, SECOND.multipliedBy(10))).isTrue();
        second = sending(threads, part(batch, 1));
        Eventually.value("messages taken", network.mailboxes()::messages, taken -> taken == 1);
      } finally {
        released.complete(null);
      }
      first.get(20, TimeUnit.SECONDS);
      second.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).containsOnly("accepted 1");
    assertThat(relay.statistics().connections().total())
        .as("with the dial of the watch")
        .isEqualTo(3);
  }

  @Test
  void leavesAloneASessionWhosePeerIsSlowWhileItsPortAnswers() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    relay.on(ServerPhase.MAIL).port(587).after(2).delay(SECOND.multipliedBy(6)).once();

    sender.send(batch(names(6)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.number("SELECT count(*) FROM path_failure")).isZero();
  }

  private static ClaimedBatch part(ClaimedBatch batch, int delivery) {
    return new ClaimedBatch(
        batch.id(),
        batch.campaignId(),
        batch.platform(),
        batch.epoch(),
        batch.content(),
        batch.inDoubt(),
        batch.origin(),
        List.of(batch.deliveries().get(delivery)));
  }
}
