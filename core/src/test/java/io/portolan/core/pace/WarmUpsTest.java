package io.portolan.core.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.pace.WarmUp.Scheme;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import io.portolan.core.policy.TlsMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WarmUpsTest {
  private static final Path PATH =
      new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC).from("192.0.2.12");
  private static final LocalDate TODAY = LocalDate.parse("2026-11-24");
  private static final Duration DAY = Duration.ofDays(1);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final AtomicReference<Optional<String>> guard = new AtomicReference<>(Optional.empty());
  private final WarmUp plan = new WarmUp(TODAY, Scheme.CLASSIC.steps());

  @Test
  void raisesTheVolumeWithEachDayOfSending() {
    WarmUps warmUps = node();

    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(50, Span.DAY));
    clock.advance(Duration.ofHours(3));
    assertThat(cap(warmUps, "gmail")).as("the same day").hasValue(new Cap(50, Span.DAY));
    clock.advance(DAY);
    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(100, Span.DAY));
    assertThat(cap(node(), "gmail")).as("on another node").hasValue(new Cap(100, Span.DAY));
    clock.advance(DAY.multipliedBy(3));
    assertThat(cap(warmUps, "gmail")).as("after idle days").hasValue(new Cap(250, Span.DAY));
    assertThat(warmUps.stage(PATH.from("192.0.2.13"), plan, "yahoo").map(WarmUps.Stage::step))
        .as("another source at another platform has sent nothing yet")
        .hasValue(0);
  }

  @Test
  void raisesNothingWhileNoMailIsOffered() {
    WarmUps warmUps = node();
    for (int day = 0; day < 20; day++) {
      assertThat(warmUps.expected(PATH, plan, "gmail").map(WarmUps.Stage::cap))
          .as("waiting for %s days", day)
          .hasValue(new Cap(50, Span.DAY));
      clock.advance(DAY);
    }
    assertThat(new WarmUpStore(database.database()).present()).isEmpty();

    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(50, Span.DAY));
    for (int day = 0; day < 7; day++) {
      clock.advance(DAY);
      assertThat(warmUps.expected(PATH, plan, "gmail").map(WarmUps.Stage::cap))
          .as("shut for %s days", day)
          .hasValue(new Cap(100, Span.DAY));
    }
    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(100, Span.DAY));
  }

  @Test
  void beginsAtTheFirstStepOfOneThatWasWarmedUpElsewhere() {
    WarmUp elsewhere = new WarmUp(TODAY, Scheme.CLASSIC.steps(), 4);
    WarmUps warmUps = node();

    assertThat(warmUps.stage(PATH, elsewhere, "gmail"))
        .hasValue(
            new WarmUps.Stage(
                4, new Cap(1_000, Span.DAY), "the first day, by the policy's first step"));
    clock.advance(DAY);
    assertThat(warmUps.stage(PATH, elsewhere, "gmail").map(WarmUps.Stage::step)).hasValue(5);
  }

  @Test
  void isWarmBehindTheLastStep() {
    WarmUp shortOne = new WarmUp(TODAY, java.util.List.of(new Cap(20, Span.HOUR)));
    WarmUps warmUps = node();

    assertThat(warmUps.stage(PATH, shortOne, "gmail")).isPresent();
    clock.advance(DAY);

    assertThat(warmUps.expected(PATH, shortOne, "gmail")).isEmpty();
    assertThat(warmUps.stage(PATH, shortOne, "gmail")).isEmpty();
  }

  @Test
  void holdsTheStepAfterADayThatWentBadly() {
    WarmUps warmUps = node();
    cap(warmUps, "gmail");
    clock.advance(DAY);
    guard.set(Optional.of("20 deferrals of 50"));

    assertThat(warmUps.stage(PATH, plan, "gmail"))
        .hasValue(
            new WarmUps.Stage(
                0, new Cap(50, Span.DAY), "not raised after 2026-11-24: 20 deferrals of 50"));
    guard.set(Optional.empty());
    clock.advance(DAY);
    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(100, Span.DAY));
  }

  @Test
  void beginsAgainAfterALongTimeWithoutMail() {
    WarmUps warmUps = node();
    cap(warmUps, "gmail");
    clock.advance(DAY);
    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(100, Span.DAY));
    clock.advance(DAY.multipliedBy(31));

    assertThat(cap(warmUps, "gmail")).hasValue(new Cap(50, Span.DAY));
  }

  @Test
  void beginsOnItsFirstDay() {
    WarmUp later = new WarmUp(TODAY.plusDays(2), Scheme.SENDGRID.steps());

    assertThat(node().beginsLater(later)).isPresent();
    assertThat(node().beginsLater(plan)).isEmpty();
  }

  @Test
  void showsAStepWithoutMakingADayOfIt() {
    assertThat(node().look(PATH, plan, "gmail").map(WarmUps.Stage::step)).hasValue(0);

    assertThat(new WarmUpStore(database.database()).present()).isEmpty();
  }

  @Test
  void countsDeferralsAndComplaintsAndNoPathFailures() {
    SendingGuard sending = new SendingGuard(database.database());
    campaign();
    rollup("accepted", 1_000);
    rollup("deferred", 100);
    assertThat(trips(sending)).as("9.1 %").isEmpty();
    rollup("complaint", 2);
    assertThat(trips(sending)).as("fewer than three say nothing").isEmpty();

    rollup("deferred", 20);
    assertThat(trips(sending).orElseThrow())
        .isEqualTo("120 deferrals of 1120, 10.71 %, above 10.0 %");
    rollup("accepted", 1_000);
    rollup("complaint", 1);
    assertThat(trips(sending).orElseThrow()).isEqualTo("3 complaints of 2000, 0.15 %, above 0.1 %");
  }

  @Test
  void staysAtAStepOfWhichLessThanHalfWasOffered() {
    WarmUps warmUps =
        new WarmUps(
            new WarmUpStore(database.database()), new SendingGuard(database.database()), clock);
    campaign();
    for (int day = 0; day < 16; day++) {
      assertThat(warmUps.stage(PATH, plan, "gmail").map(WarmUps.Stage::cap))
          .as("after %s days of one message", day)
          .hasValue(new Cap(50, Span.DAY));
      rollup("accepted", 1);
      clock.advance(DAY);
    }
    assertThat(warmUps.stage(PATH, plan, "gmail").map(WarmUps.Stage::reason).orElseThrow())
        .isEqualTo("not raised after 2026-12-09: 1 offered, fewer than half of 50/d");

    rollup("accepted", 20);
    rollup("bounced", 5);
    clock.advance(DAY);
    assertThat(cap(warmUps, "gmail")).as("25 of 50").hasValue(new Cap(100, Span.DAY));
    clock.advance(DAY);
    assertThat(cap(warmUps, "gmail")).as("it falls back by none").hasValue(new Cap(100, Span.DAY));
  }

  @Test
  void looksAtTheBusiestHourWhereStepsAreByTheHour() {
    SendingGuard sending = new SendingGuard(database.database());
    campaign();
    Cap step = new Cap(20, Span.HOUR);
    for (int hour = 0; hour < 5; hour++) {
      rollup("accepted", 9);
      clock.advance(Duration.ofHours(1));
    }
    Instant to = clock.instant().plus(DAY);
    Instant from = to.minus(DAY.multipliedBy(2));

    assertThat(sending.trips("direct", "192.0.2.12", "gmail", from, to, step))
        .hasValue("9 offered in the busiest hour, fewer than half of 20/h");
    rollup("deferred", 1);
    rollup("accepted", 9);
    assertThat(sending.trips("direct", "192.0.2.12", "gmail", from, to, step)).isEmpty();
  }

  private Optional<String> trips(SendingGuard sending) {
    return sending.trips(
        "direct",
        "192.0.2.12",
        "gmail",
        clock.instant().minus(DAY),
        clock.instant().plus(DAY),
        new Cap(50, Span.DAY));
  }

  private void campaign() {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    database.execute(
        "INSERT INTO campaign (name, state, list_id, content) SELECT 'c', 'running', id, '{}' FROM mailing_list");
  }

  /** Counts in the present hour. */
  private void rollup(String outcome, int count) {
    database.execute(
        """
        INSERT INTO result_hour (hour, campaign_id, isp, platform, route, port, tls, source, encryption, outcome, category, count)
        SELECT date_trunc('hour', ?::timestamptz), id, 'gmail', 'gmail', 'direct', 25, 'none', '192.0.2.12', '', ?, '', ? FROM campaign
        ON CONFLICT (campaign_id, hour, isp, platform, route, port, tls, source, encryption, outcome, category)
        DO UPDATE SET count = result_hour.count + excluded.count
        """,
        clock.instant().toString(),
        outcome,
        count);
  }

  private WarmUps node() {
    return new WarmUps(
        new WarmUpStore(database.database()), (_, _, _, _, _, _) -> guard.get(), clock);
  }

  private Optional<Cap> cap(WarmUps warmUps, String platform) {
    return warmUps.stage(PATH, plan, platform).map(WarmUps.Stage::cap);
  }
}
