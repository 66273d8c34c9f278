package io.portolan.sender.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.mailbox.Unreadable.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreadableTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final List<String> told = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-29T10:00:00Z");
  private final Unreadable unreadable =
      new Unreadable(MINUTE, () -> now, (name, words) -> told.add(name + ": " + words));

  @Test
  void setsNothingAsideWhileNoMailIsReadAtAll() {
    for (int tries = 0; tries < 100; tries++) {
      unreadable.failed("UID 1", "NO", Stage.UNREAD);
      now = now.plus(Duration.ofDays(1));
    }
    assertThat(unreadable.isSetAside("UID 1")).isFalse();

    unreadable.read();
    unreadable.failed("UID 1", "NO", Stage.UNREAD);

    assertThat(unreadable.isSetAside("UID 1")).isTrue();
    assertThat(told).containsExactly("UID 1: NO");
  }

  @Test
  void remembersNoMoreThanSoManyMailsBehindOneThatIsNotRead() {
    unreadable.failed("UID 1", "NO", Stage.UNREAD);
    for (long uid = 2; uid <= 10_000; uid++) {
      unreadable.ahead(uid);
    }
    assertThat(unreadable.isSetAside("UID 1")).isFalse();

    unreadable.ahead(10_001);

    assertThat(unreadable.isSetAside("UID 1")).as("so that the progress goes past it").isTrue();
    assertThat(told).containsExactly("UID 1: NO");
    unreadable.reached(10_001);
    assertThat(unreadable.isAhead(10_001)).isFalse();
  }

  @Test
  void readsAgainWithPausesThatDouble() {
    unreadable.failed("UID 1", "NO", Stage.UNREAD);
    now = now.plus(MINUTE);
    assertThat(unreadable.isDue("UID 1")).isFalse();
    now = now.plus(MINUTE);
    assertThat(unreadable.isDue("UID 1")).isTrue();

    unreadable.settled("UID 1");

    assertThat(unreadable.words()).isEmpty();
  }
}
