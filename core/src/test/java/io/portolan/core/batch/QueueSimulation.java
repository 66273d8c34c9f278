package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.recorder.Recorded;
import io.portolan.core.recorder.ResultRecorder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One campaign on two nodes that plan, claim, send, crash and come back in an order that a seed
 * decides, one step at a time. What a crashed node was doing may go on for a while, as that of a
 * process does which only seems dead.
 */
final class QueueSimulation {
  private static final List<String> NODES = List.of("node-a", "node-b");
  private static final int ROUNDS_TO_END = 60;

  private final TestDatabase database;
  private final ResultRecorder recorder;
  private final TestClock clock = TestClock.create();
  private final TestCampaigns campaigns;
  private final PlanStore plans;
  private final BatchStore batches;
  private final DoubtStore doubts;
  private final CampaignStore lifecycle;
  private final QueueChecks checks;
  private final Random random;
  private final FakePeer peer;
  private final List<String> story = new ArrayList<>();
  private final List<Work> work = new ArrayList<>();
  private final Map<Long, Work> holders = new HashMap<>();
  private final Set<Long> inDoubt = new HashSet<>();
  private final Instant lifetimeEnd;
  private final int recipients;
  private final boolean holds;
  private final long campaign;

  /** A claim in the hands of a node; {@code alive} until the node crashes. */
  private static final class Work {
    final String node;
    final ClaimedBatch batch;
    final Deque<ClaimedDelivery> open;
    boolean alive = true;
    @Nullable ClaimedDelivery offered;

    Work(String node, ClaimedBatch batch) {
      this.node = node;
      this.batch = batch;
      open = new ArrayDeque<>(batch.deliveries());
    }
  }

  QueueSimulation(TestDatabase database, ResultRecorder recorder, long seed) {
    this.database = database;
    this.recorder = recorder;
    random = new Random(seed);
    campaigns = new TestCampaigns(database);
    plans = new PlanStore(database.database());
    batches = new BatchStore(database.database());
    doubts = new DoubtStore(database.database());
    lifecycle = new CampaignStore(database.database(), clock);
    checks = new QueueChecks(database);
    lifetimeEnd = clock.instant().plus(Duration.ofHours(random.nextInt(2, 96)));
    holds = random.nextBoolean();
    peer = new FakePeer(random, holds, lifetimeEnd);
    recipients = random.nextInt(3, 30);
    campaign = begin();
  }

  /** What happened so far. */
  String story() {
    return String.join("\n", story);
  }

  /** Lets so many events happen, then goes on without accidents until the campaign has ended. */
  void run(int events) throws Exception {
    for (int i = 0; i < events; i++) {
      step();
      checks.run();
    }
    for (int round = 0; !hasEnded(); round++) {
      assertThat(round).as("rounds without an end").isLessThan(ROUNDS_TO_END);
      round();
      checks.run();
    }
    assertThat(database.number("SELECT count(*) FROM delivery WHERE state <> 'planned'"))
        .isEqualTo(recipients);
  }

  private long begin() {
    for (String table :
        List.of("campaign", "recipient", "mailing_list", "suppression", "result_rollup")) {
      database.execute("DELETE FROM " + table);
    }
    long list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("mail.shop.test", "other", "other");
    int first = random.nextInt(recipients);
    campaigns.recipients(list, "gmail.com", first);
    campaigns.recipients(list, "mail.shop.test", recipients - first);
    NODES.forEach(this::comeBack);
    long id = campaigns.launched(list);
    database.execute(
        "UPDATE campaign SET in_doubt = ? WHERE id = ?", holds ? "hold" : "resend", id);
    return id;
  }

  private void step() throws Exception {
    int event = random.nextInt(100);
    if (event < 8) {
      tell(
          "plan", plans.planChunk(campaign, random.nextInt(1, 10), clock.instant(), Instant.EPOCH));
    } else if (event < 26) {
      claim(random.nextInt(3) == 0 ? lifetimeEnd : clock.instant());
    } else if (event < 50) {
      any(work).ifPresent(this::send);
    } else if (event < 58) {
      any(work).ifPresent(this::end);
    } else if (event < 65) {
      Duration jump = Duration.ofSeconds(random.nextInt(-90, 2_000));
      clock.advance(jump);
      tell("clock", jump);
    } else if (event < 83) {
      accident(random.nextInt(12));
    } else {
      decide(random.nextInt(20));
    }
  }

