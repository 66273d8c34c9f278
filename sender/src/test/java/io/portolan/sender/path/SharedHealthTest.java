package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.path.PathState;
import io.portolan.core.path.PathTransition;
import io.portolan.core.policy.Path;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two nodes of one network over one PostgreSQL. */
class SharedHealthTest {
  private static final HealthKey SES = new HealthKey(SES_587, "");

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final PathHealthStore store = new PathHealthStore(postgres.database(), "here");
  private final Node a = new Node("a");
  private final Node b = new Node("b");

  private final class Node {
    final PathHealth health;
    final SharedHealth shared;

    Node(String name) {
      health = new PathHealth(HealthSettings.DEFAULT, clock, name);
      shared = new SharedHealth(health, store);
    }

    PathLease take(Path path, String target) {
      return switch (health.ask(path, target, Optional.empty())) {
        case PathHealth.Answer.Granted granted -> granted.lease();
        case PathHealth.Answer other -> throw new AssertionError(other.toString());
      };
    }

    boolean isShut(Path path, String target) {
      return health.ask(path, target, Optional.empty()) instanceof PathHealth.Answer.Shut;
    }

    void fail(Path path, String target) {
      take(path, target).failed(Phase.CONNECT, "connect-timeout", target + ".mx.test");
      shared.flush();
    }
  }

  @Test
  void oneNodesBlockCostsTheOthersNothing() {
    a.fail(SES_587, "");

    b.shared.learn();

    assertThat(b.isShut(SES_587, "")).isTrue();
    assertThat(a.health.snapshot()).isEqualTo(b.health.snapshot());
  }

  @Test
  void aBlockedPortIsKnownAsAWholeWithTheHostsToLookAt() {
    a.fail(DIRECT, "gmail");
    a.fail(DIRECT, "yahoo");
    b.shared.learn();

    assertThat(b.isShut(DIRECT, "orange")).isTrue();
    clock.advance(Duration.ofMinutes(5));
    assertThat(b.health.dueLooks()).containsExactly(HealthKey.whole(25));
    assertThat(b.health.beginLook(HealthKey.whole(25), b.health.lookLimit()))
        .containsExactlyInAnyOrder("gmail.mx.test", "yahoo.mx.test");
  }

  @Test
  void oneNodesGoodLooksReopenItForAll() {
    a.fail(SES_587, "");
    b.shared.learn();
    clock.advance(Duration.ofMinutes(5));
    for (int looks = 0; looks < 2; looks++) {
      assertThat(b.health.beginLook(SES, b.health.lookLimit())).isNotEmpty();
      b.health.goodLook(SES);
      clock.advance(HealthSettings.DEFAULT.confirm());
    }
    b.shared.flush();

    a.shared.learn();

    assertThat(a.isShut(SES_587, "")).isFalse();
    assertThat(history()).containsExactly("half-open open", "blocked half-open", "unknown blocked");
  }

  @Test
  void whatANodeHasJustSeenItselfIsNotOverruledByWhatAnotherSawBefore() {
    a.fail(SES_587, "");
    PathLease lease = b.take(SES_587, "");
    lease.opened();

    b.shared.learn();

    assertThat(b.isShut(SES_587, "")).isFalse();
    b.shared.flush();
    a.shared.learn();
    assertThat(a.isShut(SES_587, "")).isFalse();
  }

  @Test
  void theSameIsLearnedOnce() {
    a.fail(SES_587, "");
    PathLease underWay = b.take(SES_587, "");
    b.shared.learn();
    underWay.opened();
    b.shared.flush();

    b.shared.learn();

    assertThat(b.isShut(SES_587, "")).isFalse();
  }

  @Test
  void aNodeThatStartsKnowsWhatWasFoundOutBefore() {
    a.fail(SES_587, "");
    Node late = new Node("a");

    late.shared.start();

    assertThat(late.isShut(SES_587, "")).isTrue();
    late.shared.close();
  }

  @Test
  void storesAgainWhatIsLeftAndNotStoredAnyMore() {
    a.fail(DIRECT, "other/dead.test");
    HealthKey dead = new HealthKey(DIRECT, "other/dead.test");
    store.expire(Instant.now().plus(Duration.ofDays(1)));
    assertThat(store.find(dead)).isEmpty();

    a.health.refusedLook(dead, store.find(dead));
    a.shared.flush();

    assertThat(store.find(dead))
        .get()
        .extracting(each -> each.state())
        .isEqualTo(PathState.BLOCKED);
  }

  @Test
  void takesOverWhatItMissedWhenALookIsNotItsOwnToTake() {
    a.fail(SES_587, "");
    b.shared.learn();
    a.health.beginLook(SES, a.health.lookLimit());
    a.health.goodLook(SES);
    a.health.beginLook(SES, a.health.lookLimit());
    a.health.goodLook(SES);
    a.shared.flush();

    b.health.refusedLook(SES, store.find(SES));

    assertThat(b.isShut(SES_587, "")).isFalse();
  }

  @Test
  void keepsSilentAboutTheManyDomainsThatAnswer() {
    a.take(DIRECT, "other/one.test").opened();
    a.take(DIRECT, "gmail").opened();
    a.shared.flush();

    assertThat(store.all())
        .extracting(health -> health.key().target())
        .containsExactlyInAnyOrder("", "gmail");
    assertThat(store.all()).extracting(health -> health.state()).containsOnly(PathState.OPEN);
  }

  private List<String> history() {
    return store
        .history(
            new PathHealthStore.Filter(Optional.of("ses"), Optional.empty(), Optional.empty()),
            Long.MAX_VALUE,
            10)
        .items()
        .stream()
        .map((PathTransition each) -> each.from().id() + " " + each.to().id())
        .toList();
  }
}
