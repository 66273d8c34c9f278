package io.portolan.core;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what other threads and processes bring about. */
public final class Eventually {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Eventually() {}

  /** Returns once the condition holds; fails after a minute. */
  public static void holds(String what, BooleanSupplier condition) {
    value(what, condition::getAsBoolean, held -> held);
  }

  /** Returns the first value that is as wanted; fails with the last one after a minute. */
  public static <T> T value(String what, Supplier<T> value, Predicate<T> wanted) {
    return value(what, DEADLINE, value, wanted);
  }

  /** Returns the first value that is as wanted; fails with the last one after {@code deadline}. */
  public static <T> T value(
      String what, Duration deadline, Supplier<T> value, Predicate<T> wanted) {
    long start = System.nanoTime();
    while (true) {
      T current = value.get();
      if (wanted.test(current)) {
        return current;
      }
      if (System.nanoTime() - start > deadline.toNanos()) {
        throw new AssertionError("not within " + deadline + ": " + what + "; last: " + current);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