  private void accident(int event) {
    String node = NODES.get(random.nextInt(NODES.size()));
    if (event < 3) {
      tell("crash", node);
      database.execute("DELETE FROM qrtz_scheduler_state WHERE instance_name = ?", node);
      work.stream().filter(each -> each.node.equals(node)).forEach(each -> each.alive = false);
    } else if (event < 6) {
      tell("back", node);
      comeBack(node);
    } else if (event < 10) {
      tell("dead", revoked(batches.revokeOfDeadNodes()));
    } else {
      tell("left", revoked(batches.revokeLeft(node, () -> worksOn(node))));
    }
  }

  private void decide(int event) {
    CampaignState state = lifecycle.get(campaign).state();
    if (event < 5) {
      if (state == CampaignState.RUNNING) {
        tell("pause", lifecycle.pause(campaign).state());
      } else if (state == CampaignState.PAUSED) {
        tell("resume", lifecycle.resume(campaign).state());
      }
    } else if (event < 6 && !state.isEnded()) {
      tell("cancel", lifecycle.cancel(campaign).state());
    } else if (event < 8) {
      batches.cancelQueued(campaign, clock.instant());
      tell("cancel queued", state);
    } else if (event < 10) {
      suppress();
    } else if (event < 11) {
      tell("finish", lifecycle.finishIfDone(campaign));
    } else if (event < 15) {
      tell("give up", doubts.giveUp(campaign, clock.instant()));
    } else {
      tell("resend", doubts.resend(campaign, clock.instant()));
      inDoubt.removeAll(ids("SELECT id FROM delivery WHERE offer_expires_at IS NULL"));
    }
  }

  private void claim(Instant due) {
    List<Long> queued =
        ids(
            "SELECT id FROM batch WHERE state = 'queued' AND due_at <= ? ORDER BY id",
            due.atOffset(ZoneOffset.UTC));
    List<String> alive =
        database.texts("SELECT instance_name FROM qrtz_scheduler_state ORDER BY 1");
    if (queued.isEmpty() || alive.isEmpty()) {
      return;
    }
    String node = alive.get(random.nextInt(alive.size()));
    claim(queued.get(random.nextInt(queued.size())), node);
  }

  private Optional<Work> claim(long batchId, String node) {
    BatchClaim claim = batches.claim(batchId, node, clock.instant());
    if (!(claim instanceof BatchClaim.Granted(ClaimedBatch batch))) {
      tell("claim", claim);
      return Optional.empty();
    }
    List<Long> handedOver = batch.deliveries().stream().map(ClaimedDelivery::id).toList();
    tell("claim", node + " " + batch.id() + "/" + batch.epoch() + " " + handedOver);
    assertThat(handedOver).as("nothing in doubt is sent again").noneMatch(inDoubt::contains);
    Work claimed = new Work(node, batch);
    work.add(claimed);
    assertThat(holders.put(batchId, claimed)).as("one claim at a time").isNull();
    return Optional.of(claimed);
  }

  /** Takes a claim one step on: an offer, or a result. */
  private void send(Work each) {
    ClaimedDelivery delivery = each.offered == null ? each.open.poll() : each.offered;
    if (delivery == null) {
      return;
    }
    if (holds && each.offered == null && random.nextInt(4) > 0) {
      if (record(each, delivery, Optional.empty())) {
        each.offered = delivery;
        inDoubt.add(delivery.id());
      }
      return;
    }
    DeliveryOutcome outcome = peer.answer(clock.instant(), each.offered != null);
    each.offered = null;
    boolean applied = record(each, delivery, Optional.of(outcome));
    if (applied && !(outcome instanceof DeliveryOutcome.InDoubt)) {
      inDoubt.remove(delivery.id());
    } else if (applied) {
      inDoubt.add(delivery.id());
    }
    if (applied
        && outcome instanceof DeliveryOutcome.Deferred(var attempt, _, _, _)
        && random.nextInt(5) == 0) {
      each.open.addFirst(delivery.attempted(attempt.at()));
    }
  }

