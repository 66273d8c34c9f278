package io.portolan.scheduler;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.BatchSender;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.Recorded;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A sender without SMTP: a script says what becomes of each delivery, and the real recorder writes
 * it down. Asks the gate before each delivery, as a sender must. Thread-safe.
 */
final class TestingBatchSender implements BatchSender {
  private static final Path PATH = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final int PLACES = 4;

  private final ResultRecorder recorder;
  private final CampaignGate gate;
  private final InstantSource clock;
  private final Map<String, Semaphore> lanes = new ConcurrentHashMap<>();
  private final BlockingQueue<Offered> offered = new LinkedBlockingQueue<>();
  private final BlockingQueue<ClaimedBatch> returned = new LinkedBlockingQueue<>();
  private volatile Script script = (_, _) -> accepted();

  /** Says what becomes of a delivery; may wait first. */
  @FunctionalInterface
  interface Script {
    DeliveryOutcome outcome(ClaimedBatch batch, ClaimedDelivery delivery)
        throws InterruptedException;
  }

  /** A delivery that was offered to a peer. */
  record Offered(Instant at, ClaimedBatch batch, ClaimedDelivery delivery) {}

  TestingBatchSender(ResultRecorder recorder, CampaignGate gate, InstantSource clock) {
    this.recorder = recorder;
    this.gate = gate;
    this.clock = clock;
  }

  void follow(Script newScript) {
    script = newScript;
  }

  /** Takes every place of a platform's lane, so that its batches wait. */
  void block(String platform) {
    lane(platform).acquireUninterruptibly(PLACES);
  }

  void unblock(String platform) {
    lane(platform).release(PLACES);
  }

  /** The next delivery that was offered; fails when none is within ten seconds. */
  Offered nextOffered() throws InterruptedException {
    Offered next = offered.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was offered");
    }
    return next;
  }

  /** Deliveries offered and not asked for by {@link #nextOffered}. */
  int offeredCount() {
    return offered.size();
  }

  /** Batches that came to their end here. */
  int returnedCount() {
    return returned.size();
  }

  DeliveryOutcome accepted() {
    return new DeliveryOutcome.Accepted(attempt(250, "2.0.0 taken"));
  }

  DeliveryOutcome deferred(Instant notBefore) {
    return new DeliveryOutcome.Deferred(
        attempt(450, "4.2.0 later"), "greylisted", notBefore, Optional.empty());
  }

  @Override
  public Place awaitPlace(String platform) throws InterruptedException {
    Semaphore lane = lane(platform);
    lane.acquire();
    return lane::release;
  }

  @Override
  public void send(ClaimedBatch batch) throws InterruptedException {
    List<CompletableFuture<Recorded>> results = new ArrayList<>();
    try {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        boolean stale =
            results.stream().anyMatch(result -> result.getNow(Recorded.APPLIED) == Recorded.STALE);
        if (stale || !gate.isOpen(batch.campaignId())) {
          break;
        }
        if (gate.isHeld(batch.campaignId(), delivery.isp())) {
          continue;
        }
        DeliveryOutcome outcome = script.outcome(batch, delivery);
        offered.add(new Offered(clock.instant(), batch, delivery));
        results.add(recorder.record(batch, delivery, outcome));
      }
    } finally {
      CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
      returned.add(batch);
    }
  }

  private Semaphore lane(String platform) {
    return lanes.computeIfAbsent(platform, _ -> new Semaphore(PLACES, true));
  }

  private Attempt attempt(int code, String text) {
    return new Attempt(
        clock.instant(),
        PATH,
        new Decision(1, "*", "first path"),
        "mx.test",
        "192.0.2.1",
        true,
        Phase.DOT,
        Optional.of(new SmtpReply(code, Optional.empty(), text)),
        Duration.ZERO,
        Duration.ofMillis(1));
  }
}
