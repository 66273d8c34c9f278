package io.portolan.scheduler;

import io.portolan.core.batch.QueuedBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives batches their triggers when their turn is near.
 *
 * <p>Thread-safe; holds no state.
 */
final class Feeder {
  /*
   * Every batch becomes one trigger, but of each campaign and platform only the next batches have
   * theirs at a time, retries that are due before all others; each that ends gives the next its
   * own. So the threads never fill up with a slow platform's batches, a node that dies leaves few
   * triggers to recover, and pausing and resuming touch few rows, however large the campaign. A
   * trigger that a crash has lost is found missing and stored again.
   */

  private static final Duration CLOSED_DELAY = Duration.ofSeconds(1);

  /** What a trigger may fire late for the delays that are given to it. */
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  private final TriggerStore store;
  private final Triggers triggers;
  private final ThisNode node;
  private final int ahead;

  Feeder(TriggerStore store, Triggers triggers, ThisNode node, int ahead) {
    this.store = store;
    this.triggers = triggers;
    this.node = node;
    this.ahead = ahead;
  }

  /** Stores the triggers of the next batches of a campaign and platform. */
  void feed(long campaignId, String platform) {
    for (QueuedBatch batch : store.withoutTrigger(campaignId, platform, node.now(), ahead)) {
      triggers.storeBatch(batch, start(batch));
    }
  }

  /** Stores the triggers of the next batches of a campaign. */
  void feed(long campaignId) {
    for (QueuedBatch batch : store.withoutTrigger(Optional.of(campaignId), node.now(), ahead)) {
      triggers.storeBatch(batch, start(batch));
    }
  }

  /**
   * Stores what triggers are missing, of all campaigns, replaces those that Quartz gave up, and
   * brings those forward that fire long after their batch could be sent: it was made due before its
   * time.
   */
  void repair() {
    Instant now = node.now();
    for (QueuedBatch batch : store.withoutTrigger(Optional.empty(), now, ahead)) {
      triggers.replaceBatch(batch, start(batch));
    }
    for (TriggerStore.LateTrigger late : store.late(now)) {
      Instant start = start(late.batch());
      if (start.plus(TOLERANCE).isBefore(late.firesAt())) {
        triggers.replaceBatch(late.batch(), start);
      }
    }
  }

  /**
   * Fires a batch again whose trigger has fired: when it is due and its send window is open. On a
   * node that is stopping that is at once, for another node.
   */
  void again(QueuedBatch batch) {
    boolean closed = node.gate().admission(batch.campaignId()) instanceof Admission.Closed;
    Instant start = start(batch);
    triggers.replaceBatch(batch, closed && !node.isStopping() ? start.plus(CLOSED_DELAY) : start);
  }

  private Instant start(QueuedBatch batch) {
    Instant now = node.now();
    return node.gate()
        .nextOpen(batch.campaignId(), batch.dueAt().isAfter(now) ? batch.dueAt() : now);
  }
}
