package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.policy.Limits;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Behaviour.Capability;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Envelopes that leave behind the end of the message before. */
class LaneAheadTest extends LaneFixture {
  private ServerScript.Rule dotsWithNext() {
    ServerScript.Rule rule =
        server().on(ServerPhase.DOT).when(moment -> moment.pipelined() > 0).delay(Duration.ZERO);
    rule.always();
    return rule;
  }

  @Test
  void sendsTheNextEnvelopeBehindTheDot() throws Exception {
    limits = new Limits(1, 100, 0);
    ServerScript.Rule ahead = dotsWithNext();

    sender.send(batch("anna", "nobody1", "ben", "over1", "carla", "dora", "emil", "fred"));

    assertThat(ahead.hits()).as("all but the last, and those that were refused").isEqualTo(5);
    assertThat(network.statistics(DOMAIN).connections().total()).isEqualTo(1);
    assertThat(states())
        .containsExactly(
            "accepted 1",
            "bounced 1",
            "accepted 1",
            "bounced 1",
            "accepted 1",
            "accepted 1",
            "accepted 1",
            "accepted 1");
    assertThat(network.mailboxes().duplicates()).isEmpty();
    assertThat(network.statistics().violations()).isEmpty();
  }

  @Test
  void endsSessionsAtTheirLimitWithoutAnEnvelopeTooMany() throws Exception {
    limits = new Limits(1, 4, 0);
    ServerScript.Rule ahead = dotsWithNext();

    sender.send(batch(names(12)));

    assertThat(ahead.hits()).isEqualTo(9);
    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.statistics(DOMAIN).messages().maxPerConnection()).isEqualTo(4);
    assertThat(network.statistics(DOMAIN).connections().total()).isEqualTo(3);
  }

  @Test
  void sendsNothingAheadWherePipeliningIsNotOffered() throws Exception {
    limits = new Limits(1, 100, 0);
    server().behave(new Behaviour.Without(Set.of(Capability.PIPELINING)));
    ServerScript.Rule ahead = dotsWithNext();

    sender.send(batch(names(5)));

    assertThat(ahead.hits()).isZero();
    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void sendsNothingAheadOfASlowPace() throws Exception {
    limits = new Limits(1, 100, 9);
    ServerScript.Rule ahead = dotsWithNext();

    sender.send(batch(names(3)));

    assertThat(ahead.hits()).isZero();
    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void aPauseStillStopsTheMessageWhoseEnvelopeIsOut() throws Exception {
    limits = new Limits(1, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = server().on(ServerPhase.DOT).until(released);
    dot.once();
    ClaimedBatch batch = batch(names(5));
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

    assertThat(states())
        .containsExactly("accepted 1", "planned 0", "planned 0", "planned 0", "planned 0");
    assertThat(network.mailboxes().messages()).isEqualTo(1);
  }

  @Test
  void nobodyWaitsForAWorkerThatIsHeldUp() throws Exception {
    limits = new Limits(2, 100, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule dot = server().on(ServerPhase.DOT).until(released);
    dot.once();
    ClaimedBatch batch = batch(names(10));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sending = sending(threads, batch);
      try {
        Eventually.value("messages taken", network.mailboxes()::messages, taken -> taken == 9);
      } finally {
        released.complete(null);
      }
      sending.get(20, TimeUnit.SECONDS);
    }

    assertThat(states()).hasSize(10).containsOnly("accepted 1");
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }
}
