package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a path is looked at, and what a look that finds no host means. */
class DueLooksTest {
  private static final String TIMEOUT = "connect-timeout";
  private static final HealthKey SES = new HealthKey(SES_587, "");
  private static final HealthKey YAHOO = new HealthKey(DIRECT, "yahoo");

  private final TestPaths paths = new TestPaths();

  @Test
  void looksNowAndThenAtAPathThatNoMailAsksFor() {
    fail("gmail", SES);

    paths.clock.advance(Duration.ofMinutes(64));
    assertThat(paths.health.dueLooks()).isEmpty();
    paths.clock.advance(Duration.ofMinutes(1));

    assertThat(paths.health.dueLooks()).containsExactly(SES);
  }

  @Test
  void leavesSmallDomainsAloneThatNoMailAsksFor() {
    HealthKey small = new HealthKey(DIRECT, "other/small.test");
    fail("other/small.test", small);

    paths.clock.advance(Duration.ofDays(1));

    assertThat(paths.health.dueLooks()).isEmpty();
  }

  @Test
  void looksFirstWhereMuchMailWaits() {
    for (int i = 0; i < 10; i++) {
      fail("other/d" + i + ".test", new HealthKey(DIRECT, "other/d" + i + ".test"));
    }
    fail("gmail", SES);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.choose("gmail", SES_587);
    for (int i = 0; i < 10; i++) {
      paths.choose("other/d" + i + ".test", DIRECT);
    }

    assertThat(paths.health.dueLooks()).hasSize(11).first().isEqualTo(SES);
  }

  @Test
  void keepsLeavingARelayWhoseNameIsGone() {
    fail("gmail", SES);
    paths.choose("gmail", SES_587);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.health.beginLook(SES, paths.health.lookLimit());

    paths.health.goneLook(SES);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.choose("gmail", SES_587, TestPaths.SES_465)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void tellsSinceWhenAPlatformDoesNotAnswerHoweverOftenItIsTriedElsewhere() {
    fail("yahoo", YAHOO);
    Instant begin = paths.status(DIRECT, "yahoo").since();
    for (int look = 0; look < 3; look++) {
      paths.choose("yahoo", DIRECT);
      paths.clock.advance(Duration.ofMinutes(60));
      paths.look(DIRECT, "yahoo", false);
    }
    assertThat(paths.status(DIRECT, "yahoo").state()).isEqualTo(PathState.UNKNOWN);

    fail("yahoo", YAHOO);

    PathStatus status = paths.status(DIRECT, "yahoo");
    assertThat(status.since()).isEqualTo(begin);
    assertThat(status.nextTry()).hasValue(paths.clock.instant().plus(Duration.ofMinutes(40)));
  }

  @Test
  void letsPlatformsDialWhileSmallDomainsTakeTheirTime() {
    paths.take("gmail", DIRECT).opened();
    for (int i = 0; i < 4; i++) {
      paths.take("other/dead" + i + ".test", DIRECT);
    }
    assertThat(paths.choose("other/dead4.test", DIRECT)).isInstanceOf(Choice.Wait.class);

    assertThat(paths.choose("gmail", DIRECT)).isInstanceOf(Choice.Take.class);
  }

  private void fail(String target, HealthKey key) {
    paths.take(target, key.path()).failed(Phase.CONNECT, TIMEOUT, "mx." + target + ".test");
  }
}
