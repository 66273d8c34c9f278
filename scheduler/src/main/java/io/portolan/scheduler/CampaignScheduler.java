package io.portolan.scheduler;

import io.portolan.core.ConflictException;
import io.portolan.core.batch.BatchStore;
import io.portolan.core.batch.DoubtStore;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.campaign.CheckedContent;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Partitions;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.isp.DomainStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes campaigns happen: launches, plans and sends them at their times, on all nodes that share
 * the database. Changes of a campaign's state go through here, so that triggers and gates follow:
 * the state is committed first, then Quartz is told. If the second fails the call succeeds all the
 * same, since the state holds, and reconciling tells Quartz within seconds.
 *
 * <p>Pausing and cancelling stop new messages on every node within a second; what a peer has
 * accepted stays accepted.
 *
 * <p>Thread-safe. Not to be started again once closed.
 */
public final class CampaignScheduler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CampaignScheduler.class);

  private static final int PARTITION_DAYS_AHEAD = 7;
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);
  private static final Duration FOR_QUARTZ = Duration.ofSeconds(5);

  private static final Duration AFTER_HOLD = Duration.ofSeconds(5);
  private static final Duration AFTER_RELEASE = Duration.ofSeconds(5);

  /** After a release: senders hear of it within a second, and a group of results takes its time. */
  private static final Duration LONGEST_IGNORANCE = Duration.ofMinutes(1);

  private final SchedulerParts parts;
  private final SchedulerSettings settings;
  private final ThisNode node;
  private final CampaignStore campaigns;
  private final BatchStore batches;
  private final HoldStore holds;
  private final TriggerStore triggerStore;
  private final QuartzNode quartz;
  private final Triggers triggers;
  private final Feeder feeder;
  private final Upkeep upkeep;
  private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

  public CampaignScheduler(SchedulerParts parts, SchedulerSettings settings) {
    this.parts = parts;
    this.settings = settings;
    node = new ThisNode(settings.node(), parts.clock(), parts.gate(), new WorkRegister());
    campaigns = new CampaignStore(parts.database(), parts.clock());
    batches = new BatchStore(parts.database());
    holds = new HoldStore(parts.database());
    triggerStore = new TriggerStore(parts.database());
    quartz = QuartzNode.create(parts.database().dataSource(), settings);
    triggers = new Triggers(quartz.scheduler());
    feeder = new Feeder(triggerStore, triggers, node, settings.batchesAhead());
    upkeep =
        new Upkeep(
            new Chore(
                "reconcile campaigns and triggers",
                new Reconciler(node, batches, campaigns, triggerStore, triggers, feeder)
                    ::reconcile),
            chores(),
            settings.reconcileInterval());
  }

  /** Joins the cluster and begins to fire. */
  public void start() {
    // rather before the first attempt is recorded: what goes to the default partition is moved when
    // its day's is made
    if (!new Partitions(parts.database()).createIfFree(node.now(), PARTITION_DAYS_AHEAD)) {
      log.info("somebody has the attempts locked; the partitions of the days to come wait");
    }
    parts.gate().start();
    triggers.storeJobs();
    quartz.start(
        new Jobs(launches(), new BatchWork(node, batches, campaigns, parts.sender(), feeder)));
    upkeep.start();
    log.info("node {} schedules", node.name());
  }

  /** Schedules a draft; see {@link CampaignStore#schedule}. */
  public Campaign schedule(long campaignId, Instant launchAt) {
    return scheduled(campaigns.schedule(campaignId, launchAt));
  }

  /** Schedules a draft to be launched at once; see {@link CampaignStore#scheduleNow}. */
  public Campaign scheduleNow(long campaignId) {
    return scheduled(campaigns.scheduleNow(campaignId));
  }

  /**
   * Schedules a draft that was checked; see {@link CampaignStore#schedule(long, Optional,
   * CheckedContent)}.
   */
  public Campaign schedule(long campaignId, Optional<Instant> launchAt, CheckedContent checked) {
    return scheduled(campaigns.schedule(campaignId, launchAt, checked));
  }

  /** Makes a scheduled campaign a draft again. */
  public Campaign unschedule(long campaignId) {
    Campaign campaign = campaigns.unschedule(campaignId);
    afterCommit(campaignId, () -> triggers.remove(campaignId));
    return campaign;
  }

  /** Pauses a running campaign. */
  public Campaign pause(long campaignId) {
    Campaign campaign = campaigns.pause(campaignId);
    afterCommit(campaignId, parts.gate()::refresh);
    afterCommit(campaignId, () -> triggers.pause(campaignId));
    return campaign;
  }

  /**
   * Pauses a running campaign that a guardrail holds as a whole; does nothing where it does not run
   * or the hold was overridden meanwhile.
   */
  public void pauseHeld(long campaignId) {
    if (holds.pause(campaignId, node.now())) {
      afterCommit(campaignId, parts.gate()::refresh);
      afterCommit(campaignId, () -> triggers.pause(campaignId));
    }
  }

  /**
   * Resumes a paused campaign.
   *
   * @throws ConflictException if a guardrail stopped it, which takes {@link #override}
   */
  public Campaign resume(long campaignId) {
    holds.open(campaignId).stream()
        .filter(Hold::isOfCampaign)
        .findFirst()
        .ifPresent(
            hold -> {
              throw new ConflictException(
                  "Campaign %d was stopped by a guardrail: %s. Look into it; to send all the same, resume with override and a note."
                      .formatted(campaignId, hold.reason()));
            });
    Campaign campaign = campaigns.resume(campaignId);
    afterCommit(campaignId, parts.gate()::refresh);
    follow(List.of(campaignId));
    return campaign;
  }

  /**
   * Lets go on what a guardrail holds of a campaign, which is resumed if it is paused and not held
   * as a whole any more.
   *
   * @param isp empty for all that is held
   * @param by who says so
   * @param restart how the tests go on
   * @throws ConflictException if nothing is held, or not at that ISP
   */
  public Campaign override(
      long campaignId, String isp, String by, String note, HoldStore.Restart restart) {
    campaigns.get(campaignId);
    HoldStore.Released released = holds.release(campaignId, isp, by, note, restart, node.now());
    if (released.holds().isEmpty()) {
      List<Hold> left = holds.open(campaignId);
      throw new ConflictException(
          "No guardrail holds campaign %d%s; there is nothing to override.%s"
              .formatted(
                  campaignId,
                  isp.isEmpty() ? "" : " at " + isp,
                  left.isEmpty() ? "" : " It holds " + places(left) + "."));
    }
    afterCommit(campaignId, parts.gate()::refresh);
    afterCommit(campaignId, feeder::repair);
    follow(released.resumed());
    return campaigns.get(campaignId);
  }

  /**
   * Lets go on what complaints hold of all mail of a sending domain, in each campaign at once.
   * Those that were held as a whole are resumed, unless something else holds them so.
   *
   * @param isp empty for all that is held of the domain
   * @param by who says so
   * @return what was let go on
   * @throws ConflictException if nothing of the domain is held, or not at that ISP
   */
  public List<Hold> overrideDomain(String domain, String isp, String by, String note) {
    Instant now = node.now();
    HoldStore.Released released = holds.releaseDomain(domain, isp, by, note, now);
    List<Hold> let = released.holds();
    if (let.isEmpty()) {
      String left = String.join(", ", holds.openOfDomain(domain));
      throw new ConflictException(
          "Complaints hold no mail of the domain %s%s by itself; there is nothing to override.%s"
              .formatted(
                  domain,
                  isp.isEmpty() ? "" : " at " + isp,
                  left.isEmpty() ? "" : " They hold it at " + left + "."));
    }
    afterCommit(let.getFirst().campaignId(), parts.gate()::refresh);
    afterCommit(let.getFirst().campaignId(), () -> wakeReleasedSince(now));
    follow(released.resumed());
    return let;
  }

  private static String places(List<Hold> held) {
    return held.stream()
        .map(hold -> hold.isOfCampaign() ? "the campaign as a whole" : hold.isp())
        .collect(Collectors.joining(", "));
  }

  /** Follows campaigns that were resumed, once the gate knows of it. */
  private void follow(List<Long> resumed) {
    for (long campaignId : resumed) {
      afterCommit(campaignId, () -> triggers.resume(campaignId));
      afterCommit(campaignId, () -> feeder.feed(campaignId));
    }
  }

  /**
   * Cancels a campaign. Its open deliveries end in the background: those that wait within seconds,
   * those being sent when their sender returns.
   */
  public Campaign cancel(long campaignId) {
    Campaign campaign = campaigns.cancel(campaignId);
    afterCommit(campaignId, parts.gate()::refresh);
    afterCommit(campaignId, () -> triggers.remove(campaignId));
    if (campaign.times().launchedAt().isPresent()) {
      if (campaign.times().plannedAt().isEmpty()) {
        afterCommit(campaignId, () -> triggers.storeLaunch(campaignId, node.now()));
      }
      Future<?> _ = background.submit(() -> cancelQueued(campaignId));
    }
    return campaign;
  }

  /**
   * Sends a campaign's deliveries in doubt again.
   *
   * @return how many
   */
  public int resendInDoubt(long campaignId) {
    campaigns.get(campaignId);
    DoubtStore.Resent resent = new DoubtStore(parts.database()).resend(campaignId, node.now());
    resent.batches().forEach(feeder::again);
    return resent.deliveries();
  }

  /**
   * Ends a campaign's deliveries in doubt as expired.
   *
   * @return how many
   */
  public int giveUpInDoubt(long campaignId) {
    campaigns.get(campaignId);
    int ended = new DoubtStore(parts.database()).giveUp(campaignId, node.now());
    campaigns.finishIfDone(campaignId);
    return ended;
  }

  /** The name of this run of this node. */
  public String nodeName() {
    return node.name();
  }

  /**
   * Stops: closes every gate, lets messages that are under way come to their end within the grace
   * of the settings, and hands the batches back, so that another node or the next start goes on
   * with them at once.
   */
  @Override
  public void close() {
    node.work().stop();
    parts.gate().shut();
    quartz.standBy();
    background.shutdownNow();
    try {
      upkeep.stop();
      boolean _ = background.awaitTermination(AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS);
      if (!node.work().awaitIdle(settings.stopGrace())) {
        node.work().endTime();
        if (!node.work().awaitIdle(AFTER_INTERRUPT)) {
          log.warn(
              "Batches {} are still being sent and are left to other nodes", node.work().batches());
        }
      }
      leaveCluster();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      quartz.shutDown();
    }
  }

  private Campaign scheduled(Campaign campaign) {
    Instant launchAt = campaign.times().launchAt().orElseThrow();
    afterCommit(campaign.id(), () -> triggers.storeLaunch(campaign.id(), launchAt));
    return campaign;
  }

  /** Does what follows from a change that is committed; what fails is left to reconciling. */
  private static void afterCommit(long campaignId, Runnable work) {
    try {
      work.run();
    } catch (SchedulingException | DatabaseException e) {
      log.warn(
          "The change of campaign {} is stored, but not yet followed everywhere; reconciling does that within seconds",
          campaignId,
          e);
    }
  }

  // whatever is left undone here is done by reconciling
  private void cancelQueued(long campaignId) {
    try {
      batches.cancelQueued(campaignId, node.now());
    } catch (RuntimeException e) {
      log.info("what is open of cancelled campaign {} is ended later", campaignId, e);
    }
  }

  /** Waits for Quartz to complete what it has fired, then takes this node out of the cluster. */
  private void leaveCluster() throws InterruptedException {
    long start = System.nanoTime();
    try {
      while (triggerStore.firedBy(node.name()) > 0) {
        if (System.nanoTime() - start > FOR_QUARTZ.toNanos()) {
          log.info("node {} leaves triggers that others take over when it is silent", node.name());
          return;
        }
        Thread.sleep(50);
      }
      triggerStore.forget(node.name());
    } catch (DatabaseException e) {
      log.info("node {} could not sign off: {}", node.name(), e.getMessage());
    }
  }

  private Launches launches() {
    Launches.Planning planning =
        new Launches.Planning(
            new PlanStore(parts.database()),
            new DomainStore(parts.database()),
            new PatientResolver(parts.resolver(), PatientResolver.PAUSE, System::nanoTime),
            settings.chunkSize());
    return new Launches(node, campaigns, planning, triggers, feeder);
  }

  /** For nodes that died between the alarm and the pause. */
  private void pauseWhatIsStopped() {
    for (Hold hold : holds.runAlthoughStopped()) {
      log.info("A guardrail holds campaign {}: {}", hold.campaignId(), hold.reason());
      pauseHeld(hold.campaignId());
    }
  }

  private void wakeReleasedSince(Instant since) {
    if (holds.wakeReleased(since, node.now()) > 0) {
      feeder.repair();
    }
  }

  private List<Chore> chores() {
    Partitions partitions = new Partitions(parts.database());
    List<Chore> chores = new ArrayList<>(parts.chores());
    chores.add(
        new Chore(
            "make the partitions of the days to come",
            () -> partitions.create(node.now(), PARTITION_DAYS_AHEAD)));
    chores.add(new Chore("pause what a guardrail stopped", AFTER_HOLD, this::pauseWhatIsStopped));
    chores.add(
        new Chore(
            "wake what was held a moment after its release",
            AFTER_RELEASE,
            () -> wakeReleasedSince(node.now().minus(LONGEST_IGNORANCE))));
    if (settings.attemptDaysKept() > 0) {
      chores.add(
          new Chore(
              "drop the partitions of days past",
              () -> partitions.drop(node.now(), settings.attemptDaysKept())));
    }
    return chores;
  }
}
