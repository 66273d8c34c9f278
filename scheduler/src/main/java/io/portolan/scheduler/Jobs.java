package io.portolan.scheduler;

import io.portolan.core.CoreException;
import org.quartz.Job;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.spi.JobFactory;
import org.quartz.spi.TriggerFiredBundle;

/** Makes the jobs that Quartz fires, each with what it works with. Thread-safe. */
final class Jobs implements JobFactory {
  private final Launches launches;
  private final BatchWork batches;

  Jobs(Launches launches, BatchWork batches) {
    this.launches = launches;
    this.batches = batches;
  }

  @Override
  public Job newJob(TriggerFiredBundle bundle, Scheduler scheduler) throws SchedulerException {
    Class<? extends Job> type = bundle.getJobDetail().getJobClass();
    if (type == LaunchCampaignJob.class) {
      return new LaunchCampaignJob(launches);
    }
    if (type == SendBatchJob.class) {
      return new SendBatchJob(batches);
    }
    throw new SchedulerException("not a job of Portolan: " + type.getName());
  }

  /**
   * Does the work of a job. When the database fails it, the job ends in vain, and reconciling
   * stores its trigger again.
   */
  static void run(Runnable work) throws JobExecutionException {
    try {
      work.run();
    } catch (CoreException | SchedulingException e) {
      throw new JobExecutionException(e);
    }
  }
}
