package io.portolan.core.batch;

import java.util.List;

/** What became of a batch that its sender returned. */
public sealed interface BatchEnd {

  /**
   * It is done.
   *
   * @param retries the batches that its deferred and held deliveries went to
   */
  record Done(List<QueuedBatch> retries) implements BatchEnd {
    public Done {
      retries = List.copyOf(retries);
    }
  }

  /**
   * It is queued again with the deliveries that were left untouched.
   *
   * @param retries the batches that its deferred and held deliveries went to
   */
  record Requeued(QueuedBatch batch, List<QueuedBatch> retries) implements BatchEnd {
    public Requeued {
      retries = List.copyOf(retries);
    }
  }

  /** The claim was lost: nothing was changed, another node sees to the batch. */
  record Lost() implements BatchEnd {}
}
