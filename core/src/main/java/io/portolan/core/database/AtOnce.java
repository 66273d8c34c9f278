package io.portolan.core.database;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Runs two pieces of reading work that do not need each other at once, each on a connection of its
 * own. Whoever calls must hold none, or callers could wait for each other's.
 */
public final class AtOnce {
  private AtOnce() {}

  /**
   * Runs both, and puts together what they give. Neither runs on when this returns.
   *
   * @throws RuntimeException that either threw
   */
  public static <A, B, C> C read(Supplier<A> one, Supplier<B> other, BiFunction<A, B, C> together) {
    CompletableFuture<A> beside = CompletableFuture.supplyAsync(one, Thread::startVirtualThread);
    B here;
    try {
      here = other.get();
    } catch (RuntimeException | Error e) {
      beside.handle((_, _) -> true).join();
      throw e;
    }
    try {
      return together.apply(beside.join(), here);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
