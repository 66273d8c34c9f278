package io.portolan.core.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.Page;
import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.path.PathHealthStore.Filter;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PathHealthStoreTest {
  private static final HealthKey SES = key("ses", 587, "");
  private static final HealthKey YAHOO = key("direct", 25, "yahoo");
  private static final Filter ALL =
      new Filter(Optional.empty(), Optional.empty(), Optional.empty());

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final Instant now = clock.instant();
  private final PathHealthStore store = new PathHealthStore(postgres.database(), "here");

  @Test
  void keepsTheLatestOfEachPathAndEveryTransition() {
    store.store(
        List.of(health(SES, PathState.SUSPECT), health(YAHOO, PathState.OPEN)),
        List.of(transition(SES, PathState.OPEN, PathState.SUSPECT)));
    store.store(
        List.of(health(SES, PathState.BLOCKED)),
        List.of(transition(SES, PathState.SUSPECT, PathState.BLOCKED)));

    assertThat(store.all())
        .containsExactlyInAnyOrder(health(SES, PathState.BLOCKED), health(YAHOO, PathState.OPEN));
    assertThat(store.changedWithin(Duration.ofMinutes(1))).hasSize(2);
    assertThat(store.history(ALL, Long.MAX_VALUE, 10).items())
        .extracting(PathTransition::from, PathTransition::to)
        .containsExactly(
            tuple(PathState.SUSPECT, PathState.BLOCKED), tuple(PathState.OPEN, PathState.SUSPECT));
  }

  @Test
  void showsTheHistoryOfOnePathPageByPage() {
    for (PathState state : List.of(PathState.OPEN, PathState.SUSPECT, PathState.BLOCKED)) {
      store.store(List.of(), List.of(transition(SES, PathState.UNKNOWN, state)));
      store.store(List.of(), List.of(transition(YAHOO, PathState.UNKNOWN, state)));
    }
    Filter ses = new Filter(Optional.of("ses"), Optional.of(587), Optional.of(""));

    Page<PathTransition> page = store.history(ses, Long.MAX_VALUE, 2);

    assertThat(page.items())
        .extracting(PathTransition::to)
        .containsExactly(PathState.BLOCKED, PathState.SUSPECT);
    assertThat(store.history(ses, page.items().getLast().id(), 2).items())
        .extracting(PathTransition::to)
        .containsExactly(PathState.OPEN);
  }

  @Test
  void givesADueLookToOneNodeOnly() throws Exception {
    store.store(List.of(health(SES, PathState.BLOCKED)), List.of());
    assertThat(store.claimLook(SES, now, now.plusSeconds(90), "early")).isFalse();
    Instant due = now.plus(Duration.ofMinutes(5));
    List<Future<Boolean>> claims = new ArrayList<>();
    try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        String node = "node" + i;
        claims.add(nodes.submit(() -> store.claimLook(SES, due, due.plusSeconds(90), node)));
      }
    }

    long won = 0;
    for (Future<Boolean> claim : claims) {
      won += claim.get() ? 1 : 0;
    }
    assertThat(won).isEqualTo(1);
    assertThat(store.all().getFirst().state()).isEqualTo(PathState.HALF_OPEN);
  }

  @Test
  void givesALookOnWhenItsNodeDoesNotComeBack() {
    store.store(List.of(health(SES, PathState.BLOCKED)), List.of());
    Instant due = now.plus(Duration.ofMinutes(5));
    assertThat(store.claimLook(SES, due, due.plusSeconds(90), "dead")).isTrue();

    assertThat(store.claimLook(SES, due.plusSeconds(89), due.plusSeconds(180), "heir")).isFalse();
    assertThat(store.claimLook(SES, due.plusSeconds(90), due.plusSeconds(180), "heir")).isTrue();
  }

  @Test
  void keepsNetworksApart() {
    store.store(
        List.of(health(SES, PathState.BLOCKED)),
        List.of(transition(SES, PathState.OPEN, PathState.BLOCKED)));

    PathHealthStore elsewhere = new PathHealthStore(postgres.database(), "elsewhere");

    assertThat(elsewhere.all()).isEmpty();
    assertThat(elsewhere.history(ALL, Long.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void forgetsOldTransitions() {
    store.store(List.of(), List.of(transition(SES, PathState.OPEN, PathState.BLOCKED)));

    store.expire(now.plusSeconds(1));

    assertThat(store.history(ALL, Long.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void keepsTheTransitionsThatSayHowAPathStands() {
    watch("here");
    store.store(List.of(health(SES, PathState.BLOCKED)), List.of());
    Instant start = now.minus(Duration.ofDays(60));
    append(start, PathState.UNKNOWN, PathState.OPEN);
    append(start.plusSeconds(1), PathState.OPEN, PathState.SUSPECT);
    append(start.plusSeconds(2), PathState.SUSPECT, PathState.HALF_OPEN);
    append(start.plusSeconds(3), PathState.HALF_OPEN, PathState.BLOCKED);

    store.expire(now.minus(Duration.ofDays(30)));

    assertThat(store.history(ALL, Long.MAX_VALUE, 10).items())
        .as("it was open once, and has been blocked since")
        .extracting(PathTransition::from, PathTransition::to)
        .containsExactly(
            tuple(PathState.HALF_OPEN, PathState.BLOCKED),
            tuple(PathState.OPEN, PathState.SUSPECT));
  }

  @Test
  void forgetsPathsOfANetworkThatNobodyWatches() {
    watch("here");
    PathHealthStore left = new PathHealthStore(postgres.database(), "left");
    store.store(List.of(health(SES, PathState.OPEN)), List.of());
    left.store(List.of(health(SES, PathState.OPEN)), List.of());
    postgres.execute(
        "UPDATE path_health SET changed_at = ?",
        now.minus(Duration.ofDays(60)).atOffset(ZoneOffset.UTC));

    store.expire(now.minus(Duration.ofDays(30)));

    assertThat(store.all()).hasSize(1);
    assertThat(left.all()).isEmpty();
  }

  private void watch(String network) {
    new PortVerdictStore(postgres.database(), network).ensure(Set.of(587), now, now);
  }

  private void append(Instant at, PathState from, PathState to) {
    store.store(
        List.of(),
        List.of(new PathTransition(0, at, SES, from, to, PathTransition.Cause.MAIL, "", "", "n1")));
  }

  private StoredHealth health(HealthKey key, PathState state) {
    return new StoredHealth(
        key, state, now, now.plus(Duration.ofMinutes(5)), 1, 0, "mx.test", "connect-timeout", "n1");
  }

  private PathTransition transition(HealthKey key, PathState from, PathState to) {
    return new PathTransition(
        0, now, key, from, to, PathTransition.Cause.MAIL, "mx.test", "connect-timeout", "n1");
  }

  private static HealthKey key(String route, int port, String target) {
    return new HealthKey(new Path(route, port, TlsMode.STARTTLS), target);
  }
}
