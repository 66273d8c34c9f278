package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.pace.WarmUp;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyComparisonTest {
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path SES = new Path("ses", 587, TlsMode.STARTTLS);
  private static final PolicyRule ANY = PolicyRule.of(PolicyRule.ANY, DIRECT);

  @Test
  void namesTheRowAndWhatChangesOfIt() {
    PolicyRule before = PolicyRule.of("yahoo", DIRECT).withLimits(rate(20));
    PolicyRule after =
        PolicyRule.of("yahoo", SES, DIRECT)
            .withLimits(rate(10))
            .withRetry(
                new RetryPart(
                    List.of(Duration.ofMinutes(15), Duration.ofHours(1)),
                    Optional.of(Duration.ofDays(2))));

    assertThat(words(List.of(ANY, before), List.of(ANY, after)))
        .containsExactly(
            "yahoo: paths direct:25 -> ses:587 before direct:25; rate 20/s -> 10/s;"
                + " retry after inherited -> 15m, 1h; lifetime inherited -> 2d");
  }

  @Test
  void saysWhoseLimitsTheyAreAndHowAPathWarmsUp() {
    PolicyRule before = PolicyRule.of("yahoo", SES);
    PolicyRule after =
        before
            .withPaths(
                PolicyPath.of(SES)
                    .withWarmUp(
                        new WarmUp(LocalDate.parse("2026-11-20"), WarmUp.Scheme.CLASSIC.steps())))
            .withLimits(
                new LimitsPart(
                    Optional.of(5),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(Limits.Scope.NODE)));

    assertThat(words(List.of(ANY, before), List.of(ANY, after)))
        .containsExactly(
            "yahoo: paths ses:587 -> ses:587 (warms up by classic since 2026-11-20);"
                + " connections inherited -> 5; limits of inherited -> each node");
  }

  @Test
  void saysWhatIsNewAndWhatIsGone() {
    PolicyRule gmail = PolicyRule.of("gmail", SES).withNote("warm-up");
    PolicyRule gmx = PolicyRule.of("gmx");

    assertThat(words(List.of(ANY, gmx), List.of(gmail, ANY)))
        .containsExactly(
            "gmail: new row; paths inherited -> ses:587; note none -> \"warm-up\"",
            "gmx: row removed; it inherits all");
  }

  @Test
  void namesTheTlsModeWhereThatIsAllThatChanges() {
    PolicyRule verified =
        PolicyRule.of(PolicyRule.ANY, new Path(Path.DIRECT, 25, TlsMode.STARTTLS));

    assertThat(words(List.of(ANY), List.of(verified)))
        .containsExactly("*: paths direct:25 opportunistic -> direct:25 starttls");
  }

  @Test
  void putsEveryOptionOfAPathIntoWords() {
    PolicyRule before = PolicyRule.of("yahoo", SES, DIRECT);
    PolicyRule after =
        before
            .withPaths(
                PolicyPath.of(SES)
                    .withMinTls(TlsVersion.TLS_1_3)
                    .withShare(30)
                    .withCap(new PolicyPath.Cap(500, PolicyPath.Span.HOUR)),
                PolicyPath.of(DIRECT).withSources("192.0.2.1", "192.0.2.2"))
            .withPauses(
                new PauseRule("4.7.28", Duration.ofMinutes(10), PauseRule.Scope.PLATFORM),
                new PauseRule("/slow down/", Duration.ofHours(1), PauseRule.Scope.PATH))
            .withLimits(
                new LimitsPart(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(60)));

    assertThat(words(List.of(ANY, before), List.of(ANY, after)))
        .containsExactly(
            "yahoo: paths ses:587 before direct:25 -> ses:587 (TLSv1.3 at least, 30 %, at most"
                + " 500/h) before direct:25 (from 192.0.2.1 or 192.0.2.2); pauses inherited ->"
                + " 4.7.28 for 10m, /slow down/ for 1h (path); connections a minute inherited ->"
                + " 60");
  }

  @Test
  void saysNothingOfRowsInAnotherOrder() {
    PolicyRule gmail = PolicyRule.of("gmail", SES);

    assertThat(words(List.of(ANY, gmail), List.of(gmail, ANY))).isEmpty();
  }

  private static List<String> words(List<PolicyRule> before, List<PolicyRule> after) {
    return PolicyComparison.words(new PortPolicy(before), new PortPolicy(after));
  }

  private static LimitsPart rate(double perSecond) {
    return new LimitsPart(Optional.empty(), Optional.empty(), Optional.of(perSecond));
  }
}
