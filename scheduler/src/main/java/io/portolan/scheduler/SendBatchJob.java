package io.portolan.scheduler;

import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.TriggerKey;

/** Fired when a batch is due, and again when the node that had it has died. */
final class SendBatchJob implements Job {
  private final BatchWork work;

  SendBatchJob(BatchWork work) {
    this.work = work;
  }

  @Override
  public void execute(JobExecutionContext context) throws JobExecutionException {
    if (context.isRecovering()) {
      TriggerKey lost = context.getRecoveringTriggerKey();
      Jobs.run(() -> work.recover(Triggers.batchId(lost)));
    } else {
      TriggerKey key = context.getTrigger().getKey();
      Jobs.run(() -> work.run(Triggers.batchId(key)));
    }
  }
}
