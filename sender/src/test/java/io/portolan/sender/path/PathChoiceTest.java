package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.POSTMARK_587;
import static io.portolan.sender.path.TestPaths.SES_465;
import static io.portolan.sender.path.TestPaths.SES_587;
import static io.portolan.sender.path.TestPaths.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.reply.Phase;
import io.portolan.sender.hold.RouteHold;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PathChoiceTest {
  private final TestPaths paths = new TestPaths();

  @Test
  void takesTheFirstPathOfTheRule() {
    Choice.Take take = taken(paths.choose("yahoo", DIRECT, SES_587));

    assertThat(take.path()).isEqualTo(DIRECT);
    assertThat(take.decision().policyVersion()).isEqualTo(3);
    assertThat(take.decision().rule()).isEqualTo("yahoo");
    assertThat(take.decision().reason()).isEqualTo("direct:25 not tried yet");
    assertThat(take.lease().relay()).isEmpty();
    assertThat(take.lease().target()).isEqualTo("yahoo");
  }

  @Test
  void saysWhyItPassesAPathOver() {
    Relay ses = TestPaths.relay("ses", "env:SES");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.take("yahoo", SES_587).opened();

    Choice.Take take = taken(paths.choose("yahoo", DIRECT, SES_587));

    assertThat(take.path()).isEqualTo(SES_587);
    assertThat(take.decision().reason())
        .isEqualTo(
            "direct:25 blocked until 2026-11-24T09:19:07Z (connect-timeout);"
                + " next path ses:587 open");
    assertThat(take.lease().relay()).hasValue(ses);
  }

  @Test
  void explainsEachPathOfTheRuleAndChangesNothing() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.take("yahoo", SES_587).opened();
    var before = paths.health.snapshot();

    assertThat(paths.choice.explain(request("yahoo", Optional.empty(), DIRECT, SES_587, SES_465)))
        .containsExactly(
            new PathChoice.Considered(
                DIRECT,
                false,
                "blocked until 2026-11-24T09:19:07Z (connect-timeout)",
                closed("2026-11-24T09:14:07Z", "2026-11-24T09:19:07Z")),
            new PathChoice.Considered(SES_587, true, "open", Optional.empty()),
            new PathChoice.Considered(
                SES_465, false, "not needed; not tried yet", Optional.empty()));
    assertThat(paths.health.snapshot()).isEqualTo(before);
  }

  @Test
  void explainsThatNoPathIsOpen() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.take("yahoo", SES_587).loginRefused("535 no");

    assertThat(paths.choice.explain(request("yahoo", Optional.empty(), DIRECT, SES_587)))
        .noneMatch(PathChoice.Considered::taken)
        .last()
        .isEqualTo(
            new PathChoice.Considered(
                SES_587,
                false,
                "relay ses is on hold (535 no)",
                closed("2026-11-24T09:14:07Z", "2026-11-24T09:29:07Z")));
  }

  private static Optional<PathChoice.Closed> closed(String since, String until) {
    return Optional.of(
        new PathChoice.Closed(
            Optional.of(Instant.parse(since)), Optional.of(Instant.parse(until))));
  }

  @Test
  void waitsForAPreferredPathThatIsBeingTriedForTheFirstTime() {
    paths.take("yahoo", DIRECT);

    assertThat(paths.choose("yahoo", DIRECT, SES_587)).isInstanceOf(Choice.Wait.class);
  }

  @Test
  void takesTheNextPathWhileABlockedOneIsLookedAt() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.choose("yahoo", DIRECT);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.look(DIRECT, "yahoo", true);

    assertThat(taken(paths.choose("yahoo", DIRECT, SES_587)).path()).isEqualTo(SES_587);
  }

  @Test
  void saysUntilWhenNoneIsOpen() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.clock.advance(Duration.ofMinutes(1));
    paths.take("yahoo", SES_587).failed(Phase.CONNECT, "connect-refused", "mx.test");

    Choice.NoneOpen none = none(paths.choose("yahoo", DIRECT, SES_587));

    assertThat(none.until()).isEqualTo(Instant.parse("2026-11-24T09:19:07Z"));
    assertThat(none.reason())
        .contains("direct:25 blocked")
        .contains("connect-timeout")
        .contains("ses:587 blocked")
        .contains("connect-refused");
  }

  @Test
  void keepsAPinnedMessageOnItsRoute() {
    assertThat(pinned("ses", DIRECT, SES_587, SES_465))
        .isInstanceOfSatisfying(
            Choice.Take.class, take -> assertThat(take.path()).isEqualTo(SES_587));
  }

  @Test
  void takesAnotherPortOfThePinnedRouteButNoOtherRoute() {
    paths.take("yahoo", SES_587).failed(Phase.CONNECT, "connect-timeout", "mx.test");

    assertThat(pinned("ses", DIRECT, SES_587, SES_465))
        .isInstanceOfSatisfying(
            Choice.Take.class, take -> assertThat(take.path()).isEqualTo(SES_465));
    assertThat(none(pinned("ses", DIRECT, SES_587)).reason()).contains("ses:587");
    assertThat(none(pinned("ses", DIRECT)).reason()).contains("no path on route ses");
  }

  @Test
  void passesOverARelayThatIsGoneOrSpeaksOtherTls() {
    Path wrongTls = new Path("ses", 465, TlsMode.STARTTLS);
    Path gone = new Path("mailgun", 587, TlsMode.STARTTLS);

    Choice.Take take = taken(paths.choose("yahoo", gone, wrongTls, SES_587));

    assertThat(take.path()).isEqualTo(SES_587);
    assertThat(take.decision().reason()).contains("no relay mailgun").contains("starttls");
    assertThat(paths.choose("yahoo", gone)).isInstanceOf(Choice.NoneOpen.class);
  }

  @Test
  void holdsARouteWhoseLoginIsRefusedAndNeverTriesItsOtherPorts() {
    paths.take("yahoo", SES_587).loginRefused("535 5.7.8 bad credentials");

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.health.holds()).extracting(RouteHold::route).containsExactly("ses");
    Choice.NoneOpen none = none(paths.choose("yahoo", SES_587, SES_465));
    assertThat(none.reason()).contains("relay ses is on hold").contains("535 5.7.8");
    assertThat(none.until())
        .isEqualTo(paths.clock.instant().plus(HealthSettings.DEFAULT.loginHold()));
    assertThat(taken(paths.choose("yahoo", SES_587, POSTMARK_587)).path()).isEqualTo(POSTMARK_587);
  }

  @Test
  void holdsARouteWithoutPasswordAndClaimsNothingOfItsPath() {
    paths.take("yahoo", SES_587).loginMissing("The secret env:SES is not there.");

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.UNKNOWN);
    assertThat(none(paths.choose("yahoo", SES_587, SES_465)).reason()).contains("env:SES");
  }

  @Test
  void endsAHoldWhenTheRelayIsDefinedAnew() {
    paths.take("yahoo", SES_587).loginRefused("535");

    paths.define(TestPaths.relay("ses", "env:NEW"));

    assertThat(paths.choose("yahoo", SES_587)).isInstanceOf(Choice.Take.class);
    assertThat(paths.health.holds()).isEmpty();
  }

  @Test
  void endsAHoldWhenItIsReleased() {
    paths.take("yahoo", SES_587).loginRefused("535");

    paths.health.forget("ses");

    assertThat(paths.choose("yahoo", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void letsOneSessionTryTheLoginWhenAHoldIsOver() {
    paths.take("yahoo", SES_587).loginRefused("535");
    paths.clock.advance(HealthSettings.DEFAULT.loginHold());

    PathLease trial = paths.take("yahoo", SES_587);
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    trial.opened();

    assertThat(paths.health.holds()).isEmpty();
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void holdsForAMinuteOnlyARouteThatCannotTakeALoginNow() {
    paths.take("yahoo", SES_587).loginDeferred("454 4.7.0 try again later");

    Choice.NoneOpen none = none(paths.choose("yahoo", SES_587, SES_465));
    assertThat(none.reason()).contains("454 4.7.0");
    assertThat(none.until()).isEqualTo(paths.clock.instant().plus(Duration.ofMinutes(1)));
    paths.clock.advance(Duration.ofMinutes(1));
    paths.take("yahoo", SES_587).opened();
    assertThat(paths.health.holds()).isEmpty();
  }

  @Test
  void holdsARouteThatRefusesOurMailUntilItTakesAMessage() {
    paths.take("yahoo", SES_587).opened();
    paths.choice.mailRefused(SES_587, "554 5.7.1 Relay access denied");

    assertThat(paths.health.holds()).extracting(RouteHold::route).containsExactly("ses");
    assertThat(review(SES_587, SES_587)).isInstanceOf(Standing.Leave.class);
    assertThat(taken(paths.choose("yahoo", SES_587, POSTMARK_587)).path()).isEqualTo(POSTMARK_587);
    paths.clock.advance(HealthSettings.DEFAULT.loginHold());
    paths.take("yahoo", SES_587).opened();
    assertThat(none(paths.choose("gmail", SES_587)).reason())
        .as("it may refuse the mail of the session that tries, too")
        .contains("554 5.7.1");

    paths.choice.passed(SES_587);

    assertThat(paths.health.holds()).isEmpty();
    assertThat(review(SES_587, SES_587)).isInstanceOf(Standing.Keep.class);
  }

  @Test
  void keepsASessionAwayFromABetterPathThatIsNotWorthATry() {
    paths.take("yahoo", SES_587).opened();

    Standing standing =
        paths.choice.review(
            SES_587, request("yahoo", Optional.empty(), DIRECT, SES_587), path -> !path.isDirect());

    assertThat(standing).isInstanceOf(Standing.Keep.class);
  }

  @Test
  void keepsTheTimeOfTheFirstRefusal() {
    Instant first = paths.clock.instant();
    paths.take("yahoo", SES_587).loginRefused("535 first");
    paths.clock.advance(HealthSettings.DEFAULT.loginHold());

    paths.take("yahoo", SES_587).loginRefused("535 again");

    assertThat(paths.health.holds())
        .containsExactly(
            new RouteHold(
                "ses",
                "535 again",
                first,
                paths.clock.instant().plus(HealthSettings.DEFAULT.loginHold())));
  }

  @Test
  void keepsASessionOnTheBestPath() {
    paths.take("yahoo", DIRECT).opened();

    assertThat(review(DIRECT, DIRECT, SES_587)).isInstanceOf(Standing.Keep.class);
  }

  @Test
  void movesOneSessionToABetterPathWhenLooksHaveReopenedIt() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, "connect-timeout", "mx.test");
    paths.take("yahoo", SES_587).opened();
    assertThat(review(SES_587, DIRECT, SES_587))
        .isInstanceOfSatisfying(
            Standing.Keep.class,
            keep -> assertThat(keep.decision().reason()).contains("direct:25 blocked"));

    paths.clock.advance(Duration.ofMinutes(5));
    paths.look(DIRECT, "yahoo", true);
    paths.clock.advance(HealthSettings.DEFAULT.confirm());
    paths.look(DIRECT, "yahoo", true);

    assertThat(review(SES_587, DIRECT, SES_587))
        .isInstanceOfSatisfying(
            Standing.Move.class, move -> assertThat(move.take().path()).isEqualTo(DIRECT));
    assertThat(review(SES_587, DIRECT, SES_587)).isInstanceOf(Standing.Keep.class);
  }

  @Test
  void leavesAPathThatTheMessageMayNotTake() {
    assertThat(review(SES_587, DIRECT)).isInstanceOf(Standing.Leave.class);
    assertThat(review(SES_587, DIRECT, SES_465)).isInstanceOf(Standing.Leave.class);
    assertThat(
            paths.choice.review(
                SES_587, request("yahoo", Optional.of("direct"), SES_587), _ -> true))
        .isInstanceOf(Standing.Leave.class);
    paths.relays.remove("ses");
    assertThat(review(SES_587, SES_587)).isInstanceOf(Standing.Leave.class);
  }

  private Standing review(Path current, Path... rule) {
    return paths.choice.review(current, request("yahoo", Optional.empty(), rule), _ -> true);
  }

  private Choice pinned(String route, Path... rule) {
    return paths.choice.choose(request("yahoo", Optional.of(route), rule));
  }

  private static Choice.Take taken(Choice choice) {
    assertThat(choice).isInstanceOf(Choice.Take.class);
    return (Choice.Take) choice;
  }

  private static Choice.NoneOpen none(Choice choice) {
    assertThat(choice).isInstanceOf(Choice.NoneOpen.class);
    return (Choice.NoneOpen) choice;
  }
}
