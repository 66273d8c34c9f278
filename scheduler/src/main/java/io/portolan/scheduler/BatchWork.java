package io.portolan.scheduler;

import io.portolan.core.batch.BatchClaim;
import io.portolan.core.batch.BatchEnd;
import io.portolan.core.batch.BatchStore;
import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.delivery.BatchSender;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.scheduler.WorkRegister.Work;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a batch from its trigger to the end of its claim: wait for a lane, claim, send, put what is
 * left into retries. Whatever way it ends, a batch that stays queued has a trigger again, or the
 * reconciler gives it one.
 *
 * <p>A batch takes seven statements of ours (look, claim and load, end in two, next batches, and
 * finish the campaign if it was the last), and some thirty of Quartz's to store, acquire, fire and
 * complete its trigger, beside those that record results, however many deliveries it holds.
 *
 * <p>Thread-safe; holds no state.
 */
final class BatchWork {
  private static final Logger log = LoggerFactory.getLogger(BatchWork.class);

  private static final Duration AFTER_UNTOUCHED = Duration.ofSeconds(1);
  private static final Duration AFTER_DEFECT = Duration.ofSeconds(30);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final ThisNode node;
  private final BatchStore batches;
  private final CampaignStore campaigns;
  private final BatchSender sender;
  private final Feeder feeder;

  BatchWork(
      ThisNode node,
      BatchStore batches,
      CampaignStore campaigns,
      BatchSender sender,
      Feeder feeder) {
    this.node = node;
    this.batches = batches;
    this.campaigns = campaigns;
    this.sender = sender;
    this.feeder = feeder;
  }

  /** A claim whose sender has returned. */
  private record Sent(ClaimedBatch batch, boolean defective) {}

  /** Works on a batch of which a dead node had the trigger. */
  void recover(long batchId) {
    batches.revokeOfDeadNodes();
    run(batchId);
  }

  /** Works on a batch, if it is still queued. */
  void run(long batchId) {
    Optional<QueuedBatch> queued = batches.findQueued(batchId);
    if (queued.isEmpty()) {
      log.debug("batch {} is done, or somebody is at work on it", batchId);
      return;
    }
    Optional<Work> entered = node.work().enterBatch(batchId);
    if (entered.isEmpty()) {
      log.debug("batch {} fired twice here", batchId);
      return;
    }
    try (Work work = entered.get()) {
      Optional<Sent> sent = send(queued.get(), work);
      work.startWriting();
      sent.ifPresent(this::end);
    }
  }

  /** Sends a batch when a lane has room; empty when there is no claim to end. */
  private Optional<Sent> send(QueuedBatch batch, Work work) {
    if (!isAdmitted(batch) || !work.startWaiting()) {
      feeder.again(batch);
      return Optional.empty();
    }
    try (BatchSender.Place _ = sender.awaitPlace(batch.platform())) {
      work.startWriting();
      // it may have waited for hours
      if (node.isStopping() || !isAdmitted(batch)) {
        feeder.again(batch);
        return Optional.empty();
      }
      return switch (batches.claim(batch.id(), node.name(), node.now())) {
        case BatchClaim.Granted granted ->
            Optional.of(
                work.startSending() ? send(granted.batch()) : new Sent(granted.batch(), false));
        case BatchClaim.NotRunning notRunning -> {
          feeder.again(notRunning.batch());
          yield Optional.empty();
        }
        case BatchClaim.Held held -> {
          log.debug("a guardrail holds all of batch {}", held.batch().id());
          feeder.feed(batch.campaignId(), batch.platform());
          yield Optional.empty();
        }
        case BatchClaim.Refused _ -> Optional.empty();
      };
    } catch (InterruptedException e) {
      // while it waited for a lane: this node is stopping, another may have the batch
      work.startWriting();
      feeder.again(batch);
      return Optional.empty();
    }
  }

  private boolean isAdmitted(QueuedBatch batch) {
    return node.admission(batch.campaignId()) instanceof Admission.Open;
  }

  private Sent send(ClaimedBatch batch) {
    try {
      sender.send(batch);
      return new Sent(batch, false);
    } catch (InterruptedException e) {
      log.info("batch {} was cut short by the stop of this node and is handed back", batch.id());
      return new Sent(batch, false);
    } catch (RuntimeException e) {
      log.error(
          "batch {} of campaign {} could not be sent and is tried again in {} s",
          batch.id(),
          batch.campaignId(),
          AFTER_DEFECT.toSeconds(),
          e);
      return new Sent(batch, true);
    }
  }

  private void end(Sent sent) {
    ClaimedBatch batch = sent.batch();
    switch (endWhenPossible(batch, untouchedDelay(sent))) {
      case BatchEnd.Done done -> {
        feeder.feed(batch.campaignId(), batch.platform());
        if (done.retries().isEmpty() && campaigns.finishIfDone(batch.campaignId())) {
          log.info("campaign {} is finished", batch.campaignId());
        }
      }
      case BatchEnd.Requeued requeued -> {
        feeder.again(requeued.batch());
        feeder.feed(batch.campaignId(), batch.platform());
      }
      case BatchEnd.Lost _ -> log.debug("batch {} was taken over by another node", batch.id());
    }
  }

  // a sender that leaves deliveries untouched though the gate is open is not asked again at once
  private Duration untouchedDelay(Sent sent) {
    if (sent.defective()) {
      return AFTER_DEFECT;
    }
    return node.gate().isOpen(sent.batch().campaignId()) ? AFTER_UNTOUCHED : Duration.ZERO;
  }

  /** Ends a claim; while the database is away, tries again until a stop has waited long enough. */
  private BatchEnd endWhenPossible(ClaimedBatch batch, Duration untouchedDelay) {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return batches.end(batch, node.now(), untouchedDelay);
      } catch (DatabaseException e) {
        if (!e.isConnectionFailure() || node.work().isTimeUp()) {
          throw e;
        }
        log.debug("batch {} ends when the database is back", batch.id(), e);
      }
      sleep(pause);
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      // the register interrupts nobody who writes
      throw new IllegalStateException("interrupted while ending a batch", e);
    }
  }
}
