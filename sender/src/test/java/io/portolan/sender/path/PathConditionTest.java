package io.portolan.sender.path;

import static io.portolan.core.path.PathState.BLOCKED;
import static io.portolan.core.path.PathState.HALF_OPEN;
import static io.portolan.core.path.PathState.OPEN;
import static io.portolan.core.path.PathState.SUSPECT;
import static io.portolan.core.path.PathState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.portolan.core.path.PathState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PathConditionTest {
  private static final Instant START = Instant.parse("2026-11-24T09:14:07Z");
  private static final Instant NOW = START.plusSeconds(100);
  private static final HealthSettings SETTINGS = HealthSettings.DEFAULT;

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN,   OPEN, BLOCKED, SUSPECT, UNKNOWN",
    "OPEN,      OPEN, SUSPECT, SUSPECT, OPEN",
    "SUSPECT,   OPEN, SUSPECT, SUSPECT, SUSPECT",
    "BLOCKED,   OPEN, BLOCKED, BLOCKED, BLOCKED",
    "HALF_OPEN, OPEN, BLOCKED, BLOCKED, BLOCKED"
  })
  void followsTheTable(
      PathState from, PathState opened, PathState failed, PathState unclear, PathState abandoned) {
    PathCondition condition = in(from);

    assertThat(condition.opened(NOW, SETTINGS).state()).isEqualTo(opened);
    assertThat(condition.failed(NOW, "connect-timeout", true, SETTINGS).state()).isEqualTo(failed);
    assertThat(condition.failed(NOW, "closed", false, SETTINGS).state()).isEqualTo(unclear);
    assertThat(condition.abandoned(NOW).state()).isEqualTo(abandoned);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNKNOWN", "OPEN", "HALF_OPEN"})
  void triesAgainOnlyWhatWasLeft(PathState state) {
    assertThatIllegalStateException().isThrownBy(() -> in(state).probing());
    assertThat(in(SUSPECT).probing().state()).isEqualTo(HALF_OPEN);
    assertThat(in(BLOCKED).probing().state()).isEqualTo(HALF_OPEN);
  }

  @Test
  void leavesABlockedPathAloneTwiceAsLongAfterEachFailedTrialUpToTheLongest() {
    PathCondition condition = in(UNKNOWN).failed(START, "connect-timeout", true, SETTINGS);
    Instant now = START;
    for (int minutes : new int[] {5, 10, 20, 40, 60, 60}) {
      assertThat(Duration.between(now, condition.until())).hasMinutes(minutes);
      assertThat(condition.since()).isEqualTo(START);
      now = condition.until();
      condition = condition.probing().failed(now, "connect-timeout", true, SETTINGS);
    }
  }

  @Test
  void triesASuspectAgainSoonAndBlocksItIfThatFails() {
    PathCondition suspect = in(OPEN).failed(NOW, "connect-timeout", true, SETTINGS);

    assertThat(suspect.until()).isEqualTo(NOW.plus(SETTINGS.suspectFor()));
    PathCondition blocked =
        suspect.probing().failed(suspect.until(), "connect-timeout", true, SETTINGS);
    assertThat(blocked.until()).isEqualTo(suspect.until().plus(SETTINGS.firstBlock()));
    assertThat(blocked.since()).isEqualTo(NOW);
  }

  @Test
  void blocksAtOnceWhereNoSuspicionIsWanted() {
    HealthSettings strict =
        new HealthSettings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMinutes(5),
            Duration.ofMinutes(1));

    PathCondition left = in(OPEN).failed(NOW, "connect-refused", true, strict);

    assertThat(left.state()).isEqualTo(BLOCKED);
    assertThat(left.until()).isEqualTo(NOW.plusSeconds(2));
  }

  @Test
  void rampsOnlyAfterTrouble() {
    assertThat(in(UNKNOWN).opened(NOW, SETTINGS).isRamping(NOW)).isFalse();
    PathCondition reopened = in(HALF_OPEN).opened(NOW, SETTINGS);
    assertThat(reopened.isRamping(NOW)).isTrue();
    assertThat(reopened.isRamping(NOW.plus(SETTINGS.rampFor()))).isFalse();
  }

  @Test
  void isDueSoonWhenATrialWasAbandoned() {
    assertThat(in(HALF_OPEN).abandoned(NOW).until()).isEqualTo(NOW.plusSeconds(1));
  }

  private static PathCondition in(PathState state) {
    PathCondition unknown = PathCondition.unknown(START);
    PathCondition open = unknown.opened(START, SETTINGS);
    PathCondition blocked = unknown.failed(START, "connect-timeout", true, SETTINGS);
    return switch (state) {
      case UNKNOWN -> unknown;
      case OPEN -> open;
      case SUSPECT -> open.failed(START, "connect-timeout", true, SETTINGS);
      case BLOCKED -> blocked;
      case HALF_OPEN -> blocked.probing();
    };
  }
}
