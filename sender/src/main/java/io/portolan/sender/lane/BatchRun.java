package io.portolan.sender.lane;

import io.portolan.core.InvalidException;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.recorder.Recorded;
import io.portolan.sender.message.CampaignMessage;
import io.portolan.sender.message.MessageComposer;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A batch while it is being sent: counts its deliveries down as each is recorded or left.
 * Thread-safe.
 */
final class BatchRun {
  private final ClaimedBatch batch;
  private final Instant since;
  private final CountDownLatch open;
  // on which its messages are being offered at this moment
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private volatile boolean abandoned;
  private volatile boolean cut;
  private volatile @Nullable CampaignMessage message;

  /** A delivery on its way through a lane. */
  record Item(BatchRun run, ClaimedDelivery delivery) {}

  BatchRun(ClaimedBatch batch, Instant since) {
    this.batch = batch;
    this.since = since;
    open = new CountDownLatch(batch.deliveries().size());
  }

  ClaimedBatch batch() {
    return batch;
  }

  /**
   * The campaign's message, looked up once for all deliveries of the batch.
   *
   * @throws InvalidException with every problem of the content
   */
  CampaignMessage message(MessageComposer composer) {
    CampaignMessage known = message;
    if (known == null) {
      known = composer.campaign(batch.campaignId(), batch.content());
      message = known;
    }
    return known;
  }

  /** When it came here, right after it was claimed. */
  Instant since() {
    return since;
  }

  /**
   * Whether its remaining deliveries are to be left: the claim was lost or this node is stopping.
   */
  boolean isAbandoned() {
    return abandoned;
  }

  void abandon() {
    abandoned = true;
  }

  /**
   * Leaves the remaining deliveries and ends the sessions on which some are being offered, because
   * this node stops. What was past its end of data is in doubt and recorded so.
   */
  void cut() {
    cut = true;
    abandon();
    // one that begins after this is told that the run is abandoned
    lines.forEach(line -> line.session().giveUp());
  }

  /** Whether sessions were ended by {@link #cut}. */
  boolean isCut() {
    return cut;
  }

  /** A message is about to be offered, unless the run {@link #isAbandoned is abandoned} by now. */
  void begins(Line line) {
    lines.add(line);
  }

  /** The offer that {@link #begins began} on a session is over. */
  void ends(Line line) {
    lines.remove(line);
  }

  /** Leaves a delivery as it is. */
  void leave() {
    open.countDown();
  }

  /** Counts a delivery once its last result of this run is durable or refused. */
  void await(CompletableFuture<Recorded> result) {
    CompletableFuture<Recorded> _ =
        result.whenComplete(
            (recorded, failure) -> {
              if (failure != null || recorded == Recorded.STALE) {
                abandon();
              }
              open.countDown();
            });
  }

  void join() throws InterruptedException {
    open.await();
  }

  boolean join(Duration limit) throws InterruptedException {
    return open.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }
}
