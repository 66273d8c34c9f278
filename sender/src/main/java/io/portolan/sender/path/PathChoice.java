package io.portolan.sender.path;

import io.portolan.core.delivery.Decision;
import io.portolan.core.isp.Isp;
import io.portolan.core.path.Allowances.Taken;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.Relays;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.pace.PathCaps;
import io.portolan.sender.path.PathHealth.Answer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The choice of a path: the first of the policy's that health lets through. Takes the policy's
 * paths as they are, so TLS is never weaker than the policy says.
 *
 * <p>Thread-safe; never blocks, save for a short statement now and then where a path has a cap.
 */
public final class PathChoice {
  private final PathHealth health;
  private final Relays relays;
  private final PathCaps caps;
  private final InstantSource clock;

  /** Whose turn it is in each pool of sources. */
  private final Map<List<String>, Integer> turns = new ConcurrentHashMap<>();

  public PathChoice(PathHealth health, Relays relays, PathCaps caps, InstantSource clock) {
    this.health = health;
    this.relays = relays;
    this.caps = caps;
    this.clock = clock;
  }

  /** Whom direct is known for: a platform, or each domain of no known ISP for itself. */
  public static String target(String platform, String domain) {
    return platform.equals(Isp.OTHER.platform()) ? DirectPort.OTHER + domain : platform;
  }

  /** Why mail to one platform does not take a path for a while. */
  public record Pause(String reason, Instant until) {}

  /**
   * Which way a delivery may go.
   *
   * @param target the lane: a platform, or {@code other/} and a domain
   * @param delivery by which the shares of the rule are told
   * @param pinnedRoute the only route the message may take, because a peer there gave no answer
   *     after the dot
   * @param pauses the paths that the platform's answers closed for a while
   */
  public record Request(
      EffectiveRule rule,
      String target,
      long delivery,
      Optional<String> pinnedRoute,
      Function<Path, Optional<Pause>> pauses) {
    List<PolicyPath> paths() {
      return rule.pathsFor(delivery);
    }

    boolean mayTake(PolicyPath path) {
      return pinnedRoute.isEmpty() || path.route().equals(pinnedRoute.get());
    }
  }

  /** Whether a path may be dialled beside the sessions that are open on it. */
  public sealed interface DialLeave {
    /** It may; what comes of it is to be said on the lease, which must be closed. */
    record Free(PathLease lease) implements DialLeave {}

    /** Others are dialling it. */
    record Busy() implements DialLeave {}

    /** Mail has left it. */
    record Left() implements DialLeave {}
  }

  /** Chooses a path for a new session. */
  public Choice choose(Request request) {
    EffectiveRule rule = request.rule();
    PassedOver passedOver = new PassedOver();
    for (PolicyPath stated : request.paths()) {
      if (!request.mayTake(stated)) {
        continue;
      }
      for (Path path : inTurn(stated)) {
        if (isPassedOver(stated, path, request, passedOver)) {
          continue;
        }
        switch (health.ask(path, request.target(), relay(path))) {
          case Answer.Granted(PathLease lease, PathCondition before) -> {
            taken(stated);
            String reason =
                passedOver.before(path.label() + " " + PathWords.chosen(before, stated));
            return new Choice.Take(path, decision(rule, reason), lease);
          }
          case Answer.Busy(PathCondition condition, boolean isWorthWaiting) -> {
            String reason = path.label() + " " + PathWords.words(condition) + ", being tried";
            if (isWorthWaiting) {
              return new Choice.Wait(passedOver.before(reason), PassedOver.RECHECK);
            }
            passedOver.addPending(reason);
          }
          case Answer.Shut(PathCondition condition, Instant until) ->
              passedOver.add(path.label() + " " + PathWords.words(condition), until);
          case Answer.OnHold(RouteHold hold) -> passedOver.add(PathWords.words(hold), hold.until());
        }
      }
    }
    return passedOver.outcome(rule, request.pinnedRoute(), clock.instant());
  }

