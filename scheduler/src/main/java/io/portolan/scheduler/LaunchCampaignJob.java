package io.portolan.scheduler;

import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.TriggerKey;

/** Fired when a campaign is to be launched, and again when its planning was cut short. */
final class LaunchCampaignJob implements Job {
  private final Launches launches;

  LaunchCampaignJob(Launches launches) {
    this.launches = launches;
  }

  @Override
  public void execute(JobExecutionContext context) throws JobExecutionException {
    TriggerKey key =
        context.isRecovering() ? context.getRecoveringTriggerKey() : context.getTrigger().getKey();
    Jobs.run(() -> launches.launch(Triggers.campaignId(key)));
  }
}
