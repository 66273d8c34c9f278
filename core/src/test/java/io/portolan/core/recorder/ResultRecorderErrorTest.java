package io.portolan.core.recorder;

import static io.portolan.core.recorder.Recorded.APPLIED;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.reply.Hardness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors, where only exceptions are expected: nobody waits for ever, and nothing is lost. */
class ResultRecorderErrorTest extends ResultRecorderFixture {
  private static final int GROUP = 10;

  @Test
  void triesAGroupAgainThatMetAnErrorAndThenWritesAllOfIt() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    ClaimedBatch batch = claimedBatch(1, 1);
    try (ResultRecorder recorder =
        failing(
            _ -> {
              if (calls.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("Hook");
              }
            })) {
      assertThat(accept(recorder, batch)).containsExactly(APPLIED);
      assertThat(recorder.trouble()).isEmpty();
    }

    assertThat(calls).hasValue(3);
    assertThat(database.number("SELECT count(*) FROM attempt")).isOne();
    assertThat(heard).hasSize(1);
  }

  @Test
  void anErrorOfOneResultCostsNoOtherAndNoRoom() throws Exception {
    ClaimedBatch batch = claimedBatch(3 * GROUP, 1);
    long bad = batch.deliveries().get(4).id();
    try (ResultRecorder recorder =
        failing(
            applied -> {
              if (applied.stream().anyMatch(result -> result.delivery().id() == bad)) {
                throw new AssertionError("this one");
              }
            })) {
      assertThat(accept(recorder, batch)).hasSize(3 * GROUP).containsOnly(APPLIED);
      Eventually.holds("no room is lost", () -> recorder.backlog() == 0);
      Eventually.holds("it is over", () -> recorder.trouble().isEmpty());
    }

    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(3 * GROUP);
    assertThat(database.texts("SELECT id FROM delivery WHERE attempts = 1")).hasSize(3 * GROUP);
    assertThat(database.number("SELECT count(*) FROM attempt"))
        .as("without the attempt of the bad one")
        .isEqualTo(3 * GROUP - 1);
  }

  @ParameterizedTest
  @ValueSource(classes = {NoClassDefFoundError.class, OutOfMemoryError.class, AssertionError.class})
  void recordsAllOfEachResultOnceALastingErrorIsOver(Class<? extends Error> kind) throws Exception {
    ClaimedBatch batch = claimedBatch(GROUP, 1);
    CountDownLatch isHandedOver = new CountDownLatch(1);
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicInteger calls = new AtomicInteger();
    try (ResultRecorder recorder =
        failing(
            _ -> {
              if (calls.incrementAndGet() == 1) {
                await(isHandedOver);
              } else if (!isOver.get()) {
                throw error(kind);
              }
            })) {
      CompletableFuture<Recorded> first =
          recorder.record(batch, batch.deliveries().getFirst(), new Accepted(attempt("250 ok")));
      Eventually.holds("the next are one group", () -> calls.get() == 1);
      recorder.record(pathFailure(batch, "no answer"));
      List<CompletableFuture<Recorded>> done = new ArrayList<>();
      for (ClaimedDelivery delivery : batch.deliveries().subList(2, GROUP)) {
        done.add(
            recorder.record(
                batch,
                delivery,
                new Bounced(attempt("550 5.1.1 no"), "bad-mailbox", Hardness.HARD)));
      }
      isHandedOver.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      Eventually.holds(
          "it is tried for longer than it takes to come to a single one", () -> calls.get() > 8);

      assertThat(recorder.trouble().orElseThrow()).contains(kind.getSimpleName());
      assertThat(recorder.backlog()).as("nobody goes on").isEqualTo(GROUP - 1);
      assertThat(done).noneMatch(CompletableFuture::isDone);
      assertThat(database.number("SELECT count(*) FROM attempt")).isOne();

      isOver.set(true);
      for (CompletableFuture<Recorded> each : done) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      }
      Eventually.holds("the trouble is over", () -> recorder.trouble().isEmpty());
    }
    assertThat(database.number("SELECT count(*) FROM attempt WHERE reply LIKE '%no'"))
        .isEqualTo(GROUP - 2);
    assertThat(database.number("SELECT count(*) FROM suppression")).isEqualTo(GROUP - 2);
    assertThat(database.number("SELECT count(*) FROM path_failure")).isOne();
  }

  @Test
  void holdsTheSecondLoneResultThatMeetsAnError() throws Exception {
    ClaimedBatch batch = claimedBatch(2, 1);
    AtomicBoolean isOver = new AtomicBoolean();
    try (ResultRecorder recorder =
        failing(
            _ -> {
              if (!isOver.get()) {
                throw new AssertionError("any");
              }
            })) {
      assertThat(accept(recorder, batch, 0)).as("perhaps its own fault").isEqualTo(APPLIED);
      Eventually.holds("with no further mail it is over", () -> recorder.trouble().isEmpty());
      CompletableFuture<Recorded> second =
          recorder.record(batch, batch.deliveries().get(1), new Accepted(attempt("250 ok")));
      Eventually.holds("it is told", () -> recorder.trouble().isPresent());

      isOver.set(true);
      assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(APPLIED);
    }
    assertThat(database.texts("SELECT delivery_id FROM attempt"))
        .containsExactly(String.valueOf(batch.deliveries().get(1).id()));
  }

  @Test
  void whatWasCommittedBeforeItFailedIsNotWrittenAgainInHalves() throws Exception {
    ClaimedBatch batch = claimedBatch(4, 1);
    AtomicInteger calls = new AtomicInteger();
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    try (ResultRecorder recorder =
        new ResultRecorder(
            database.database(),
            (connection, _) -> {
              if (calls.incrementAndGet() == 1) {
                connection.commit();
                throw new IllegalStateException("after the commit");
              }
            },
            (applied, _) -> heard.addAll(applied),
            InstantSource.fixed(NOW),
            settings())) {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        done.add(
            recorder.record(
                batch,
                delivery,
                new Deferred(
                    attempt("450 4.2.0 wait"),
                    "greylisted",
                    NOW.plusSeconds(60),
                    Optional.empty())));
      }
      for (CompletableFuture<Recorded> each : done) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      }
    }
    assertThat(database.texts("SELECT DISTINCT attempts FROM delivery")).containsExactly("1");
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(4);
    assertThat(heard).hasSize(4);
  }

  @Test
  void anErrorOfTheListenerCostsNothing() throws Exception {
    ClaimedBatch batch = claimedBatch(2 * GROUP, 1);
    try (ResultRecorder recorder =
        new ResultRecorder(
            database.database(),
            (_, _) -> {
              throw new NoClassDefFoundError("Listener");
            },
            InstantSource.fixed(NOW),
            settings())) {
      assertThat(accept(recorder, batch)).hasSize(2 * GROUP).containsOnly(APPLIED);
    }
  }

  /** A recorder whose hook may throw. */
  private ResultRecorder failing(Consumer<List<RecordedResult>> hook) {
    return new ResultRecorder(
        database.database(),
        (_, applied) -> hook.accept(applied),
        (applied, _) -> heard.addAll(applied),
        InstantSource.fixed(NOW),
        settings());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Error error(Class<? extends Error> kind) {
    try {
      return kind.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ResultRecorder.Settings settings() {
    return new ResultRecorder.Settings(GROUP, Duration.ofMillis(8), Duration.ofSeconds(20));
  }

  /** Accepts every delivery on a thread of its own, which the test does not wait for for ever. */
  private static List<Recorded> accept(ResultRecorder recorder, ClaimedBatch batch)
      throws Exception {
    FutureTask<List<Recorded>> accepting = new FutureTask<>(() -> acceptEach(recorder, batch));
    Thread.ofVirtual().start(accepting);
    return accepting.get(60, TimeUnit.SECONDS);
  }

  private static List<Recorded> acceptEach(ResultRecorder recorder, ClaimedBatch batch)
      throws Exception {
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    for (ClaimedDelivery delivery : batch.deliveries()) {
      done.add(recorder.record(batch, delivery, new Accepted(attempt("250 ok"))));
    }
    List<Recorded> recorded = new ArrayList<>();
    for (CompletableFuture<Recorded> each : done) {
      recorded.add(each.get(20, TimeUnit.SECONDS));
    }
    return recorded;
  }

  private static Recorded accept(ResultRecorder recorder, ClaimedBatch batch, int index)
      throws Exception {
    return recorder
        .record(batch, batch.deliveries().get(index), new Accepted(attempt("250 ok")))
        .get(20, TimeUnit.SECONDS);
  }
}