  /**
   * Hands over an offer or a result, which counts exactly while the claim and the delivery hold.
   */
  private boolean record(Work each, ClaimedDelivery delivery, Optional<DeliveryOutcome> outcome) {
    boolean valid =
        isHeldBy(each)
            && database.number(
                    "SELECT count(*) FROM delivery WHERE id = ? AND batch_id = ? AND state = 'planned'",
                    delivery.id(),
                    each.batch.id())
                == 1;
    Recorded recorded;
    try {
      CompletableFuture<Recorded> done =
          outcome.isPresent()
              ? recorder.record(each.batch, delivery, outcome.get())
              : recorder.offer(each.batch, delivery, lifetimeEnd);
      recorded = done.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    String what = outcome.map(DeliveryOutcome::label).orElse("offer");
    tell(what, delivery.id() + " in " + each.batch.id() + " " + recorded);
    assertThat(recorded).isEqualTo(valid ? Recorded.APPLIED : Recorded.STALE);
    return valid;
  }

  private void end(Work each) {
    work.remove(each);
    BatchEnd end = batches.end(each.batch, clock.instant(), Duration.ofSeconds(1));
    tell("end", each.node + " " + each.batch.id() + " " + end);
    assertThat(end instanceof BatchEnd.Lost).isNotEqualTo(isHeldBy(each));
    holders.remove(each.batch.id(), each);
  }

  private boolean isHeldBy(Work each) {
    return each.equals(holders.get(each.batch.id()));
  }

  private List<QueuedBatch> revoked(List<QueuedBatch> batches) {
    batches.forEach(batch -> holders.remove(batch.id()));
    return batches;
  }

  private void suppress() {
    String user = "user" + random.nextInt(1, recipients + 1) + "@gmail.com";
    boolean domain = random.nextInt(5) == 0;
    database.execute(
        """
        INSERT INTO suppression (kind, value, reason, source) VALUES (?, ?, 'manual', 'test')
        ON CONFLICT DO NOTHING
        """,
        domain ? "domain" : "address",
        domain ? "shop.test" : user);
    tell("suppress", domain ? "shop.test" : user);
  }

  /** What nodes in good health do in a while. */
  private void round() {
    clock.advance(Duration.ofHours(3));
    NODES.forEach(this::comeBack);
    List.copyOf(work).forEach(this::end);
    NODES.forEach(node -> revoked(batches.revokeLeft(node, Set::of)));
    CampaignState state = lifecycle.get(campaign).state();
    if (state == CampaignState.PAUSED) {
      lifecycle.resume(campaign);
    } else if (state == CampaignState.CANCELLED) {
      batches.cancelQueued(campaign, clock.instant());
    }
    plans.planChunk(campaign, 10, clock.instant(), Instant.EPOCH);
    for (long id :
        ids(
            "SELECT id FROM batch WHERE state = 'queued' AND due_at <= ? ORDER BY id",
            clock.instant().atOffset(ZoneOffset.UTC))) {
      claim(id, NODES.getFirst())
          .ifPresent(
              claimed -> {
                while (!claimed.open.isEmpty() || claimed.offered != null) {
                  send(claimed);
                }
                end(claimed);
              });
    }
    lifecycle.finishIfDone(campaign);
  }

  private boolean hasEnded() {
    return switch (lifecycle.get(campaign).state()) {
      case FINISHED -> true;
      case CANCELLED ->
          database.number("SELECT count(*) FROM campaign WHERE planned_at IS NOT NULL") == 1
              && database.number("SELECT count(*) FROM batch WHERE state <> 'done'") == 0;
      case DRAFT, SCHEDULED, RUNNING, PAUSED -> false;
    };
  }

  private void comeBack(String node) {
    database.execute(
        "INSERT INTO qrtz_scheduler_state VALUES ('portolan', ?, 1, 1) ON CONFLICT DO NOTHING",
        node);
  }

  private Set<Long> worksOn(String node) {
    return work.stream()
        .filter(each -> each.alive && each.node.equals(node))
        .map(each -> each.batch.id())
        .collect(Collectors.toSet());
  }

  private Optional<Work> any(List<Work> from) {
    return from.isEmpty() ? Optional.empty() : Optional.of(from.get(random.nextInt(from.size())));
  }

  private List<Long> ids(String sql, Object... parameters) {
    return database.texts(sql, parameters).stream().map(Long::valueOf).toList();
  }

  private void tell(String event, Object what) {
    story.add(clock.instant() + " " + event + ": " + what);
  }
}
