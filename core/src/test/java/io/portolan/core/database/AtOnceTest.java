package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AtOnceTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void runsBothAtOnce() {
    CyclicBarrier both = new CyclicBarrier(2);

    assertThat(AtOnce.read(() -> met(both, "one"), () -> met(both, "other"), String::concat))
        .isEqualTo("oneother");
  }

  @Test
  void throwsWhatEitherThrew() {
    Supplier<String> fails =
        () -> {
          throw new IllegalStateException("broken");
        };

    assertThatThrownBy(() -> AtOnce.read(fails, () -> "well", String::concat))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
    assertThatThrownBy(() -> AtOnce.read(() -> "well", fails, String::concat))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
  }

  @Test
  void leavesNothingRunning() {
    CountDownLatch failing = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();

    assertThatThrownBy(
            () ->
                AtOnce.read(
                    () -> {
                      await(failing);
                      return ended.compareAndSet(false, true);
                    },
                    () -> {
                      failing.countDown();
                      throw new IllegalStateException("broken");
                    },
                    (one, _) -> one))
        .hasMessage("broken");
    assertThat(ended).isTrue();
  }

  @Test
  void sharesThePoolAmongMoreCallersThanItHasConnections() {
    List<CompletableFuture<Long>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(
          CompletableFuture.supplyAsync(
              () -> AtOnce.read(this::one, this::one, Long::sum), Thread::startVirtualThread));
    }

    assertThat(all).allSatisfy(each -> assertThat(each.join()).isEqualTo(2));
  }

  private long one() {
    return database
        .database()
        .read(
            connection ->
                Sql.one(connection, "SELECT 1 AS n FROM pg_sleep(0.01)", row -> row.number("n")));
  }

  private static String met(CyclicBarrier both, String name) {
    try {
      both.await(30, TimeUnit.SECONDS);
      return name;
    } catch (Exception e) {
      throw new IllegalStateException("the other did not come", e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
