package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.policy.Limits;
import io.portolan.sender.message.MessageRoom;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lanes where memory has room for one message at a time. */
class LaneRoomTest extends LaneFixture {
  /** Any two messages of these tests have more. */
  private static final int ROOM_OF_ONE = 1_500;

  private void roomOfOne(Duration patience) {
    sender.close();
    room = new MessageRoom(ROOM_OF_ONE, ROOM_OF_ONE, patience);
    sender = node("test", slots, paces);
  }

  @Test
  void sendsMessagesOneAfterAnotherAndNoneAhead() throws Exception {
    roomOfOne(SECOND.multipliedBy(20));
    limits = new Limits(4, 100, 0);
    ServerScript.Rule ahead =
        server().on(ServerPhase.DOT).when(moment -> moment.pipelined() > 0).delay(Duration.ZERO);
    ahead.always();

    sender.send(batch(names(12)));

    assertThat(states()).hasSize(12).containsOnly("accepted 1");
    assertThat(ahead.hits()).as("composed ahead").isZero();
    assertThat(held).isEmpty();
    assertThat(room.taken()).isZero();
  }

  @Test
  void holdsAMessageThatFindsNoRoomInTimeAndSendsItLater() throws Exception {
    roomOfOne(Duration.ofMillis(300));
    limits = new Limits(2, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    server().on(ServerPhase.DOT).until(released).once();
    ClaimedBatch batch = batch(names(2));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sending = sending(threads, batch);
      try {
        Eventually.value("held", held::size, count -> count == 1);
      } finally {
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).containsExactlyInAnyOrder("accepted 1", "planned 0");
    assertThat(held.getFirst()).contains("no room in memory");
    assertThat(room.taken()).isZero();
  }

  @Test
  void aPauseEndsTheWaitForRoom() throws Exception {
    roomOfOne(Duration.ofMinutes(10));
    limits = new Limits(2, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = server().on(ServerPhase.DOT).until(released);
    dot.once();
    ClaimedBatch batch = batch(names(2));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sending = sending(threads, batch);
      try {
        assertThat(dot.awaitHits(1, SECOND.multipliedBy(10))).isTrue();
        closedCampaigns.add(batch.campaignId());
      } finally {
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).containsExactlyInAnyOrder("accepted 1", "planned 0");
    assertThat(held).isEmpty();
  }
}