  /** Passes over what may not be used whatever its health. */
  private boolean isPassedOver(
      PolicyPath stated, Path path, Request request, PassedOver passedOver) {
    Optional<String> obstacle = obstacle(stated);
    if (obstacle.isPresent()) {
      passedOver.add(obstacle.get(), clock.instant().plus(PassedOver.HOLD_FOR_POLICY));
      return true;
    }
    Optional<Pause> pause = request.pauses().apply(path);
    pause.ifPresent(
        it -> passedOver.add(path.label() + " paused (" + it.reason() + ")", it.until()));
    if (pause.isPresent()) {
      return true;
    }
    Optional<PathCaps.Reached> full = caps.reached(request.rule(), stated, path, request.target());
    full.ifPresent(it -> passedOver.add(it.reason(), it.until()));
    return full.isPresent();
  }

  /**
   * Counts a message on its path, if that has a limit; to be called right before it is offered.
   *
   * @param target the lane
   * @return what was taken of the limits; empty when one is reached, and the message must not go
   *     this way now
   */
  public Optional<List<Taken>> count(EffectiveRule rule, Path path, String target) {
    return caps.count(rule, path, target);
  }

  /** Takes back what was counted for a message that was not offered after all. */
  public void giveBack(List<Taken> counted) {
    caps.giveBack(counted);
  }

  /** Whether a lane may open no more sessions for the moment, by its platform's limits. */
  public boolean isAtSessionLimit(String target, Limits limits) {
    return caps.isAtSessionLimit(target, limits);
  }

  /**
   * Counts a session that is about to be opened.
   *
   * @return false when it must not be opened now
   */
  public boolean countSession(String target, Limits limits) {
    return caps.countSession(target, limits);
  }

  /** The paths of a pool, the one first whose turn it is. */
  private List<Path> inTurn(PolicyPath stated) {
    List<Path> each = stated.each();
    if (each.size() < 2) {
      return each;
    }
    int turn = turns.getOrDefault(stated.sources(), 0) % each.size();
    List<Path> ordered = new ArrayList<>(each.subList(turn, each.size()));
    ordered.addAll(each.subList(0, turn));
    return ordered;
  }

  /** A session is about to be opened on a path of a pool: the next one is another's turn. */
  private void taken(PolicyPath stated) {
    int size = stated.sources().size();
    if (size > 1) {
      turns.merge(stated.sources(), 1, (turn, one) -> (turn + one) % size);
    }
  }

  /**
   * A path of a rule, and what becomes of it.
   *
   * @param taken whether a new session would be opened on it
   * @param why in words, with its health at this moment
   * @param closed present where mail would be held if it were the only one
   */
  public record Considered(Path path, boolean taken, String why, Optional<Closed> closed) {}

  /**
   * That a path takes no mail.
   *
   * @param since where path health knows
   * @param until when it is looked at, or tried again; missing where only a change of the policy or
   *     its relays helps
   */
  public record Closed(Optional<Instant> since, Optional<Instant> until) {}

  /** What {@link #choose} would say now of each path, in order. Changes nothing. */
  public List<Considered> explain(Request request) {
    List<Considered> all = new ArrayList<>();
    boolean isTaken = false;
    for (PolicyPath stated : request.paths()) {
      for (Path path : stated.each()) {
        Optional<Considered> passedOver = passedOver(stated, path, request);
        String open = PathWords.chosen(health.condition(path, request.target()), stated);
        String why = isTaken ? "not needed; " + open : open;
        all.add(passedOver.orElse(new Considered(path, !isTaken, why, Optional.empty())));
        isTaken |= passedOver.isEmpty();
      }
    }
    return all;
  }

  private Optional<Considered> passedOver(PolicyPath stated, Path path, Request request) {
    return obstacle(stated)
        .map(why -> closed(path, why, Optional.empty(), Optional.empty()))
        .or(
            () ->
                caps.look(request.rule(), stated, path, request.target())
                    .map(
                        it -> closed(path, it.reason(), Optional.empty(), Optional.of(it.until()))))
        .or(
            () ->
                health
                    .obstacle(path, request.target(), relay(path))
                    .flatMap(answer -> passedOver(path, answer)));
  }

