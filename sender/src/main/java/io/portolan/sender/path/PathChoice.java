package io.portolan.sender.path;

import io.portolan.core.delivery.Decision;
import io.portolan.core.isp.Isp;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.Relays;
import io.portolan.sender.path.PathHealth.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The choice of a path: the first of the policy's that health lets through. Takes the policy's
 * paths as they are, so TLS is never weaker than the policy says.
 *
 * <p>Thread-safe; never blocks.
 */
public final class PathChoice {
  private static final Duration RECHECK = Duration.ofMillis(25);
  private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);
  private static final Duration HOLD_FOR_POLICY = Duration.ofMinutes(1);

  private final PathHealth health;
  private final Relays relays;
  private final InstantSource clock;

  public PathChoice(PathHealth health, Relays relays, InstantSource clock) {
    this.health = health;
    this.relays = relays;
    this.clock = clock;
  }

  /** Whom direct is known for: a platform, or each domain of no known ISP for itself. */
  public static String target(String platform, String domain) {
    return platform.equals(Isp.OTHER.platform()) ? DirectPort.OTHER + domain : platform;
  }

  /**
   * Chooses a path for a new session.
   *
   * @param target the lane: a platform, or {@code other/} and a domain
   * @param pinnedRoute the only route the message may take, because a peer there gave no answer
   *     after the dot
   */
  public Choice choose(EffectiveRule rule, String target, Optional<String> pinnedRoute) {
    PassedOver passedOver = new PassedOver();
    for (Path path : rule.paths()) {
      if (pinnedRoute.isPresent() && !path.route().equals(pinnedRoute.get())) {
        continue;
      }
      Optional<String> obstacle = obstacle(path);
      if (obstacle.isPresent()) {
        passedOver.add(obstacle.get(), clock.instant().plus(HOLD_FOR_POLICY));
        continue;
      }
      switch (health.ask(path, target, relay(path))) {
        case Answer.Granted(PathLease lease, PathCondition before) -> {
          String reason = passedOver.before(path.label() + " " + chosen(before));
          return new Choice.Take(path, decision(rule, reason), lease);
        }
        case Answer.Busy(PathCondition condition, boolean isWorthWaiting) -> {
          String reason = path.label() + " " + words(condition) + ", being tried";
          if (isWorthWaiting) {
            return new Choice.Wait(passedOver.before(reason), RECHECK);
          }
          passedOver.addPending(reason);
        }
        case Answer.Shut(PathCondition condition, Instant until) ->
            passedOver.add(path.label() + " " + words(condition), until);
        case Answer.OnHold(RouteHold hold) -> passedOver.add(words(hold), hold.until());
      }
    }
    return passedOver.outcome(rule, pinnedRoute, clock.instant());
  }

  /**
   * A path of a rule, and what becomes of it.
   *
   * @param taken whether a new session would be opened on it
   * @param why in words, with its health at this moment
   */
  public record Considered(Path path, boolean taken, String why) {}

  /** What {@link #choose} would say now of each path, in the rule's order. Changes nothing. */
  public List<Considered> explain(EffectiveRule rule, String target) {
    List<Considered> all = new ArrayList<>();
    boolean isTaken = false;
    for (Path path : rule.paths()) {
      Optional<String> wrong = obstacle(path).or(() -> shut(path, target));
      if (wrong.isPresent()) {
        all.add(new Considered(path, false, wrong.get()));
      } else if (isTaken) {
        all.add(
            new Considered(path, false, "not needed; " + chosen(health.condition(path, target))));
      } else {
        isTaken = true;
        all.add(new Considered(path, true, chosen(health.condition(path, target))));
      }
    }
    return all;
  }

  private Optional<String> shut(Path path, String target) {
    return health
        .obstacle(path, target, relay(path))
        .flatMap(
            answer ->
                switch (answer) {
                  case Answer.Shut(PathCondition condition, Instant _) ->
                      Optional.of(words(condition));
                  case Answer.OnHold(RouteHold hold) -> Optional.of(words(hold));
                  case Answer.Busy(PathCondition condition, boolean isWorthWaiting) ->
                      isWorthWaiting
                          ? Optional.empty()
                          : Optional.of(words(condition) + ", being tried");
                  case Answer.Granted _ -> Optional.empty();
                });
  }

  /** A message was taken on a session of this path; called for each. */
  public void passed(Path path) {
    health.passed(path);
  }

  /**
   * A relay refuses our mail, whoever it is for: its mail is held, or takes the next route of its
   * row.
   *
   * @param reply the relay's words
   */
  public void mailRefused(Path path, String reply) {
    relay(path).ifPresent(relay -> health.mailRefused(relay, reply));
  }

  /**
   * Says what a session open on {@code current} should do with its next message. Quick enough to be
   * asked for every one; asks for leave only on paths that the rule puts before {@code current}.
   *
   * @param mayMoveTo which of those are worth a try
   */
  public Standing review(
      Path current,
      EffectiveRule rule,
      String target,
      Optional<String> pinnedRoute,
      Predicate<Path> mayMoveTo) {
    if (pinnedRoute.isPresent() && !current.route().equals(pinnedRoute.get())) {
      return new Standing.Leave("pinned to route " + pinnedRoute.get());
    }
    int place = rule.paths().indexOf(current);
    if (place < 0) {
      return new Standing.Leave(
          "row "
              + rule.rule()
              + " of policy version "
              + rule.version()
              + " has no path "
              + current.label());
    }
    Optional<String> obstacle = obstacle(current);
    if (obstacle.isPresent()) {
      return new Standing.Leave(obstacle.get());
    }
    if (relay(current).filter(health::refusesMail).isPresent()) {
      return new Standing.Leave("relay " + current.route() + " refuses our mail");
    }
    PassedOver passedOver = new PassedOver();
    for (Path better : rule.paths().subList(0, place)) {
      if (pinnedRoute.isPresent() && !better.route().equals(pinnedRoute.get())) {
        continue;
      }
      if (obstacle(better).isPresent() || !mayMoveTo.test(better)) {
        continue;
      }
      switch (health.ask(better, target, relay(better))) {
        case Answer.Granted(PathLease lease, PathCondition before) -> {
          String reason = passedOver.before(better.label() + " " + chosen(before));
          return new Standing.Move(new Choice.Take(better, decision(rule, reason), lease));
        }
        case Answer.Busy(PathCondition condition, boolean ignored) ->
            passedOver.addPending(better.label() + " " + words(condition) + ", being tried");
        case Answer.Shut(PathCondition condition, Instant until) ->
            passedOver.add(better.label() + " " + words(condition), until);
        case Answer.OnHold(RouteHold hold) -> passedOver.add(words(hold), hold.until());
      }
    }
    return new Standing.Keep(decision(rule, passedOver.before(current.label() + " open")));
  }

  /** What keeps a path from being usable at all, before its health is asked. */
  private Optional<String> obstacle(Path path) {
    if (path.isDirect()) {
      return Optional.empty();
    }
    Optional<Relay> relay = relays.find(path.route());
    if (relay.isEmpty()) {
      return Optional.of("there is no relay " + path.route());
    }
    if (!relay.get().ports().contains(new RelayPort(path.port(), path.tls()))) {
      return Optional.of("relay " + path.label() + " is not offered with tls " + path.tls().id());
    }
    return Optional.empty();
  }

  private Optional<Relay> relay(Path path) {
    return path.isDirect() ? Optional.empty() : relays.find(path.route());
  }

  private static Decision decision(EffectiveRule rule, String reason) {
    return new Decision(rule.version(), rule.rule(), reason);
  }

  /** Words for the path that is taken, by its condition before. */
  private static String chosen(PathCondition condition) {
    return switch (condition.state()) {
      case UNKNOWN -> "not tried yet";
      case OPEN -> "open";
      case SUSPECT, BLOCKED, HALF_OPEN ->
          "tried again after being " + condition.state().id() + " (" + condition.evidence() + ")";
    };
  }

  /** Words for a path that is passed over. */
  private static String words(PathCondition condition) {
    return switch (condition.state()) {
      case UNKNOWN -> "not tried yet";
      case OPEN -> "open";
      case SUSPECT, BLOCKED ->
          condition.state().id()
              + " until "
              + condition.until().truncatedTo(ChronoUnit.SECONDS)
              + " ("
              + condition.evidence()
              + ")";
      case HALF_OPEN -> "blocked (" + condition.evidence() + ")";
    };
  }

  private static String words(RouteHold hold) {
    return "relay " + hold.route() + " is on hold (" + hold.reply() + ")";
  }

  /** The paths that came before in the policy's order, and why none of them was taken. */
  private static final class PassedOver {
    private final List<String> reasons = new ArrayList<>();
    private Optional<Instant> earliest = Optional.empty();
    private boolean isPending;

    void add(String reason, Instant until) {
      reasons.add(reason);
      if (earliest.isEmpty() || until.isBefore(earliest.get())) {
        earliest = Optional.of(until);
      }
    }

    void addPending(String reason) {
      reasons.add(reason);
      isPending = true;
    }

    String before(String reason) {
      return reasons.isEmpty() ? reason : String.join("; ", reasons) + "; next path " + reason;
    }

    Choice outcome(EffectiveRule rule, Optional<String> pinnedRoute, Instant now) {
      if (isPending) {
        return new Choice.Wait(String.join("; ", reasons), RECHECK);
      }
      if (reasons.isEmpty()) {
        String route = pinnedRoute.orElse("any");
        return new Choice.NoneOpen(
            "row "
                + rule.rule()
                + " has no path on route "
                + route
                + ", which the message is pinned to",
            now.plus(HOLD_FOR_POLICY));
      }
      Instant soonest = now.plus(SHORTEST_HOLD);
      Instant until = earliest.filter(soonest::isBefore).orElse(soonest);
      return new Choice.NoneOpen("no path is open: " + String.join("; ", reasons), until);
    }
  }
}
