package io.portolan.sender.path;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.portolan.core.TestClock;
import io.portolan.core.pace.WarmUps;
import io.portolan.core.path.Allowances;
import io.portolan.core.path.HealthKey;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.sender.pace.PathCaps;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/** Paths, a rule and relays for tests, and health and choice of them on a clock that stands. */
final class TestPaths {
  static final Path DIRECT = new Path("direct", 25, TlsMode.OPPORTUNISTIC);
  static final Path SES_587 = new Path("ses", 587, TlsMode.STARTTLS);
  static final Path SES_465 = new Path("ses", 465, TlsMode.IMPLICIT);
  static final Path POSTMARK_587 = new Path("postmark", 587, TlsMode.STARTTLS);

  static {
    // thousands of paths are blocked in these tests, and none is to be looked at
    ((Logger) LoggerFactory.getLogger(PathHealth.class)).setLevel(Level.OFF);
  }

  final TestClock clock = TestClock.create();
  final Map<String, Relay> relays = new ConcurrentHashMap<>();
  final PathHealth health = new PathHealth(HealthSettings.DEFAULT, clock, "test");
  final PathChoice choice =
      new PathChoice(
          health,
          name -> Optional.ofNullable(relays.get(name)),
          new PathCaps(
              new Allowances(new Boundless(), clock),
              new WarmUps(new NoDays(), (_, _, _, _, _, _) -> Optional.empty(), clock),
              "test"),
          clock);

  /** The paths of these tests need no warm-up. */
  private static final class NoDays implements WarmUps.Days {
    @Override
    public Optional<WarmUps.Day> latest(String source, String platform, LocalDate begun) {
      return Optional.empty();
    }

    @Override
    public WarmUps.Day keep(String source, String platform, LocalDate begun, WarmUps.Day day) {
      return day;
    }
  }

  /** The paths of these tests have no caps. */
  private static final class Boundless implements Allowances.Blocks {
    @Override
    public int take(String name, Cap cap, Instant begins, int most) {
      return most;
    }

    @Override
    public int taken(String name, Cap cap, Instant begins) {
      return 0;
    }

    @Override
    public void expire(Instant oldest) {}
  }

  TestPaths() {
    define(relay("ses", "env:SES"));
    define(relay("postmark", "env:POSTMARK"));
  }

  void define(Relay relay) {
    relays.put(relay.name(), relay);
  }

  Choice choose(String target, Path... paths) {
    return choice.choose(request(target, Optional.empty(), paths));
  }

  static PathChoice.Request request(String target, Optional<String> route, Path... paths) {
    return request(target, route, rule(paths));
  }

  static PathChoice.Request request(String target, Optional<String> route, EffectiveRule rule) {
    return new PathChoice.Request(rule, target, 1, route, _ -> Optional.empty());
  }

  /** The lease on the path that is chosen; fails if none is. */
  PathLease take(String target, Path... paths) {
    return switch (choose(target, paths)) {
      case Choice.Take take -> take.lease();
      case Choice.Wait wait -> throw new AssertionError(wait.toString());
      case Choice.NoneOpen none -> throw new AssertionError(none.toString());
    };
  }

  /** Plays a look at a path, which must be due; the host answers or does not. */
  void look(Path path, String target, boolean answers) {
    HealthKey key = new HealthKey(path, target);
    if (!health.dueLooks().contains(key)) {
      throw new AssertionError("no look is due at " + key.label());
    }
    if (health.beginLook(key, health.lookLimit()).isEmpty()) {
      throw new AssertionError("no look could begin at " + key.label());
    }
    if (answers) {
      health.goodLook(key);
    } else {
      health.badLook(key, "connect-timeout");
    }
  }

  PathStatus status(Path path, String target) {
    return health.snapshot().stream()
        .filter(status -> status.path().equals(path) && status.target().equals(target))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing known of " + path));
  }

  static EffectiveRule rule(Path... paths) {
    return EffectiveRule.of(
        3, "yahoo", List.of(paths), Limits.DEFAULT, Timeouts.DEFAULT, RetrySchedule.DEFAULT);
  }

  static Relay relay(String name, String secretRef) {
    return new Relay(
        name,
        name + ".relay.example",
        "user",
        secretRef,
        List.of(new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT)));
  }
}
