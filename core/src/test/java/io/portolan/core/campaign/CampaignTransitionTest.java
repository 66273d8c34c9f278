package io.portolan.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CampaignTransitionTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final CampaignStore campaigns =
      new CampaignStore(postgres.database(), InstantSource.fixed(NOW));
  private long id;

  @BeforeEach
  void makeDraft() {
    long list =
        postgres.number(
            "INSERT INTO mailing_list (name) VALUES (gen_random_uuid()::text) RETURNING id");
    postgres.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        VALUES (?, 'a@b.example', 'a@b.example', 'b.example')
        """,
        list);
    CampaignContent content =
        new CampaignContent("", "news@shop.example", "", "Hi", "", "Hi", MissingField.EMPTY);
    id =
        campaigns
            .create(
                new CampaignSettings(
                    "c",
                    Optional.of(list),
                    Optional.empty(),
                    content,
                    Optional.empty(),
                    InDoubt.RESEND))
            .id();
  }

  @Test
  void goesFromDraftToFinishedAndKeepsItsTimes() {
    campaigns.scheduleNow(id);

    Campaign running = campaigns.launch(id);
    assertThat(running.state()).isEqualTo(CampaignState.RUNNING);
    assertThat(running.times().launchedAt()).hasValue(NOW);

    assertThat(campaigns.pause(id).state()).isEqualTo(CampaignState.PAUSED);
    assertThat(campaigns.resume(id).state()).isEqualTo(CampaignState.RUNNING);

    planned();
    assertThat(campaigns.finishIfDone(id)).isTrue();
    Campaign finished = campaigns.get(id);
    assertThat(finished.state()).isEqualTo(CampaignState.FINISHED);
    assertThat(finished.times().plannedAt()).hasValue(NOW);
    assertThat(finished.times().endedAt()).hasValue(NOW);
    assertThat(finished.revision()).isEqualTo(6);
  }

  @Test
  void keepsTheFirstLaunchThroughPauseAndResume() {
    campaigns.scheduleNow(id);
    campaigns.launch(id);
    campaigns.pause(id);
    CampaignStore later =
        new CampaignStore(postgres.database(), InstantSource.fixed(NOW.plusSeconds(600)));

    assertThat(later.resume(id).times().launchedAt()).hasValue(NOW);
  }

  @Test
  void becomesADraftAgainWithoutALaunchTime() {
    campaigns.schedule(id, NOW.plusSeconds(60));

    Campaign draft = campaigns.unschedule(id);

    assertThat(draft.state()).isEqualTo(CampaignState.DRAFT);
    assertThat(draft.times().launchAt()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = CampaignState.class,
      names = {"DRAFT", "SCHEDULED", "RUNNING", "PAUSED"})
  void cancelsFromEveryStateThatHasNotEnded(CampaignState from) {
    put(from);

    Campaign cancelled = campaigns.cancel(id);

    assertThat(cancelled.state()).isEqualTo(CampaignState.CANCELLED);
    assertThat(cancelled.times().endedAt()).hasValue(NOW);
  }

  @ParameterizedTest
  @EnumSource(CampaignState.class)
  void refusesIllegalTransitionsAndChangesNothing(CampaignState from) {
    put(from);
    Campaign before = campaigns.get(id);

    if (from != CampaignState.DRAFT) {
      assertRefused(() -> campaigns.scheduleNow(id));
    }
    if (from != CampaignState.SCHEDULED) {
      assertRefused(() -> campaigns.unschedule(id));
      assertRefused(() -> campaigns.launch(id));
    }
    if (from != CampaignState.RUNNING) {
      assertRefused(() -> campaigns.pause(id));
    }
    if (from != CampaignState.PAUSED) {
      assertRefused(() -> campaigns.resume(id));
    }
    if (from.isEnded()) {
      assertRefused(() -> campaigns.cancel(id));
    }
    assertThat(campaigns.get(id)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(
      value = CampaignState.class,
      names = {"RUNNING", "PAUSED"})
  void finishesWhenPlannedAndWithoutAnOpenBatch(CampaignState from) {
    put(from);
    batch("claimed");

    assertThat(campaigns.finishIfDone(id)).as("not planned yet").isFalse();
    planned();
    assertThat(campaigns.finishIfDone(id)).as("a batch is open").isFalse();

    postgres.execute("UPDATE batch SET state = 'done' WHERE campaign_id = ?", id);
    assertThat(campaigns.finishIfDone(id)).isTrue();
    assertThat(campaigns.finishIfDone(id)).as("finished before").isFalse();
  }

  @Test
  void doesNotFinishWhatWasCancelled() {
    put(CampaignState.CANCELLED);

    planned();
    assertThat(campaigns.finishIfDone(id)).isFalse();
  }

  @Test
  void saysWhichCampaignIsNotThere() {
    assertThatThrownBy(() -> campaigns.pause(-1))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("There is no campaign -1.");
    assertThatThrownBy(() -> campaigns.scheduleNow(-1)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void letsOneOfManyConcurrentTransitionsThrough() throws Exception {
    int callers = 8;
    put(CampaignState.RUNNING);

    for (int round = 0; round < 10; round++) {
      assertThat(concurrently(callers, () -> campaigns.pause(id))).isEqualTo(1);
      assertThat(concurrently(callers, () -> campaigns.resume(id))).isEqualTo(1);
    }
    assertThat(concurrently(callers, () -> campaigns.cancel(id))).isEqualTo(1);
    assertThat(campaigns.get(id).revision()).isEqualTo(1 + 20 + 1);
  }

  @Test
  void letsAPauseAndACancelThatRaceEndInCancelled() throws Exception {
    put(CampaignState.RUNNING);

    concurrently(2, () -> campaigns.pause(id), () -> campaigns.cancel(id));

    assertThat(campaigns.get(id).state()).isEqualTo(CampaignState.CANCELLED);
  }

  @Test
  void letsOneOfTwoConcurrentSchedulesThrough() throws Exception {
    assertThat(concurrently(4, () -> campaigns.scheduleNow(id))).isEqualTo(1);
  }

  /** Runs each action in {@code callers} threads at once; returns how many were not refused. */
  private static int concurrently(int callers, Runnable... actions) throws Exception {
    CyclicBarrier start = new CyclicBarrier(callers * actions.length);
    List<Future<?>> calls = new ArrayList<>();
    int passed = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Runnable action : actions) {
        for (int caller = 0; caller < callers; caller++) {
          calls.add(
              threads.submit(
                  () -> {
                    start.await(10, TimeUnit.SECONDS);
                    action.run();
                    return true;
                  }));
        }
      }
      for (Future<?> call : calls) {
        try {
          call.get();
          passed++;
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(ConflictException.class);
        }
      }
    }
    return passed;
  }

  private void assertRefused(ThrowingCallable transition) {
    assertThatThrownBy(transition)
        .isInstanceOf(ConflictException.class)
        .hasMessageStartingWith("Campaign " + id + " is ");
  }

  private void put(CampaignState state) {
    postgres.execute("UPDATE campaign SET state = ?::campaign_state WHERE id = ?", state.id(), id);
  }

  private void batch(String state) {
    postgres.execute(
        """
        INSERT INTO batch (campaign_id, platform, state, due_at, size, kind)
        VALUES (?, 'other', ?::batch_state, now(), 1, 'first')
        """,
        id,
        state);
  }

  private void planned() {
    postgres.execute(
        "UPDATE campaign SET planned_at = ? WHERE id = ?", NOW.atOffset(ZoneOffset.UTC), id);
  }
}
