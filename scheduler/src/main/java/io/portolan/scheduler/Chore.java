package io.portolan.scheduler;

import java.time.Duration;

/**
 * Something to be done now and then, on each node.
 *
 * @param name for the log, such as {@code expire idempotency keys}
 * @param every how often, at the most
 */
public record Chore(String name, Duration every, Runnable work) {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Something to be done every hour. */
  public Chore(String name, Runnable work) {
    this(name, HOUR, work);
  }
}
