package io.portolan.core.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PortVerdictStoreTest {
  private static final Set<Integer> PORTS = Set.of(25, 587);

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final Instant now = clock.instant();
  private final PortVerdictStore store = new PortVerdictStore(postgres.database(), "here");

  @Test
  void givesEachRoundThatIsDueToOneNode() {
    store.ensure(PORTS, now, now);
    store.ensure(PORTS, now, now.plusSeconds(99));

    Optional<StoredVerdict> first = claim(now, "a");
    Optional<StoredVerdict> second = claim(now, "b");

    assertThat(List.of(first.orElseThrow().port(), second.orElseThrow().port()))
        .containsExactlyInAnyOrder(25, 587);
    assertThat(first.orElseThrow().verdict()).isEqualTo(StoredVerdict.UNKNOWN);
    assertThat(claim(now, "c")).isEmpty();
    assertThat(claim(now.plusSeconds(90), "c")).as("given on").isPresent();
  }

  @Test
  void keepsWhatARoundCameToAndEachChange() {
    store.ensure(Set.of(25), now, now);
    StoredVerdict before = claim(now, "a").orElseThrow();

    assertThat(store.finish(verdict(before, "port-blocked"), before.verdict())).isTrue();
    assertThat(store.finish(verdict(before, "port-blocked"), "port-blocked")).isTrue();

    assertThat(store.all()).extracting(StoredVerdict::verdict).containsExactly("port-blocked");
    assertThat(store.changes(Optional.of(25), Long.MAX_VALUE, 10).items())
        .extracting(VerdictChange::from, VerdictChange::to)
        .containsExactly(tuple("unknown", "port-blocked"));
  }

  @Test
  void keepsNothingOfANodeWhoseRoundAnotherHasTaken() {
    store.ensure(Set.of(25), now, now);
    StoredVerdict slow = claim(now, "slow").orElseThrow();
    assertThat(claim(now.plusSeconds(90), "heir")).isPresent();

    assertThat(store.finish(verdict(slow, "open"), slow.verdict())).isFalse();

    assertThat(store.changes(Optional.empty(), Long.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void hastensARoundUnlessOneWasJustNow() {
    store.ensure(Set.of(25), now, now);
    StoredVerdict before = claim(now, "a").orElseThrow();
    store.finish(verdict(before, "open"), before.verdict());

    store.hasten(25, now.plusSeconds(30), now.minusSeconds(30));
    assertThat(claim(now.plusSeconds(30), "a")).isEmpty();
    store.hasten(25, now.plusSeconds(61), now.plusSeconds(1));
    assertThat(claim(now.plusSeconds(61), "a")).isPresent();
  }

  @Test
  void hastensNoRoundThatIsUnderWay() {
    store.ensure(Set.of(25), now, now);
    assertThat(claim(now, "slow")).isPresent();

    store.hasten(25, now.plusSeconds(20), now.minusSeconds(40));

    assertThat(claim(now.plusSeconds(20), "eager")).isEmpty();
  }

  @Test
  void keepsTheChangeThatSaysHowAPortStandsAndForgetsWhatNobodyWatches() {
    PortVerdictStore left = new PortVerdictStore(postgres.database(), "left");
    Instant longAgo = now.minus(Duration.ofDays(60));
    for (PortVerdictStore each : List.of(store, left)) {
      each.ensure(Set.of(25), longAgo, longAgo);
      StoredVerdict before = each.claim(PORTS, longAgo, longAgo, "a").orElseThrow();
      each.finish(at(longAgo, verdict(before, "open")), StoredVerdict.UNKNOWN);
      each.finish(at(longAgo.plusSeconds(60), verdict(before, "port-blocked")), "open");
    }
    store.ensure(Set.of(25), now, now);

    store.expire(now.minus(Duration.ofDays(30)));

    assertThat(store.changes(Optional.empty(), Long.MAX_VALUE, 10).items())
        .as("blocked for two months")
        .extracting(VerdictChange::to)
        .containsExactly("port-blocked");
    assertThat(store.all()).extracting(StoredVerdict::verdict).containsExactly("port-blocked");
    assertThat(left.all()).isEmpty();
    assertThat(left.changes(Optional.empty(), Long.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void callsAVerdictStaleWhenItsRoundIsLongOverdue() {
    store.ensure(Set.of(25), now, now);
    StoredVerdict verdict = store.all().getFirst();

    assertThat(verdict.isStale(now.plus(StoredVerdict.STALE_AFTER))).isFalse();
    assertThat(verdict.isStale(now.plus(StoredVerdict.STALE_AFTER).plusSeconds(1))).isTrue();
  }

  private static StoredVerdict at(Instant time, StoredVerdict verdict) {
    return new StoredVerdict(
        verdict.port(),
        verdict.verdict(),
        time,
        verdict.words(),
        verdict.latest(),
        verdict.rounds(),
        time,
        time.plus(Duration.ofMinutes(30)),
        verdict.looks(),
        verdict.node());
  }

  private Optional<StoredVerdict> claim(Instant at, String node) {
    return store.claim(PORTS, at, at.plusSeconds(90), node);
  }

  private StoredVerdict verdict(StoredVerdict before, String verdict) {
    return new StoredVerdict(
        before.port(),
        verdict,
        now,
        "words",
        verdict,
        2,
        now,
        now.plus(Duration.ofMinutes(30)),
        "[]",
        before.node());
  }
}
