package io.portolan.sender.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.portolan.core.TestClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  private final TestClock clock = TestClock.create();
  private final AnswerCache<String, String> cache =
      new AnswerCache<>(3, answer -> Duration.ofMinutes(1), clock);
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void keepsNoMoreThanItsCapacityAndThoseUsedLast() throws Exception {
    get("a");
    get("b");
    get("c");
    get("a");
    get("d");
    assertThat(cache.size()).isEqualTo(3);
    assertThat(asked).hasValue(4);

    get("a");
    assertThat(asked).hasValue(4);
    get("b");
    assertThat(asked).hasValue(5);
  }

  @Test
  void keepsNoFailureToAsk() throws Exception {
    assertThatIllegalStateException()
        .isThrownBy(
            () -> cache.get("a", key -> CompletableFuture.failedStage(new AssertionError(key))));
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                cache.get(
                    "a",
                    key -> {
                      throw new IllegalArgumentException(key);
                    }));

    assertThat(get("a")).isEqualTo("answer a");
  }

  private String get(String key) throws InterruptedException {
    return cache.get(key, this::ask);
  }

  private CompletionStage<String> ask(String key) {
    asked.incrementAndGet();
    return CompletableFuture.completedStage("answer " + key);
  }
}
