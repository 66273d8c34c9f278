package io.portolan.scheduler;

import io.portolan.core.CoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that reconciles every few seconds and does each chore when its time has come. What
 * fails is tried again at its next time. Thread-safe.
 */
final class Upkeep {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final Chore reconcile;
  private final List<Chore> chores;
  private final Duration interval;
  private final CountDownLatch stop = new CountDownLatch(1);
  private @Nullable Thread thread;

  /**
   * @param reconcile done at every interval, before the chores that are due
   */
  Upkeep(Chore reconcile, List<Chore> chores, Duration interval) {
    this.reconcile = reconcile;
    this.chores = List.copyOf(chores);
    this.interval = interval;
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name("scheduler-upkeep").start(this::runUntilStopped);
  }

  /** Lets what is being done come to its end, for some seconds, and does nothing more. */
  void stop() throws InterruptedException {
    stop.countDown();
    Thread running = thread;
    if (running != null) {
      boolean _ = running.join(LONGEST_STOP);
    }
  }

  private void runUntilStopped() {
    boolean well = true;
    Map<Chore, Long> done = new HashMap<>();
    Set<Chore> failing = new HashSet<>();
    boolean stopped = false;
    while (!stopped) {
      well = run(reconcile, well);
      for (Chore chore : chores) {
        Long last = done.get(chore);
        if (last == null || System.nanoTime() - last >= chore.every().toNanos()) {
          done.put(chore, System.nanoTime());
          if (run(chore, !failing.contains(chore))) {
            failing.remove(chore);
          } else {
            failing.add(chore);
          }
        }
      }
      stopped = pause();
    }
  }

  /** Does a chore; says so once when it begins to fail. */
  private boolean run(Chore chore, boolean wasWell) {
    try {
      chore.work().run();
      return true;
    } catch (CoreException | SchedulingException e) {
      if (wasWell && stop.getCount() > 0) {
        log.warn("Could not {}, will try again: {}", chore.name(), e.getMessage());
      }
    } catch (RuntimeException e) {
      log.error("Could not {}, will try again", chore.name(), e);
    }
    return false;
  }

  /** Waits for the next time; true when this is the end. */
  private boolean pause() {
    try {
      return stop.await(interval.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true; // nobody but this class holds the thread
    }
  }
}
