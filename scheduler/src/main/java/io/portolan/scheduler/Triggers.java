package io.portolan.scheduler;

import io.portolan.core.batch.QueuedBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.Optional;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.ObjectAlreadyExistsException;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.matchers.GroupMatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The triggers of launches and batches. The group of a trigger is its campaign, so that what is
 * done to a campaign is done to a group. Thread-safe; holds no state.
 */
final class Triggers {
  private static final Logger log = LoggerFactory.getLogger(Triggers.class);

  private static final String LAUNCH = "launch";
  private static final JobKey LAUNCH_JOB = new JobKey("launch-campaign", "portolan");
  private static final JobKey SEND_JOB = new JobKey("send-batch", "portolan");

  private static final int MOST_TRIALS = 10;

  private final Scheduler scheduler;

  Triggers(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  private interface Action {
    void run() throws SchedulerException;
  }

  /** Stores the two jobs that all triggers fire. */
  void storeJobs() {
    run(
        "store the jobs",
        () -> {
          scheduler.addJob(job(LaunchCampaignJob.class, LAUNCH_JOB), true);
          scheduler.addJob(job(SendBatchJob.class, SEND_JOB), true);
        });
  }

  static long campaignId(TriggerKey key) {
    return Long.parseLong(key.getGroup());
  }

  static long batchId(TriggerKey key) {
    return Long.parseLong(key.getName());
  }

  /** Launches or plans a campaign at an instant; takes the place of an earlier launch. */
  void storeLaunch(long campaignId, Instant at) {
    TriggerKey key = new TriggerKey(LAUNCH, group(campaignId));
    replace("store the launch of campaign " + campaignId, trigger(key, LAUNCH_JOB, at));
  }

  /** Fires a batch at an instant, unless it has a trigger. */
  void storeBatch(QueuedBatch batch, Instant at) {
    run(
        "store the trigger of batch " + batch.id(),
        () -> {
          try {
            scheduler.scheduleJob(trigger(key(batch), SEND_JOB, at));
          } catch (ObjectAlreadyExistsException e) {
            // another node was first, or Quartz has given it up and it is put in its place below
            log.debug("batch {} has a trigger", batch.id());
          }
        });
  }

  /** Fires a batch at an instant, in place of the trigger that it has. */
  void replaceBatch(QueuedBatch batch, Instant at) {
    replace("store the trigger of batch " + batch.id(), trigger(key(batch), SEND_JOB, at));
  }

  /** Fires nothing of a campaign, not even what is stored from now on. */
  void pause(long campaignId) {
    run(
        "pause campaign " + campaignId,
        () -> scheduler.pauseTriggers(GroupMatcher.triggerGroupEquals(group(campaignId))));
  }

  void resume(long campaignId) {
    run(
        "resume campaign " + campaignId,
        () -> scheduler.resumeTriggers(GroupMatcher.triggerGroupEquals(group(campaignId))));
  }

  /** Forgets every trigger of a campaign. */
  void remove(long campaignId) {
    GroupMatcher<TriggerKey> ofCampaign = GroupMatcher.triggerGroupEquals(group(campaignId));
    run(
        "remove the triggers of campaign " + campaignId,
        () -> {
          scheduler.unscheduleJobs(new ArrayList<>(scheduler.getTriggerKeys(ofCampaign)));
          // takes the group from the list of paused ones
          scheduler.resumeTriggers(ofCampaign);
        });
  }

  private void replace(String what, Trigger trigger) {
    run(
        what,
        () -> {
          for (int trial = 1;
              Optional.ofNullable(scheduler.rescheduleJob(trigger.getKey(), trigger)).isEmpty();
              trial++) {
            try {
              scheduler.scheduleJob(trigger);
              return;
            } catch (ObjectAlreadyExistsException e) {
              // that one may know of an earlier state and fire late
              log.debug("trigger {} was stored by somebody else meanwhile", trigger.getKey());
              if (trial == MOST_TRIALS) {
                throw e;
              }
            }
          }
        });
  }

  private static TriggerKey key(QueuedBatch batch) {
    return new TriggerKey(Long.toString(batch.id()), group(batch.campaignId()));
  }

  private static String group(long campaignId) {
    return Long.toString(campaignId);
  }

  private static JobDetail job(Class<? extends org.quartz.Job> type, JobKey key) {
    return JobBuilder.newJob(type).withIdentity(key).storeDurably().requestRecovery().build();
  }

  // a trigger that is late fires as soon as it can: there is nothing to catch up or to skip
  private static Trigger trigger(TriggerKey key, JobKey job, Instant at) {
    return TriggerBuilder.newTrigger()
        .withIdentity(key)
        .forJob(job)
        .startAt(Date.from(at))
        .withSchedule(
            SimpleScheduleBuilder.simpleSchedule().withMisfireHandlingInstructionIgnoreMisfires())
        .build();
  }

  private static void run(String what, Action action) {
    try {
      action.run();
    } catch (SchedulerException e) {
      throw new SchedulingException("Quartz could not " + what, e);
    }
  }
}
