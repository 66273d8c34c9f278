package io.portolan.api.bench;

import java.time.Duration;

/**
 * Samples how much heap is in use and keeps the most. What is garbage and not collected yet counts
 * as in use. Thread-safe.
 */
final class HeapWatch implements AutoCloseable {
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(20);

  private final Thread sampler;
  private volatile long most;
  private volatile boolean closed;

  HeapWatch() {
    sampler = Thread.ofPlatform().daemon().name("heap-watch").start(this::sample);
  }

  long maxBytes() {
    return most;
  }

  @Override
  public void close() {
    closed = true;
    sampler.interrupt();
  }

  private void sample() {
    Runtime runtime = Runtime.getRuntime();
    while (!closed) {
      most = Math.max(most, runtime.totalMemory() - runtime.freeMemory());
      try {
        Thread.sleep(BETWEEN_SAMPLES);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
