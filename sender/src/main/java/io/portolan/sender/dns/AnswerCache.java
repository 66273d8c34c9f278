package io.portolan.sender.dns;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers kept for as long as each may be, those used longest ago given up first. Whoever asks for
 * what is being asked already waits for that answer.
 *
 * <p>Thread-safe; the monitor is never held while waiting.
 */
final class AnswerCache<K, A> {
  private record Kept<A>(A answer, Instant until) {}

  private final int capacity;
  private final Function<A, Duration> keptFor;
  private final InstantSource clock;
  private final Map<K, Kept<A>> kept = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<K, CompletableFuture<A>> asked = new HashMap<>();

  AnswerCache(int capacity, Function<A, Duration> keptFor, InstantSource clock) {
    this.capacity = capacity;
    this.keptFor = keptFor;
    this.clock = clock;
  }

  /**
   * The answer for a key.
   *
   * @param ask called where there is none; its answer must come, and come as a value
   */
  A get(K key, Function<K, CompletionStage<A>> ask) throws InterruptedException {
    CompletableFuture<A> answer = new CompletableFuture<>();
    CompletableFuture<A> earlier;
    synchronized (kept) {
      Kept<A> known = kept.get(key);
      if (known != null && clock.instant().isBefore(known.until())) {
        return known.answer();
      }
      earlier = asked.putIfAbsent(key, answer);
    }
    if (earlier != null) {
      return await(earlier);
    }
    CompletionStage<A> coming;
    try {
      coming = ask.apply(key);
    } catch (RuntimeException e) {
      coming = CompletableFuture.failedStage(e);
    }
    var _ = coming.whenComplete((result, failure) -> settle(key, answer, result, failure));
    return await(answer);
  }

  int size() {
    synchronized (kept) {
      return kept.size();
    }
  }

  private void settle(
      K key, CompletableFuture<A> answer, @Nullable A result, @Nullable Throwable failure) {
    synchronized (kept) {
      asked.remove(key);
      if (result != null) {
        kept.put(key, new Kept<>(result, clock.instant().plus(keptFor.apply(result))));
        if (kept.size() > capacity) {
          kept.remove(kept.keySet().iterator().next());
        }
      }
    }
    if (result != null) {
      answer.complete(result);
    } else {
      answer.completeExceptionally(
          failure == null ? new IllegalStateException("no answer for " + key) : failure);
    }
  }

  private static <A> A await(CompletableFuture<A> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking the DNS failed", e.getCause());
    }
  }
}
