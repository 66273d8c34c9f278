package io.portolan.scheduler;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this node is at work on, and the threads that are. A stop interrupts at once those that only
 * wait, and those that send when their time is up; what touches the database or Quartz is never
 * interrupted.
 *
 * <p>Thread-safe; the monitor is held for a few steps, and given up while {@link #awaitIdle} waits.
 */
final class WorkRegister {
  private final Map<Task, Work> byTask = new HashMap<>();
  private boolean stopping;
  private boolean timeIsUp;

  private enum Kind {
    BATCH,
    PLANNING
  }

  private record Task(Kind kind, long id) {}

  private enum Phase {
    /** Waiting for a lane or for the DNS. */
    WAITING,
    SENDING,
    /** Not to be interrupted. */
    WRITING
  }

  /** One piece of work, by the thread that entered it. It begins as one not to be interrupted. */
  final class Work implements AutoCloseable {
    private final Task task;
    private final Thread thread = Thread.currentThread();
    private Phase phase = Phase.WRITING;

    private Work(Task task) {
      this.task = task;
    }

    /** Begins to wait; false when this node is stopping. */
    boolean startWaiting() {
      return start(Phase.WAITING);
    }

    /** Begins to send; false when this node is stopping. */
    boolean startSending() {
      return start(Phase.SENDING);
    }

    /** Begins what must not be interrupted. */
    void startWriting() {
      synchronized (WorkRegister.this) {
        phase = Phase.WRITING;
        clearInterrupt();
      }
    }

    @Override
    public void close() {
      synchronized (WorkRegister.this) {
        phase = Phase.WRITING;
        clearInterrupt();
        byTask.remove(task);
        WorkRegister.this.notifyAll();
      }
    }

    private boolean start(Phase next) {
      synchronized (WorkRegister.this) {
        phase = stopping ? Phase.WRITING : next;
        clearInterrupt();
        return !stopping;
      }
    }

    // an interrupt meant for the phase that is over must not meet the database or Quartz
    private static void clearInterrupt() {
      boolean _ = Thread.interrupted();
    }
  }

  /** Begins work on a batch; empty when this node is at work on it already. */
  Optional<Work> enterBatch(long batchId) {
    return enter(new Task(Kind.BATCH, batchId));
  }

  /** Begins to plan a campaign; empty when this node is planning it already. */
  Optional<Work> enterPlanning(long campaignId) {
    return enter(new Task(Kind.PLANNING, campaignId));
  }

  /** The batches that this node is at work on. */
  synchronized Set<Long> batches() {
    return byTask.keySet().stream()
        .filter(task -> task.kind() == Kind.BATCH)
        .map(Task::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  synchronized boolean isStopping() {
    return stopping;
  }

  /** Whether a stop has waited long enough. */
  synchronized boolean isTimeUp() {
    return timeIsUp;
  }

  /** Ends what waits; what is being sent goes on. */
  synchronized void stop() {
    stopping = true;
    interrupt(Phase.WAITING);
  }

  /** Ends what is still being sent. */
  synchronized void endTime() {
    timeIsUp = true;
    interrupt(Phase.SENDING);
  }

  /** Waits until this node works on nothing; false when it still does after {@code limit}. */
  synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
    long start = System.nanoTime();
    long left = limit.toNanos();
    while (!byTask.isEmpty() && left > 0) {
      wait(Math.max(1, left / 1_000_000));
      left = limit.toNanos() - (System.nanoTime() - start);
    }
    return byTask.isEmpty();
  }

  private synchronized Optional<Work> enter(Task task) {
    if (byTask.containsKey(task)) {
      return Optional.empty();
    }
    Work work = new Work(task);
    byTask.put(task, work);
    return Optional.of(work);
  }

  private void interrupt(Phase phase) {
    byTask.values().stream()
        .filter(work -> work.phase == phase)
        .forEach(work -> work.thread.interrupt());
  }
}
