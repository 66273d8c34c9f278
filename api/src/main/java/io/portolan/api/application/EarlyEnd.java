package io.portolan.api.application;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Ends a run that keeps nothing when the process is told to end, at whatever point the run is:
 * interrupts its thread, waits for it a moment and closes its home. Closed by a run that has ended
 * by itself.
 *
 * <p>Thread-safe.
 */
public final class EarlyEnd implements AutoCloseable {
  /** What the process returns then, as shells do for SIGINT. */
  public static final int EXIT_CODE = 130;

  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Thread runner;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean begun;

  public EarlyEnd(Thread runner) {
    this.runner = runner;
  }

  /** Ends the run with its process from now on. */
  public void watch(TemporaryHome home) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(home), "stop"));
  }

  /** Whether the process is ending; what breaks then breaks because everything is being ended. */
  public boolean hasBegun() {
    return begun;
  }

  @Override
  public void close() {
    ended.countDown();
  }

  /** Sets the level from which a logger and those below it speak. */
  public static void level(String name, Level level) {
    if (LoggerFactory.getLogger(name) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }

  private void end(TemporaryHome home) {
    if (ended.getCount() == 0) {
      return;
    }
    begun = true;
    level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.OFF);
    level("io.portolan", Level.OFF);
    // jobs in hand find their database gone; nobody is left whom it concerns
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
    runner.interrupt();
    try {
      ended.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    home.close();
  }
}
