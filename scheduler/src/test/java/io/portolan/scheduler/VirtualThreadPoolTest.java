package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VirtualThreadPoolTest {
  private final VirtualThreadPool pool = new VirtualThreadPool(2);
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void runsJobsOnVirtualThreads() throws Exception {
    CompletableFuture<Boolean> virtual = new CompletableFuture<>();

    assertThat(pool.runInThread(() -> virtual.complete(Thread.currentThread().isVirtual())))
        .isTrue();

    assertThat(virtual.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void blocksWhileAllPlacesAreTaken() throws Exception {
    takeAPlace();
    assertThat(pool.blockForAvailableThreads()).isEqualTo(1);
    takeAPlace();

    CompletableFuture<Integer> free = CompletableFuture.supplyAsync(pool::blockForAvailableThreads);
    assertThat(free).isNotDone();
    end.countDown();

    assertThat(free.get(10, TimeUnit.SECONDS)).isPositive();
  }

  @Test
  void neverRefusesAJobThatWasFired() throws Exception {
    takeAPlace();
    takeAPlace();
    pool.shutdown(false);
    CompletableFuture<Boolean> ran = new CompletableFuture<>();

    assertThat(pool.runInThread(() -> ran.complete(true))).isTrue();
    assertThat(ran.get(10, TimeUnit.SECONDS)).isTrue();
    end.countDown();
  }

  @Test
  void letsQuartzGoOnOnceShutDown() throws Exception {
    takeAPlace();
    takeAPlace();
    CompletableFuture<Integer> free = CompletableFuture.supplyAsync(pool::blockForAvailableThreads);

    pool.shutdown(false);

    assertThat(free.get(10, TimeUnit.SECONDS)).isPositive();
    end.countDown();
  }

  private void takeAPlace() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    boolean _ =
        pool.runInThread(
            () -> {
              running.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    running.await();
  }
}