  private static Optional<Considered> passedOver(Path path, Answer answer) {
    return switch (answer) {
      case Answer.Shut(PathCondition condition, Instant until) -> {
        String why = PathWords.words(condition);
        yield Optional.of(closed(path, why, Optional.of(condition.since()), Optional.of(until)));
      }
      case Answer.OnHold(RouteHold hold) -> {
        String why = PathWords.words(hold);
        yield Optional.of(closed(path, why, Optional.of(hold.since()), Optional.of(hold.until())));
      }
      case Answer.Busy(PathCondition condition, boolean isWorthWaiting) -> {
        String why = PathWords.words(condition) + ", being tried";
        yield Optional.of(new Considered(path, false, why, Optional.empty()))
            .filter(_ -> !isWorthWaiting);
      }
      case Answer.Granted _ -> Optional.empty();
    };
  }

  private static Considered closed(
      Path path, String why, Optional<Instant> since, Optional<Instant> until) {
    return new Considered(path, false, why, Optional.of(new Closed(since, until)));
  }

  /** Whether mail has left a path. */
  public boolean isLeft(Path path, String target) {
    return health.isLeft(path, target);
  }

  /** Asks to dial a path on which sessions are silent. */
  public DialLeave ask(Path path, String target) {
    return switch (health.ask(path, target, relay(path))) {
      case Answer.Granted(PathLease lease, PathCondition _) -> new DialLeave.Free(lease);
      case Answer.Busy _ -> new DialLeave.Busy();
      case Answer.Shut _ -> new DialLeave.Left();
      case Answer.OnHold _ -> new DialLeave.Busy();
    };
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
   * asked for every one; asks for leave only on paths that come before {@code current}.
   *
   * @param mayMoveTo which of those are worth a try
   */
  public Standing review(Path current, Request request, Predicate<Path> mayMoveTo) {
    EffectiveRule rule = request.rule();
    Optional<String> route = request.pinnedRoute();
    if (route.isPresent() && !current.route().equals(route.get())) {
      return new Standing.Leave("pinned to route " + route.get());
    }
    if (health.isIntercepted(current)) {
      return new Standing.Leave("somebody else answers on port " + current.port());
    }
    Optional<PolicyPath> standing = rule.find(current);
    if (standing.isEmpty()) {
      return new Standing.Leave(
          "row "
              + rule.rule()
              + " of policy version "
              + rule.version()
              + " has no path "
              + current.label());
    }
    PassedOver closed = new PassedOver();
    if (isPassedOver(standing.get(), current, request, closed)) {
      return new Standing.Leave(closed.words());
    }
    if (relay(current).filter(health::refusesMail).isPresent()) {
      return new Standing.Leave("relay " + current.route() + " refuses our mail");
    }
    PassedOver passedOver = new PassedOver();
    for (PolicyPath stated : request.paths()) {
      if (stated.equals(standing.get())) {
        break;
      }
      if (!request.mayTake(stated) || obstacle(stated).isPresent()) {
        continue;
      }
      for (Path better : inTurn(stated)) {
        if (isPassedOver(stated, better, request, passedOver) || !mayMoveTo.test(better)) {
          continue;
        }
        switch (health.ask(better, request.target(), relay(better))) {
          case Answer.Granted(PathLease lease, PathCondition before) -> {
            taken(stated);
            String reason =
                passedOver.before(better.label() + " " + PathWords.chosen(before, stated));
            return new Standing.Move(new Choice.Take(better, decision(rule, reason), lease));
          }
          case Answer.Busy(PathCondition condition, boolean _) ->
              passedOver.addPending(
                  better.label() + " " + PathWords.words(condition) + ", being tried");
          case Answer.Shut(PathCondition condition, Instant until) ->
              passedOver.add(better.label() + " " + PathWords.words(condition), until);
          case Answer.OnHold(RouteHold hold) -> passedOver.add(PathWords.words(hold), hold.until());
        }
      }
    }
    String reason = current.label() + " open" + PathWords.share(standing.get());
    return new Standing.Keep(decision(rule, passedOver.before(reason)));
  }

  /** What keeps a path from being usable at all, before its health is asked. */
  private Optional<String> obstacle(PolicyPath path) {
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
}
