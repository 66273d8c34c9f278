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
    "UNKNOWN,   OPEN, BLOCKED,   SUSPECT,   UNKNOWN,   UNKNOWN",
    "OPEN,      OPEN, SUSPECT,   SUSPECT,   OPEN,      OPEN",
    "SUSPECT,   OPEN, SUSPECT,   SUSPECT,   SUSPECT,   SUSPECT",
    "BLOCKED,   OPEN, BLOCKED,   BLOCKED,   BLOCKED,   BLOCKED",
    "HALF_OPEN, OPEN, HALF_OPEN, HALF_OPEN, HALF_OPEN, BLOCKED"
  })
  void followsTheTable(
      PathState from,
      PathState opened,
      PathState failed,
      PathState unclear,
      PathState good,
      PathState bad) {
    PathCondition condition = in(from);

    assertThat(condition.opened(NOW, SETTINGS).state()).isEqualTo(opened);
    assertThat(failed(condition, true).state()).isEqualTo(failed);
    assertThat(failed(condition, false).state()).isEqualTo(unclear);
    assertThat(condition.goodLook(NOW, SETTINGS).state()).isEqualTo(good);
    assertThat(condition.badLook(NOW, "connect-timeout", SETTINGS).state()).isEqualTo(bad);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNKNOWN", "OPEN"})
  void looksOnlyAtWhatWasLeft(PathState state) {
    assertThatIllegalStateException().isThrownBy(() -> in(state).looking(NOW));
    assertThat(in(SUSPECT).looking(NOW).state()).isEqualTo(HALF_OPEN);
    assertThat(in(BLOCKED).looking(NOW).state()).isEqualTo(HALF_OPEN);
  }

  @Test
  void opensABlockedPathByTwoGoodLooksAndASuspectOneByOne() {
    PathCondition once = in(HALF_OPEN).goodLook(NOW, SETTINGS);

    assertThat(once.until()).isEqualTo(NOW.plus(SETTINGS.confirm()));
    assertThat(once.looking(NOW).goodLook(NOW, SETTINGS).state()).isEqualTo(OPEN);
    assertThat(in(SUSPECT).looking(NOW).goodLook(NOW, SETTINGS).state()).isEqualTo(OPEN);
  }

  @Test
  void leavesABlockedPathAloneTwiceAsLongAfterEachBadLookUpToTheLongest() {
    PathCondition condition = failed(in(UNKNOWN), true);
    Instant now = NOW;
    for (int minutes : new int[] {5, 10, 20, 40, 60, 60}) {
      assertThat(Duration.between(now, condition.until())).hasMinutes(minutes);
      assertThat(condition.since()).isEqualTo(NOW);
      now = condition.until();
      condition = condition.looking(now).badLook(now, "connect-timeout", SETTINGS);
    }
  }

  @Test
  void looksAtASuspectSoonAndBlocksItIfThatIsBad() {
    PathCondition suspect = failed(in(OPEN), true);

    assertThat(suspect.until()).isEqualTo(NOW.plus(SETTINGS.suspectFor()));
    PathCondition blocked =
        suspect.looking(NOW).badLook(suspect.until(), "connect-timeout", SETTINGS);
    assertThat(blocked.until()).isEqualTo(suspect.until().plus(SETTINGS.firstBlock()));
    assertThat(blocked.since()).isEqualTo(NOW);
  }

  @Test
  void blocksAtOnceWhereNoSuspicionIsWanted() {
    HealthSettings strict =
        new HealthSettings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMinutes(5),
            Duration.ofMinutes(1));

    PathCondition left = in(OPEN).failed(NOW, "connect-refused", "mx.test", true, strict);

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

  private static PathCondition failed(PathCondition condition, boolean isClear) {
    return condition.failed(NOW, "connect-timeout", "mx.test", isClear, SETTINGS);
  }

  private static PathCondition in(PathState state) {
    PathCondition unknown = PathCondition.unknown(START);
    return switch (state) {
      case UNKNOWN -> unknown;
      case OPEN -> unknown.opened(START, SETTINGS);
      case SUSPECT -> failed(unknown.opened(START, SETTINGS), true);
      case BLOCKED -> failed(unknown, true);
      case HALF_OPEN -> failed(unknown, true).looking(NOW);
    };
  }
}
