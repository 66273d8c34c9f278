package io.portolan.core.recorder;

import static io.portolan.core.recorder.Recorded.APPLIED;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Errors of the process itself, where only exceptions are expected: nobody may wait for ever. */
class ResultRecorderErrorTest extends ResultRecorderFixture {
  private static final int GROUP = 10;

  @Test
  void triesAGroupAgainThatMetAnErrorAndThenWritesAllOfIt() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    ClaimedBatch batch = claimedBatch(1, 1);
    try (ResultRecorder recorder = recorder(_ -> calls.incrementAndGet() < 3)) {
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
    try (ResultRecorder recorder = recorder(result -> result.delivery().id() == bad)) {
      assertThat(accept(recorder, batch)).hasSize(3 * GROUP).containsOnly(APPLIED);
      Eventually.holds("no room is lost", () -> recorder.backlog() == 0);
    }

    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(3 * GROUP);
    assertThat(database.texts("SELECT id FROM delivery WHERE attempts = 1")).hasSize(3 * GROUP);
    assertThat(database.number("SELECT count(*) FROM attempt"))
        .as("without the attempt of the bad one")
        .isEqualTo(3 * GROUP - 1);
  }

  @Test
  void tellsOfAnErrorThatLastsAndNoMoreOnceItIsOver() throws Exception {
    ClaimedBatch batch = claimedBatch(2, 1);
    AtomicInteger healed = new AtomicInteger();
    try (ResultRecorder recorder = recorder(_ -> healed.get() == 0)) {
      assertThat(accept(recorder, batch, 0)).isEqualTo(APPLIED);
      assertThat(recorder.trouble()).hasValue("java.lang.NoClassDefFoundError: Hook");

      healed.set(1);
      assertThat(accept(recorder, batch, 1)).isEqualTo(APPLIED);
      assertThat(recorder.trouble()).isEmpty();
    }
    assertThat(database.number("SELECT count(*) FROM attempt")).isOne();
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

  /** A recorder whose hook throws an error at a group with such a result. */
  private ResultRecorder recorder(Predicate<RecordedResult> isBad) {
    return new ResultRecorder(
        database.database(),
        (_, applied) -> {
          if (applied.stream().anyMatch(isBad)) {
            throw new NoClassDefFoundError("Hook");
          }
        },
        (applied, _) -> heard.addAll(applied),
        InstantSource.fixed(NOW),
        settings());
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
