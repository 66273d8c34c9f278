package io.portolan.scheduler;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.quartz.spi.ThreadPool;

/**
 * Runs each job on a virtual thread of its own, up to a bound that may be large: a job that waits
 * costs no thread of the system.
 *
 * <p>Thread-safe, as far as Quartz needs it: one thread hands jobs over.
 */
final class VirtualThreadPool implements ThreadPool {
  private final int size;
  private final Semaphore free;
  private volatile boolean closed;

  VirtualThreadPool(int size) {
    this.size = size;
    free = new Semaphore(size);
  }

  /**
   * Never refuses a job: Quartz would take that for a defect and stop every trigger of its kind.
   */
  @Override
  public boolean runInThread(Runnable job) {
    boolean counted = free.tryAcquire();
    Thread.ofVirtual()
        .name("job")
        .start(
            () -> {
              try {
                job.run();
              } finally {
                if (counted) {
                  free.release();
                }
              }
            });
    return true;
  }

  @Override
  public int blockForAvailableThreads() {
    boolean available = false;
    while (!available && !closed) {
      try {
        available = free.tryAcquire(200, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // nobody but Quartz holds the thread, and it ends it by another way
        break;
      }
    }
    if (available) {
      free.release();
    }
    return Math.max(1, free.availablePermits());
  }

  /** Does not wait: the node has waited for its jobs before. */
  @Override
  public void shutdown(boolean waitForJobsToComplete) {
    closed = true;
  }

  @Override
  public int getPoolSize() {
    return size;
  }

  @Override
  public void initialize() {}

  @Override
  public void setInstanceId(String instanceId) {}

  @Override
  public void setInstanceName(String name) {}
}
