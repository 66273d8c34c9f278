package io.portolan.scheduler;

import io.portolan.core.ConflictException;
import io.portolan.core.address.Domain;
import io.portolan.core.batch.PlanStep;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.isp.DomainStore;
import io.portolan.scheduler.WorkRegister.Work;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Launches campaigns and plans them, chunk by chunk; the batches of a chunk get their triggers
 * before the next is planned. May be called at any time for any campaign: it does what is left to
 * do.
 *
 * <p>Thread-safe; holds no state.
 */
final class Launches {
  private static final Logger log = LoggerFactory.getLogger(Launches.class);

  private final ThisNode node;
  private final CampaignStore campaigns;
  private final Planning planning;
  private final Triggers triggers;
  private final Feeder feeder;

  /** What planning works with. */
  record Planning(PlanStore plans, DomainStore domains, PatientResolver resolver, int chunkSize) {}

  Launches(
      ThisNode node, CampaignStore campaigns, Planning planning, Triggers triggers, Feeder feeder) {
    this.node = node;
    this.campaigns = campaigns;
    this.planning = planning;
    this.triggers = triggers;
    this.feeder = feeder;
  }

  /** Launches a campaign whose time has come, or goes on planning one that is launched. */
  void launch(long campaignId) {
    Optional<Campaign> campaign = campaigns.find(campaignId);
    if (campaign.isEmpty()) {
      return;
    }
    switch (campaign.get().state()) {
      case SCHEDULED -> launch(campaign.get());
      case RUNNING, PAUSED, CANCELLED -> plan(campaignId);
      case DRAFT, FINISHED -> log.debug("campaign {} is not to be launched", campaignId);
    }
  }

  private void launch(Campaign campaign) {
    Instant launchAt = campaign.times().launchAt().orElseThrow();
    if (launchAt.isAfter(node.now())) {
      // it was scheduled anew after this trigger was stored
      triggers.storeLaunch(campaign.id(), launchAt);
      return;
    }
    try {
      campaigns.launch(campaign.id());
    } catch (ConflictException e) {
      log.debug("campaign {} was launched or changed by somebody else", campaign.id(), e);
      return;
    }
    log.info("campaign {} is launched", campaign.id());
    node.gate().refresh();
    plan(campaign.id());
  }

  private void plan(long campaignId) {
    Optional<Work> entered = node.work().enterPlanning(campaignId);
    if (entered.isEmpty()) {
      return;
    }
    try (Work work = entered.get()) {
      boolean complete = planChunks(campaignId, work);
      work.startWriting();
      if (!complete) {
        // this node is stopping; another may go on at once
        triggers.storeLaunch(campaignId, node.now());
      }
    }
  }

  /** Plans until nothing is left; false when this node is stopping. */
  private boolean planChunks(long campaignId, Work work) {
    boolean resolved = false;
    PatientResolver.Patience patience = new PatientResolver.Patience();
    while (!node.isStopping()) {
      Instant now = node.now();
      // once resolved, a domain counts for this chunk however short its time to live
      PlanStep step =
          planning
              .plans()
              .planChunk(campaignId, planning.chunkSize(), now, resolved ? Instant.EPOCH : now);
      switch (step) {
        case PlanStep.Planned planned -> {
          feeder.feed(campaignId);
          resolved = false;
          if (planned.last()) {
            finish(campaignId);
            return true;
          }
        }
        case PlanStep.Unresolved unresolved ->
            resolved = resolve(unresolved.domains(), patience, work);
        case PlanStep.Complete _ -> {
          finish(campaignId);
          return true;
        }
        case PlanStep.Busy _ -> {
          return true;
        }
      }
    }
    return false;
  }

  private void finish(long campaignId) {
    if (campaigns.finishIfDone(campaignId)) {
      log.info("campaign {} is finished", campaignId);
    }
  }

  /** Resolves and stores domains; false when this node is stopping. */
  private boolean resolve(List<Domain> domains, PatientResolver.Patience patience, Work work) {
    if (!work.startWaiting()) {
      return false;
    }
    try {
      var results = planning.resolver().resolve(domains, patience);
      work.startWriting();
      planning.domains().save(results);
      return true;
    } catch (InterruptedException e) {
      work.startWriting();
      return false;
    }
  }
}
