package io.portolan.metrics.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.metrics.policy.HealthHistory.PathChange;
import io.portolan.metrics.policy.HealthHistory.PortChange;
import io.portolan.metrics.policy.Simulation.Total;
import io.portolan.metrics.policy.Simulation.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of every replay, whatever was recorded; the history is made from a seed. */
class ReplayPropertyTest {
  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  private static final int MINUTES = 40;
  private static final Instant END = START.plus(Duration.ofMinutes(MINUTES));
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);
  private static final Path IMPLICIT = new Path("ses", 465, TlsMode.IMPLICIT);
  private static final List<Path> PATHS = List.of(DIRECT, RELAY, IMPLICIT);
  private static final List<String> PLATFORMS = List.of("gmail", "yahoo", "other");

  /** What was recorded in a span, and how paths stood in it. */
  private record History(List<List<MinuteRow>> minutes, HealthHistory health) {
    long ended() {
      return sum(row -> row.ended());
    }

    long tries() {
      return sum(row -> row.tries());
    }

    long failures(Path path) {
      return sum(row -> row.path().equals(path) ? row.failures() : 0);
    }

    private long sum(ToLongFunction<MinuteRow> of) {
      return minutes.stream().flatMap(List::stream).mapToLong(of).sum();
    }
  }

  @Property(tries = 300)
  void thePolicyAgainstItselfShowsNoDifference(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    History history = history(random, changes(random));
    PortPolicy policy = policy(random);

    Replay one = replay(history, policy);
    Replay other = replay(history, policy);

    assertThat(one.volumes()).isEqualTo(other.volumes());
    assertThat(one.loads()).isEqualTo(other.loads());
    assertThat(one.total()).isEqualTo(other.total());
  }

  @Property(tries = 300)
  void everyDeliveryIsSentOnceOrStaysUnsent(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    History history = history(random, changes(random));

    Total total = replay(history, policy(random)).total();

    assertThat(total.deliveries() + total.unsent()).isEqualTo(history.ended());
    assertThat(total.unsent()).isLessThanOrEqualTo(total.held());
    assertThat(total.held()).isLessThanOrEqualTo(history.ended());
    assertThat(total.tries()).isLessThanOrEqualTo(history.tries());
  }

  @Property(tries = 300)
  void nothingIsNegativeAndOnlyPathsOfThePolicyAreUsed(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    History history = history(random, changes(random));
    PortPolicy policy = policy(random);

    Replay replay = replay(history, policy);

    assertThat(replay.volumes().values())
        .allSatisfy(
            volume -> {
              assertThat(volume.deliveries()).isNotNegative();
              assertThat(volume.tries()).isGreaterThanOrEqualTo(volume.deliveries());
              assertThat(volume.pathFailures()).isNotNegative();
              assertThat(volume.peakPerSecond()).isNotNegative();
            });
    assertThat(replay.volumes().keySet())
        .allSatisfy(
            line ->
                assertThat(policy.ruleFor(0, line.group().isp(), line.group().platform()).order())
                    .contains(line.path()));
    assertThat(replay.total().expectedMillis()).isNotNegative();
    assertThat(replay.total().failureMillis()).isNotNegative();
  }

  @Example
  void partsOfAMinutesMailHaveNoFewerTriesThanEnds() {
    nothingIsNegativeAndOnlyPathsOfThePolicyAreUsed(-2_498_600_822L);
  }

  @Property(tries = 300)
  void aDraftWithoutABlockedPathAvoidsExactlyItsFailures(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PathChange> blocked =
        List.of(
            new PathChange(
                START.minusSeconds(60), "net", new HealthKey(DIRECT, ""), PathState.BLOCKED));
    History history = history(random, blocked);

    Map<Replay.Line, Volume> active = replay(history, policyOf(DIRECT, RELAY)).volumes();
    Map<Replay.Line, Volume> draft = replay(history, policyOf(RELAY)).volumes();

    assertThat(failures(active, DIRECT)).isEqualTo(history.failures(DIRECT));
    assertThat(failures(draft, DIRECT)).isZero();
    assertThat(failures(draft, RELAY)).isEqualTo(failures(active, RELAY));
    assertThat(draft.values().stream().mapToLong(Volume::deliveries).sum())
        .isEqualTo(active.values().stream().mapToLong(Volume::deliveries).sum());
  }

  private static long failures(Map<Replay.Line, Volume> volumes, Path path) {
    return volumes.entrySet().stream()
        .filter(line -> line.getKey().path().equals(path))
        .mapToLong(line -> line.getValue().pathFailures())
        .sum();
  }

  private static Replay replay(History history, PortPolicy policy) {
    Replay replay = new Replay(policy, history.health(), new Costs(List.of()), END);
    for (int i = 0; i < MINUTES; i++) {
      if (!history.minutes().get(i).isEmpty()) {
        replay.minute(START.plus(Duration.ofMinutes(i)), history.minutes().get(i));
      }
    }
    return replay;
  }

  private static PortPolicy policyOf(Path... paths) {
    return new PortPolicy(List.of(PolicyRule.of(PolicyRule.ANY, paths)));
  }

  private static PortPolicy policy(SplittableRandom random) {
    List<PolicyRule> rules = new ArrayList<>();
    rules.add(PolicyRule.of(PolicyRule.ANY, order(random)));
    if (random.nextBoolean()) {
      rules.add(PolicyRule.of("gmail", order(random)));
    }
    if (random.nextBoolean()) {
      int share = random.nextInt(1, 100);
      rules.add(
          PolicyRule.of("yahoo")
              .withPaths(
                  PolicyPath.of(DIRECT).withShare(share),
                  PolicyPath.of(RELAY).withShare(random.nextInt(1, 101 - share))));
    }
    return new PortPolicy(rules);
  }

  private static Path[] order(SplittableRandom random) {
    List<Path> order = new ArrayList<>(PATHS);
    order.sort(Comparator.comparingInt(path -> (path.port() * 31 + random.nextInt(7)) % 5));
    return order.subList(0, 1 + random.nextInt(PATHS.size())).toArray(Path[]::new);
  }

  private static List<PathChange> changes(SplittableRandom random) {
    List<PathChange> changes = new ArrayList<>();
    PathState[] states = PathState.values();
    for (int i = random.nextInt(25); i > 0; i--) {
      Path path = PATHS.get(random.nextInt(PATHS.size()));
      String target = path.isDirect() && random.nextBoolean() ? "yahoo" : "";
      changes.add(
          new PathChange(
              START.plusSeconds(random.nextInt(-600, MINUTES * 60)),
              random.nextInt(3) == 0 ? "second" : "net",
              new HealthKey(path, target),
              states[random.nextInt(states.length)]));
    }
    changes.sort(Comparator.comparing(PathChange::at));
    return changes;
  }

  private static History history(SplittableRandom random, List<PathChange> changes) {
    List<List<MinuteRow>> minutes = new ArrayList<>();
    for (int i = 0; i < MINUTES; i++) {
      List<MinuteRow> rows = new ArrayList<>();
      for (String platform : PLATFORMS) {
        for (Path path : PATHS) {
          if (random.nextInt(3) == 0) {
            long ended = random.nextInt(500);
            rows.add(
                new MinuteRow(
                    START.plus(Duration.ofMinutes(i)),
                    platform,
                    platform,
                    path,
                    ended,
                    ended + random.nextInt(50),
                    random.nextInt(4) == 0 ? random.nextInt(5) : 0));
          }
        }
      }
      minutes.add(rows);
    }
    List<PortChange> ports =
        random.nextInt(4) == 0
            ? List.of(new PortChange(START.plusSeconds(300), "net", 465, "port-blocked"))
            : List.of();
    return new History(minutes, new HealthHistory(changes, ports, START));
  }
}
