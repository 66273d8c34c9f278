package io.portolan.sender.pace;

import io.portolan.core.isp.Isp;
import io.portolan.core.pace.WarmUps;
import io.portolan.core.path.Allowances;
import io.portolan.core.path.Allowances.Taken;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyPath.Cap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much paths may carry, and how many sessions lanes may open: the caps of the policy, the
 * volumes of warm-ups, and the limits on new sessions.
 *
 * <p>Thread-safe; blocks for a short statement now and then where there is such a limit.
 */
public final class PathCaps {
  private final Allowances allowances;
  private final WarmUps warmUps;
  private final String node;

  /**
   * @param node by which limits of each node are told apart
   */
  public PathCaps(Allowances allowances, WarmUps warmUps, String node) {
    this.allowances = allowances;
    this.warmUps = warmUps;
    this.node = node;
  }

  /** Why a path takes no more, and until when. */
  public record Reached(String reason, Instant until) {}

  /** Whether a path of a rule may take no more of a lane's mail now. */
  public Optional<Reached> reached(EffectiveRule rule, PolicyPath stated, Path path, String lane) {
    return later(stated, path)
        .or(
            () ->
                stated
                    .warmUp()
                    .flatMap(plan -> warmUps.expected(path, plan, platform(lane)))
                    .flatMap(
                        stage ->
                            allowances
                                .reachedUntil(volumeOf(path, lane), stage.cap())
                                .map(until -> warming(path, stage, until))))
        .or(
            () ->
                stated
                    .cap()
                    .flatMap(
                        cap ->
                            allowances
                                .reachedUntil(capOf(rule, stated), cap)
                                .map(until -> atItsCap(path, cap, until))));
  }

  /** As {@link #reached}, for people to see; changes nothing. */
  public Optional<Reached> look(EffectiveRule rule, PolicyPath stated, Path path, String lane) {
    return later(stated, path)
        .or(
            () ->
                stated
                    .warmUp()
                    .flatMap(plan -> warmUps.look(path, plan, platform(lane)))
                    .flatMap(
                        stage ->
                            allowances
                                .look(volumeOf(path, lane), stage.cap())
                                .map(until -> warming(path, stage, until))))
        .or(
            () ->
                stated
                    .cap()
                    .flatMap(
                        cap ->
                            allowances
                                .look(capOf(rule, stated), cap)
                                .map(until -> atItsCap(path, cap, until))));
  }

  /**
   * Counts a message on its path, if that has a limit; to be called right before it is offered.
   *
   * @return what was taken of the limits; empty when one is reached, and the message must not go
   *     this way now
   */
  public Optional<List<Taken>> count(EffectiveRule rule, Path path, String lane) {
    return rule.find(path)
        .map(stated -> count(rule, stated, path, lane))
        .orElse(Optional.of(List.of()));
  }

  private Optional<List<Taken>> count(
      EffectiveRule rule, PolicyPath stated, Path path, String lane) {
    List<Taken> counted = new ArrayList<>();
    if (stated.cap().isPresent()) {
      Optional<Taken> taken = allowances.take(capOf(rule, stated), stated.cap().get());
      if (taken.isEmpty()) {
        return Optional.empty();
      }
      counted.add(taken.get());
    }
    Optional<WarmUps.Stage> stage =
        stated.warmUp().flatMap(plan -> warmUps.stage(path, plan, platform(lane)));
    if (stage.isPresent()) {
      Optional<Taken> taken = allowances.take(volumeOf(path, lane), stage.get().cap());
      if (taken.isEmpty()) {
        giveBack(counted);
        return Optional.empty();
      }
      counted.add(taken.get());
    }
    return Optional.of(counted);
  }

  /** Takes back what was counted for a message that was not offered after all. */
  public void giveBack(List<Taken> counted) {
    counted.forEach(allowances::giveBack);
  }

  /** Whether a lane may open no more sessions for the moment, by its platform's limits. */
  public boolean isAtSessionLimit(String lane, Limits limits) {
    return limits.connectionsPerMinute() > 0
        && allowances.reachedUntil(sessionsOf(lane, limits), sessions(limits)).isPresent();
  }

  /**
   * Counts a session that is about to be opened.
   *
   * @return false when it must not be opened now
   */
  public boolean countSession(String lane, Limits limits) {
    return limits.connectionsPerMinute() == 0
        || allowances.take(sessionsOf(lane, limits), sessions(limits)).isPresent();
  }

  private Optional<Reached> later(PolicyPath stated, Path path) {
    return stated
        .warmUp()
        .flatMap(warmUps::beginsLater)
        .map(begin -> new Reached(path.label() + " warms up from " + begin + " on", begin));
  }

  private static Reached warming(Path path, WarmUps.Stage stage, Instant until) {
    return new Reached(
        path.label()
            + " at the "
            + stage.cap()
            + " of day "
            + (stage.step() + 1)
            + " of its warm-up until "
            + until
            + " ("
            + stage.reason()
            + ")",
        until);
  }

  private static Reached atItsCap(Path path, Cap cap, Instant until) {
    return new Reached(path.label() + " at its cap of " + cap + " until " + until, until);
  }

  /** A warm-up counts by platform, so that the domains of no known ISP count as one. */
  private static String platform(String lane) {
    String other = Isp.OTHER.platform();
    return lane.startsWith(other + "/") ? other : lane;
  }

  private static String volumeOf(Path path, String lane) {
    return "warm-up of " + WarmUps.source(path) + " to " + platform(lane);
  }

  private String sessionsOf(String lane, Limits limits) {
    return "sessions to "
        + lane
        + switch (limits.scope()) {
          case CLUSTER -> "";
          case NODE -> " of " + node;
        };
  }

  private static Cap sessions(Limits limits) {
    return new Cap(limits.connectionsPerMinute(), PolicyPath.Span.MINUTE);
  }

  /** The cap of a row's path holds for its sources together. */
  private static String capOf(EffectiveRule rule, PolicyPath stated) {
    return rule.rule()
        + " "
        + stated.label()
        + " "
        + stated.tls().id()
        + (stated.sources().isEmpty() ? "" : " from " + String.join(", ", stated.sources()));
  }
}
