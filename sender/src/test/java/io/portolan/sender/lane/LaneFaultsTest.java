package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.BatchSender;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Limits;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What lanes do when something fails or changes under them. */
class LaneFaultsTest extends LaneFixture {
  @Test
  void offersNothingOfACampaignThatWasPausedDuringASlowBanner() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule banner = server().on(ServerPhase.BANNER).until(released);
    banner.always();
    ClaimedBatch batch = batch("anna", "ben");
    CompletableFuture<Void> sent = sending(batch);
    assertThat(banner.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

    closedCampaigns.add(batch.campaignId());
    released.complete(null);

    sent.get(20, TimeUnit.SECONDS);
    assertThat(states()).containsOnly("planned 0");
    assertThat(network.mailboxes().messages()).isZero();
  }

  @Test
  void knowsThePortOpenBeforeASlowBannerComes() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule banner = server().on(ServerPhase.BANNER).until(released);
    banner.always();
    CompletableFuture<Void> sent = sending(batch("anna"));
    assertThat(banner.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

    Eventually.holds("the port is open", this::isPortOpen);

    assertThat(sent).isNotDone();
    released.complete(null);
    sent.get(20, TimeUnit.SECONDS);
    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void leavesTheIpFamilyThatDoesNotGetThroughToAPlatform() throws Exception {
    deadAddresses.add(InetAddress.ofLiteral("2001:db8::99"));

    sending(batch("anna", "ben")).get(20, TimeUnit.SECONDS);

    assertThat(states()).containsOnly("accepted 1");
    assertThat(network.dials("2001:db8::99", 25)).isEqualTo(1);
    assertThat(health.snapshot())
        .flatExtracting(PathStatus::families)
        .extracting(PathStatus.ByFamily::family, PathStatus.ByFamily::state)
        .containsExactly(tuple("ipv4", PathState.OPEN), tuple("ipv6", PathState.BLOCKED));
  }

  @Test
  void getsThroughByTheOtherFamilyBehindSeveralDeadAddresses() throws Exception {
    for (String dead : List.of("2001:db8::97", "2001:db8::98", "2001:db8::99")) {
      deadAddresses.add(InetAddress.ofLiteral(dead));
    }

    sending(batch("anna")).get(20, TimeUnit.SECONDS);

    assertThat(states()).containsOnly("accepted 1");
    assertThat(health.snapshot())
        .flatExtracting(PathStatus::families)
        .extracting(PathStatus.ByFamily::family, PathStatus.ByFamily::state)
        .containsExactly(tuple("ipv4", PathState.OPEN), tuple("ipv6", PathState.BLOCKED));
  }

  @Test
  void goesOnAfterAWorkerFailed() throws Exception {
    limits = new Limits(1, 100, 0);
    AtomicInteger faults = new AtomicInteger();
    beforeEachRule =
        () -> {
          int fault = faults.incrementAndGet();
          if (fault == 3) {
            throw new IllegalStateException("no policy now");
          } else if (fault == 6) {
            throw new StackOverflowError();
          }
        };

    sending(batch(names(6))).get(30, TimeUnit.SECONDS);

    assertThat(states()).contains("accepted 1").doesNotContain("bounced 0");
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void usesAllItsConnectionsOnceItsSlotsAreFreeAgain() throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    ServerScript.Rule dots = server().on(ServerPhase.DOT).until(end).times(3);
    CompletableFuture<Void> sent;
    try (ConnectionSlots elsewhere = new ConnectionSlots(database.database())) {
      for (int slot = 0; slot < 3; slot++) {
        assertThat(elsewhere.tryAcquire("isp", 3)).isPresent();
      }
      sent = sending(batch(names(30)));
      Set<String> asked = new HashSet<>();
      Eventually.holds(
          "slots are asked for again and again, by the one worker that stays",
          () -> {
            asked.addAll(
                database.texts(
                    "SELECT query_start::text FROM pg_stat_activity WHERE query LIKE 'SELECT slot%'"));
            return asked.size() >= 8;
          });
    }

    assertThat(dots.awaitHits(3, SECOND.multipliedBy(20))).isTrue();
    // an answer that is late in coming ends a session, so that one alone may be held three times
    assertThat(network.statistics(DOMAIN).connections().maxConcurrent()).isEqualTo(3);
    end.complete(null);
    sent.get(30, TimeUnit.SECONDS);
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void holdsASlotUntilTheSessionOnItHasEnded() throws Exception {
    limits = new Limits(1, 20, 0);
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule quit = server().on(ServerPhase.QUIT).until(released);
    quit.once();
    try (ConnectionSlots elsewhere = new ConnectionSlots(database.database())) {
      sender.send(batch("anna"));
      assertThat(quit.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

      assertThat(elsewhere.tryAcquire("isp", 1)).isEmpty();

      released.complete(null);
      Eventually.holds("the slot is free", () -> elsewhere.tryAcquire("isp", 1).isPresent());
    }
  }

  @Test
  void loadsMoreBatchesOfManyDomainsThanOfAPlatformSinceSomeHostsAreSilent() {
    // four batches of a platform are in memory at once
    for (int batch = 0; batch < 20; batch++) {
      assertThat(CompletableFuture.supplyAsync(() -> place("other"), this::inThread))
          .succeedsWithin(SECOND.multipliedBy(20));
    }
  }

  @Test
  void takesThePlatformsLimitsWhateverTheRowsOfItsIspsSay() throws Exception {
    ispOfRecipients = "brand";
    limits = new Limits(1, 2, 0);
    limitsOfIsps = new Limits(9, 100, 0);

    sender.send(batch(names(6)));

    assertThat(network.statistics(DOMAIN).messages().maxPerConnection()).isEqualTo(2);
  }

  @Test
  void agesNobodyWhoWaitsInALongCampaign() throws Exception {
    ClaimedBatch batch = batch("anna", "full1");
    ahead = Duration.ofDays(5);

    sender.send(batch);

    assertThat(states()).containsExactly("accepted 1", "planned 1");
  }

  @Test
  void remembersWhenADeliveryWasFirstHeld() throws Exception {
    network.block(25, Block.REJECT);
    Instant before = clock.instant();

    sender.send(batch("anna"));

    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE first_held_at BETWEEN ?::timestamptz - interval '1 s' AND ?::timestamptz + interval '1 s'",
                before.toString(),
                clock.instant().toString()))
        .isOne();
  }

  private BatchSender.Place place(String platform) {
    try {
      return sender.awaitPlace(platform);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void inThread(Runnable task) {
    Thread.ofVirtual().start(task);
  }

  private boolean isPortOpen() {
    return health.snapshot().stream().anyMatch(status -> isOpenPort(status));
  }

  private static boolean isOpenPort(PathStatus status) {
    return status.label().equals("direct:25") && status.state() == PathState.OPEN;
  }

  private CompletableFuture<Void> sending(ClaimedBatch batch) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                sender.send(batch);
                done.complete(null);
              } catch (InterruptedException | RuntimeException e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }
}
