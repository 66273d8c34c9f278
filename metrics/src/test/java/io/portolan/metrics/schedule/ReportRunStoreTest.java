package io.portolan.metrics.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.TestDatabase;
import io.portolan.metrics.schedule.Recurrence.Every;
import io.portolan.metrics.schedule.ReportRun.Outcome;
import io.portolan.metrics.schedule.ReportSchedule.Draft;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Schedules and their runs in the real database, for two nodes. */
class ReportRunStoreTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
  private static final Instant DUE = Instant.parse("2026-11-24T07:00:00Z");
  private static final String TO = "ops@shop.test";

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private ReportScheduleStore schedules;
  private ReportRunStore one;
  private ReportRunStore two;

  @BeforeEach
  void nodes() {
    Database database = postgres.database();
    schedules = new ReportScheduleStore(database, InstantSource.fixed(START));
    one = new ReportRunStore(database, schedules, "one");
    two = new ReportRunStore(database, schedules, "two");
  }

  @Test
  void keepsWhatWasChosen() {
    Draft posted =
        new Draft(
            "ports",
            new Topic(Topic.Kind.PORTS, 0, "", 30),
            new Recurrence(Every.MONTH, LocalTime.parse("23:59"), 31, ZoneId.of("Asia/Kolkata")),
            Recipients.webhook("https://hooks.test/x?y=1", "env:PORTOLAN_SECRET_HOOK"),
            false);

    ReportSchedule mail = schedules.create(daily("daily"));
    ReportSchedule hook = schedules.create(posted);

    assertThat(schedules.get(mail.id()).draft()).isEqualTo(daily("daily"));
    assertThat(mail.nextRun()).hasValue(DUE);
    assertThat(schedules.get(hook.id()).draft()).isEqualTo(posted);
    assertThat(hook.nextRun()).as("it is not enabled").isEmpty();
    assertThat(schedules.list())
        .extracting(it -> it.draft().name())
        .containsExactly("daily", "ports");
  }

  @Test
  void refusesANameTwiceAndForgetsWhatIsRemoved() {
    ReportSchedule first = schedules.create(daily("daily"));
    ReportSchedule second = schedules.create(daily("other"));

    assertThatThrownBy(() -> schedules.create(daily("daily")))
        .isInstanceOfSatisfying(
            InvalidException.class,
            e -> assertThat(e.problems().getFirst().place()).isEqualTo("name"));
    assertThatThrownBy(() -> schedules.replace(second.id(), daily("daily")))
        .isInstanceOf(InvalidException.class);
    one.request(first.id(), START);
    schedules.delete(first.id());
    assertThat(one.claim(START)).isEmpty();
    assertThatThrownBy(() -> schedules.get(first.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void makesOneRunOfADueTimeWhicheverNodeAsks() throws Exception {
    for (int i = 0; i < 20; i++) {
      schedules.create(daily("report " + i));
    }

    List<Integer> made = together(() -> one.makeDue(DUE), () -> two.makeDue(DUE));

    assertThat(made.get(0) + made.get(1)).isEqualTo(20);
    assertThat(postgres.number("SELECT count(*) FROM report_run")).isEqualTo(20);
    assertThat(one.makeDue(DUE)).as("the next is tomorrow's").isZero();
  }

  @Test
  void givesEachRunToOneNode() throws Exception {
    ReportSchedule schedule = schedules.create(daily("daily"));
    for (int i = 0; i < 40; i++) {
      one.request(schedule.id(), START);
    }

    List<List<Long>> claimed = together(() -> all(one), () -> all(two));

    List<Long> ids = new ArrayList<>(claimed.get(0));
    ids.addAll(claimed.get(1));
    assertThat(ids).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void makesUpTheLastOfTheTimesThatWereMissed() {
    ReportSchedule schedule = schedules.create(daily("daily"));

    assertThat(one.makeDue(DUE.plus(Duration.ofDays(3)).plusSeconds(60))).isEqualTo(1);

    assertThat(one.latest(schedule.id()))
        .extracting(ReportRun::dueAt)
        .containsExactly(DUE.plus(Duration.ofDays(3)));
    assertThat(schedules.get(schedule.id()).nextRun()).hasValue(DUE.plus(Duration.ofDays(4)));
  }

  @Test
  void losesNothingThatIsDueToAChange() {
    ReportSchedule schedule = schedules.create(daily("daily"));
    ReportScheduleStore later =
        new ReportScheduleStore(postgres.database(), InstantSource.fixed(DUE.plusSeconds(1)));

    later.replace(schedule.id(), daily("renamed"));

    assertThat(one.makeDue(DUE.plusSeconds(2))).isEqualTo(1);
  }

  @Test
  void givesTheRunOfANodeThatDiedToAnotherWithWhatItReached() {
    ReportSchedule schedule = schedules.create(daily("daily"));
    one.request(schedule.id(), START);
    ReportRun run = one.claim(START).orElseThrow();
    Map<String, Outcome> reached = Map.of(TO, new Outcome(true, true, "accepted: 250 2.0.0 OK"));
    assertThat(one.note(run, reached, START)).isTrue();

    assertThat(two.claim(START.plus(ReportRunStore.LEASE).minusSeconds(1))).isEmpty();
    Instant lapsed = START.plus(ReportRunStore.LEASE);
    ReportRun again = two.claim(lapsed).orElseThrow();

    assertThat(again.id()).isEqualTo(run.id());
    assertThat(again.tries()).isEqualTo(2);
    assertThat(ReportRun.open(daily("daily").recipients(), again.outcomes()))
        .as("who has it gets no copy")
        .isEmpty();
    assertThat(one.note(run, reached, lapsed)).as("the first node is too late").isFalse();
    assertThat(one.end(run, ReportRun.State.FAILED, "late", lapsed)).isFalse();
    assertThat(one.retry(run, lapsed, "late", lapsed)).isFalse();
    assertThat(two.end(again, ReportRun.State.SENT, "", lapsed)).isTrue();
    assertThat(schedules.get(schedule.id()).lastRun())
        .hasValueSatisfying(last -> assertThat(last.state()).isEqualTo(ReportRun.State.SENT));
  }

  @Test
  void triesAgainWhenItsTimeHasComeAndShowsTheTrouble() {
    ReportSchedule schedule = schedules.create(daily("daily"));
    one.request(schedule.id(), START);
    ReportRun run = one.claim(START).orElseThrow();

    Instant next = START.plus(Duration.ofMinutes(1));
    assertThat(one.retry(run, next, "it answers 503", START)).isTrue();

    assertThat(two.claim(next.minusSeconds(1))).isEmpty();
    assertThat(schedules.get(schedule.id()).lastRun())
        .hasValueSatisfying(last -> assertThat(last.trouble()).isEqualTo("it answers 503"));
    assertThat(two.claim(next)).hasValueSatisfying(it -> assertThat(it.tries()).isEqualTo(2));
  }

  private static Draft daily(String name) {
    return new Draft(
        name,
        new Topic(Topic.Kind.ALL, 0, "", 1),
        new Recurrence(Every.DAY, LocalTime.parse("08:00"), 0, ZoneId.of("Europe/Berlin")),
        Recipients.mail("reports@shop.test", "Reports", List.of(TO)),
        true);
  }

  private static List<Long> all(ReportRunStore node) {
    List<Long> ids = new ArrayList<>();
    for (Optional<ReportRun> run = node.claim(START); run.isPresent(); run = node.claim(START)) {
      ids.add(run.get().id());
    }
    return ids;
  }

  private static <T> List<T> together(Callable<T> first, Callable<T> second) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<T> other =
          threads.submit(
              () -> {
                start.await();
                return second.call();
              });
      Future<T> own =
          threads.submit(
              () -> {
                start.await();
                return first.call();
              });
      return List.of(own.get(), other.get());
    }
  }
}
