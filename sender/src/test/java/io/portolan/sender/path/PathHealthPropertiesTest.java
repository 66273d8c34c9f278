package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.HealthKey;
import io.portolan.core.policy.Path;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A dead path costs a handful of connects, whoever asks and in whatever order things happen. */
class PathHealthPropertiesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private enum Kind {
    ASK,
    FAIL,
    ABANDON,
    PASS
  }

  /**
   * Something that happens: a session wants a path, an opening fails, or time passes.
   *
   * @param which of the platforms that ask, or of the openings under way; modulo their number
   */
  record Event(Kind kind, int which) {}

  @Property(tries = 200)
  void aDeadRelayPathCostsAtMostTenConnectsAnHour(@ForAll("events") List<Event> events) {
    TestPaths paths = new TestPaths();

    assertThat(wasted(paths, SES_587, events)).isLessThanOrEqualTo(10);
  }

  @Property(tries = 200)
  void aRelayPathThatDiesInUseCostsAtMostTenConnectsAnHour(@ForAll("events") List<Event> events) {
    TestPaths paths = new TestPaths();
    paths.take("gmail", SES_587).opened();

    assertThat(wasted(paths, SES_587, events)).isLessThanOrEqualTo(10);
  }

  @Property(tries = 200)
  void aPort25ThatDiesInUseCostsAHandfulOfConnectsForAllPlatforms(
      @ForAll("seconds") List<Integer> pauses) {
    TestPaths paths = new TestPaths();
    List<String> platforms = IntStream.range(0, 30).mapToObj(i -> "p" + i).toList();
    platforms.forEach(each -> paths.take(each, DIRECT).opened());
    Instant end = paths.clock.instant().plus(HOUR);
    int failed = 0;

    for (int i = 0; i < pauses.size() && paths.clock.instant().isBefore(end); i++) {
      List<PathLease> underWay = new ArrayList<>();
      for (String platform : platforms) {
        if (paths.choose(platform, DIRECT) instanceof Choice.Take take) {
          underWay.add(take.lease());
        }
      }
      paths.clock.advance(Duration.ofSeconds(10));
      underWay.forEach(lease -> lease.failed(Phase.CONNECT, "connect-timeout", "mx.test"));
      failed += underWay.size() + badLooks(paths);
      paths.clock.advance(Duration.ofSeconds(pauses.get(i)));
    }

    // four that dial as it dies, one look after seconds, and looks after 5, 10 and 20 minutes
    assertThat(failed).isLessThanOrEqualTo(4 + 1 + 3);
  }

  @Property(tries = 100)
  void aPathThatOpensAgainIsUsedAgain(@ForAll("events") List<Event> events) {
    TestPaths paths = new TestPaths();
    wasted(paths, SES_587, events);
    for (int i = 0; i < 3; i++) {
      if (paths.choose("gmail", SES_587) instanceof Choice.Take take) {
        take.lease().opened();
      }
      paths.clock.advance(HOUR);
      paths.health.dueLooks().forEach(key -> paths.look(key.path(), key.target(), true));
    }
    paths.clock.advance(HealthSettings.DEFAULT.rampFor());

    paths.take("gmail", SES_587).opened();
    for (int i = 0; i < 2; i++) {
      assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
    }
  }

  @Provide
  Arbitrary<List<Integer>> seconds() {
    return Arbitraries.integers().between(0, 120).list().ofMinSize(10).ofMaxSize(300);
  }

  @Provide
  Arbitrary<List<Event>> events() {
    return Arbitraries.frequencyOf(
            Tuple.of(6, event(Kind.ASK)),
            Tuple.of(4, event(Kind.FAIL)),
            Tuple.of(1, event(Kind.ABANDON)),
            Tuple.of(2, event(Kind.PASS)))
        .list()
        .ofMinSize(20)
        .ofMaxSize(500);
  }

  private static Arbitrary<Event> event(Kind kind) {
    return Arbitraries.integers().between(0, 100).map(which -> new Event(kind, which));
  }

  /** Each look is one connect, and finds the path as dead as before. */
  private static int badLooks(TestPaths paths) {
    List<HealthKey> due = paths.health.dueLooks();
    due.forEach(key -> paths.look(key.path(), key.target(), false));
    return due.size();
  }

  /** Plays the events for at most an hour; every opening that is not abandoned fails to connect. */
  private static int wasted(TestPaths paths, Path path, List<Event> events) {
    Instant end = paths.clock.instant().plus(HOUR);
    List<PathLease> underWay = new ArrayList<>();
    int failed = 0;
    for (Event event : events) {
      switch (event.kind()) {
        case ASK -> {
          if (paths.choose("p" + event.which() % 30, path) instanceof Choice.Take take) {
            underWay.add(take.lease());
          }
        }
        case FAIL -> {
          if (!underWay.isEmpty()) {
            underWay
                .remove(event.which() % underWay.size())
                .failed(Phase.CONNECT, "connect-timeout", "mx.test");
            failed++;
          }
        }
        case ABANDON -> {
          if (!underWay.isEmpty()) {
            underWay.remove(event.which() % underWay.size()).close();
          }
        }
        case PASS -> {
          Duration step = Duration.ofSeconds(event.which() * 9L);
          if (!paths.clock.instant().plus(step).isAfter(end)) {
            // no connect lasts longer than this
            if (step.compareTo(Duration.ofSeconds(40)) > 0) {
              underWay.forEach(lease -> lease.failed(Phase.CONNECT, "connect-timeout", "mx.test"));
              failed += underWay.size();
              underWay.clear();
            }
            paths.clock.advance(step);
            failed += badLooks(paths);
          }
        }
      }
    }
    underWay.forEach(lease -> lease.failed(Phase.CONNECT, "connect-timeout", "mx.test"));
    return failed + underWay.size();
  }
}
