package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What verdicts on whole ports mean for mail. */
class PortEffectTest {
  private final TestPaths paths = new TestPaths();

  @Test
  void endsOpenSessionsOnAPortOnWhichSomebodyElseAnswers() {
    paths.take("gmail", DIRECT).opened();
    Instant now = paths.clock.instant();

    paths.health.judged(25, new PortEffect.Blocked("intercepted", true, now, now));

    assertThat(
            paths.choice.review(
                DIRECT, TestPaths.request("gmail", Optional.empty(), DIRECT), _ -> true))
        .isInstanceOf(Standing.Leave.class);
    Path other = new Path("direct", 25, TlsMode.OPPORTUNISTIC, "192.0.2.9");
    assertThat(paths.health.ask(other, "gmail", Optional.empty()))
        .as("whatever the source")
        .isInstanceOf(PathHealth.Answer.Shut.class);
  }

  @Test
  void forbidsDirectWhatAVerdictForbidsUntilItIsLifted() {
    Instant next = paths.clock.instant().plus(Duration.ofMinutes(5));
    paths.health.judged(
        25, new PortEffect.Blocked("port 25 is dropped", false, paths.clock.instant(), next));

    assertThat(paths.choose("gmail", DIRECT))
        .isInstanceOfSatisfying(
            Choice.NoneOpen.class,
            none -> assertThat(none.reason()).contains("port 25 is dropped"));
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
    paths.health.judged(25, new PortEffect.Free());
    assertThat(paths.choose("gmail", DIRECT)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void believesItsOwnConnectionsMoreThanTheControlsUnlessSomebodyElseAnswers() {
    paths.take("gmail", DIRECT).opened();
    Instant next = paths.clock.instant().plus(Duration.ofMinutes(5));
    paths.health.judged(
        25, new PortEffect.Blocked("dropped at the controls", false, paths.clock.instant(), next));
    assertThat(paths.choose("gmail", DIRECT)).isInstanceOf(Choice.Take.class);

    paths.health.judged(
        25, new PortEffect.Blocked("intercepted", true, paths.clock.instant(), next));
    assertThat(paths.choose("yahoo", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
  }
}
