package io.portolan.sender.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.StoredVerdict;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.probe.PortVerdict;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerdictRuleTest {
  private static final Instant START = Instant.parse("2026-11-24T09:14:07Z");
  private static final Duration EVERY = Duration.ofMinutes(30);

  private final VerdictRule rule = new VerdictRule(HealthSettings.DEFAULT, EVERY);
  private StoredVerdict known =
      new StoredVerdict(25, "unknown", START, "", "unknown", 0, Instant.EPOCH, START, "[]", "n");

  @Test
  void needsTwoRoundsThatAgree() {
    round(PortVerdict.PORT_BLOCKED);
    assertThat(known.verdict()).isEqualTo("unknown");
    assertThat(pause()).isEqualTo(HealthSettings.DEFAULT.confirm());

    round(PortVerdict.PORT_BLOCKED);

    assertThat(known.verdict()).isEqualTo("port-blocked");
    assertThat(known.since()).isEqualTo(known.lookedAt());
  }

  @Test
  void isNotMovedByOneBadRound() {
    round(PortVerdict.OPEN);
    round(PortVerdict.OPEN);
    round(PortVerdict.PORT_BLOCKED);
    round(PortVerdict.OPEN);
    round(PortVerdict.PORT_BLOCKED);

    assertThat(known.verdict()).isEqualTo("open");
  }

  @Test
  void isNotMovedByRoundsThatTellNothing() {
    round(PortVerdict.PORT_BLOCKED);
    round(PortVerdict.INCONCLUSIVE);
    round(PortVerdict.PORT_BLOCKED);

    assertThat(known.verdict()).isEqualTo("unknown");
  }

  @Test
  void looksAtABlockedPortAtFiveTenTwentyUpToSixtyMinutes() {
    round(PortVerdict.PORT_BLOCKED);
    for (int minutes : new int[] {5, 10, 20, 40, 60, 60}) {
      round(PortVerdict.PORT_BLOCKED);
      assertThat(pause()).hasMinutes(minutes);
    }
    Instant since = known.since();

    round(PortVerdict.OPEN);
    assertThat(known.since()).isEqualTo(since);
    assertThat(pause()).isEqualTo(HealthSettings.DEFAULT.confirm());
    round(PortVerdict.OPEN);

    assertThat(known.verdict()).isEqualTo("open");
    assertThat(pause()).isEqualTo(EVERY);
  }

  @Test
  void doesNotHurryWhereARoundConfirmsWhatIsKnown() {
    round(PortVerdict.OPEN);
    round(PortVerdict.OPEN);
    round(PortVerdict.INCONCLUSIVE);
    round(PortVerdict.OPEN);

    assertThat(pause()).isEqualTo(EVERY);
  }

  private Duration pause() {
    return Duration.between(known.lookedAt(), known.nextLook());
  }

  private void round(PortVerdict verdict) {
    known = rule.after(known, verdict, "words", "[]", known.nextLook());
  }
}
