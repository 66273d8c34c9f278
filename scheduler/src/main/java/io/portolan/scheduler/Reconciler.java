package io.portolan.scheduler;

import io.portolan.core.batch.BatchStore;
import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.scheduler.TriggerStore.UnevenCampaign;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what a crash has left between the tables and Quartz, and puts it right: claims of nodes
 * that are dead, batches and launches without a trigger, groups that are not paused as their
 * campaign is, campaigns that are done and not finished, or cancelled and not ended. Six statements
 * when nothing is amiss.
 *
 * <p>Thread-safe. Several nodes may do it at once.
 */
final class Reconciler {
  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

  private final ThisNode node;
  private final BatchStore batches;
  private final CampaignStore campaigns;
  private final TriggerStore store;
  private final Triggers triggers;
  private final Feeder feeder;

  private final AtomicReference<Activation> seen = new AtomicReference<>(Activation.NONE);

  /**
   * The latest activation of a policy that was seen.
   *
   * @param isToBeRepeated whether held mail has been woken once only for it
   */
  private record Activation(long id, boolean isToBeRepeated) {
    static final Activation NONE = new Activation(-1, false);

    boolean isKnown() {
      return id != NONE.id;
    }
  }

  Reconciler(
      ThisNode node,
      BatchStore batches,
      CampaignStore campaigns,
      TriggerStore store,
      Triggers triggers,
      Feeder feeder) {
    this.node = node;
    this.batches = batches;
    this.campaigns = campaigns;
    this.store = store;
    this.triggers = triggers;
    this.feeder = feeder;
  }

  void reconcile() {
    tell(batches.revokeOfDeadNodes());
    int ended = store.endSlotsOfDeadNodes();
    if (ended > 0) {
      log.info("{} nodes that are silent have lost their connection slots to others", ended);
    }
    tell(batches.revokeLeft(node.name(), node.work()::batches));
    store.uneven().forEach(this::even);
    wakeHeld();
    feeder.repair();
  }

  /**
   * A new policy may have a way for what is held by the one before. Done twice, a round apart, for
   * senders learn of the policy a moment after this does and go on holding until then.
   */
  private void wakeHeld() {
    Activation before = seen.get();
    long latest = batches.latestActivation();
    boolean isNews = before.isKnown() && before.id() != latest;
    if (isNews || before.isToBeRepeated()) {
      List<QueuedBatch> woken = batches.wakeHeld(node.now());
      woken.forEach(feeder::again);
      if (!woken.isEmpty()) {
        log.info("{} batches that were held are tried by the new policy", woken.size());
      }
    }
    // only now, so that what failed is done again
    seen.set(new Activation(latest, isNews));
  }

  private void even(UnevenCampaign campaign) {
    long id = campaign.id();
    switch (campaign.state()) {
      case SCHEDULED -> triggers.storeLaunch(id, campaign.launchAt().orElseGet(node::now));
      case RUNNING -> {
        if (campaign.groupPaused()) {
          triggers.resume(id);
        }
        planOrFinish(campaign);
      }
      case PAUSED -> {
        planOrFinish(campaign);
        if (!campaign.groupPaused()) {
          triggers.pause(id);
        }
      }
      case CANCELLED -> {
        if (campaign.hasQueued()) {
          triggers.remove(id);
          batches.cancelQueued(id, node.now());
        }
        planOrFinish(campaign);
      }
      case DRAFT, FINISHED ->
          throw new IllegalStateException("nothing can be missing: " + campaign);
    }
  }

  private void planOrFinish(UnevenCampaign campaign) {
    if (campaign.unplanned() && !campaign.hasLaunch()) {
      triggers.storeLaunch(campaign.id(), node.now());
    } else if (!campaign.unplanned()
        && !campaign.hasOpen()
        && campaigns.finishIfDone(campaign.id())) {
      log.info("campaign {} is finished", campaign.id());
    }
  }

  private static void tell(List<QueuedBatch> revoked) {
    if (!revoked.isEmpty()) {
      log.info("{} batches were left by their nodes and are sent by others", revoked.size());
    }
  }
}
