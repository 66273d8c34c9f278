package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.isp.Isp;
import io.portolan.core.pace.Throttle;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.exchange.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How fast a lane goes: the limits that hold at this moment, the wait for a message's turn, and
 * what throttle replies make of them. Thread-safe.
 */
final class Tempo {
  private static final long LONGEST_NAP = TimeUnit.MILLISECONDS.toNanos(200);

  /** A slowed lane sends as many messages, but not in step with the clock or with other nodes. */
  private static final double JITTER = 0.2;

  private final LaneParts parts;
  private final Lane lane;

  Tempo(LaneParts parts, Lane lane) {
    this.parts = parts;
    this.lane = lane;
  }

  /**
   * The limits that hold at this moment. They are the platform's, whatever the rows of its ISPs
   * say.
   */
  Limits limits() {
    return parts.paces().limits(lane.key(), policy());
  }

  private Limits policy() {
    return parts.paces().ofPolicy(lane.key());
  }

  /** How many connections the lane may have, with those that do not come to their end. */
  int connections() {
    return lane.connections(limits().connections());
  }

  /** Takes a connection slot; empty when all are taken. */
  Optional<Slot> trySlot() {
    return parts.slots().tryAcquire(slotsName(), connections());
  }

  private String slotsName() {
    return switch (policy().scope()) {
      case CLUSTER -> lane.key();
      case NODE -> lane.key() + " of " + parts.node();
    };
  }

  /** Whether nothing may be sent to the platform now, because it asked for that. */
  Optional<Lane.Hold> coolDown() {
    return parts.paces().coolDown(lane.key()).map(it -> new Lane.Hold(it.reason(), it.until()));
  }

  /**
   * Waits for a slot's turn; false when the delivery is to be left, which takes no turn, or
   * meanwhile.
   */
  boolean awaitTurn(Slot slot, BooleanSupplier mayGoOn) throws InterruptedException {
    if (!mayGoOn.getAsBoolean()) {
      return false;
    }
    Limits limits = limits();
    double rate = limits.messagesPerSecond() / limits.connections();
    if (parts.paces().isSlowed(lane.key())) {
      rate *= 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
    }
    long left = lane.pace(slot.number(), rate, System.nanoTime());
    while (left > 0) {
      if (!mayGoOn.getAsBoolean()) {
        return false;
      }
      long nap = Math.min(left, LONGEST_NAP);
      TimeUnit.NANOSECONDS.sleep(nap);
      left -= nap;
    }
    // a slot that was lost meanwhile may be another node's by now
    return slot.isHeld() && mayGoOn.getAsBoolean();
  }

  /** The platform took a message by a path. */
  void accepted(Path path) {
    lane.taken().count(parts.clock().instant());
    lane.accepted(path);
    parts.paces().accepted(path);
  }

  /** Whether a refusal asks for less, of us and not for its recipient's sake. */
  static boolean isThrottle(SmtpReply reply, Classification refusal) {
    return refusal.effect() == Classification.Effect.DEFERRAL
        && (refusal.category() == BounceCategory.RATE_LIMITED
            || reply.code() == Transaction.CLOSING);
  }

  /**
   * Slows the lane down after a refusal that {@link #isThrottle asks for that}. Where a relay
   * speaks it cools down, for all lanes; that slows the lane only if it has no direct mail.
   *
   * @param pause the policy's own word on this reply, which stands before the table's: one route
   *     that pauses slows down no other
   */
  void throttled(Attempt attempt, SmtpReply reply, Optional<PauseRule> pause) {
    String isp = attempt.path().isDirect() ? lane.platform() : Isp.OTHER.id();
    Optional<Duration> coolDown =
        pause.map(PauseRule::length).or(() -> parts.coolDowns().after(reply, isp));
    boolean isOfRoute = pause.filter(rule -> rule.scope() == PauseRule.Scope.PATH).isPresent();
    if (coolDown.isEmpty() || isOfRoute) {
      return;
    }
    Path path = attempt.path();
    if (path.isDirect() || pause.isPresent()) {
      slow(attempt, reply, coolDown.get());
      return;
    }
    parts.paces().throttled(path, attempt.at(), coolDown.get(), reply.line());
    List<Path> ways = parts.ways(lane.platform());
    if (ways.stream().noneMatch(Path::isDirect)) {
      boolean hasOther = ways.stream().anyMatch(way -> !way.route().equals(path.route()));
      slow(attempt, reply, hasOther ? Duration.ZERO : coolDown.get());
    }
  }

  private void slow(Attempt attempt, SmtpReply reply, Duration coolDown) {
    Instant now = parts.clock().instant();
    Limits limits = policy();
    double share =
        switch (limits.scope()) {
          case CLUSTER -> parts.slots().share(slotsName());
          case NODE -> 1;
        };
    parts
        .paces()
        .throttled(
            new Throttle(
                lane.key(),
                limits,
                lane.taken().perSecond(now) / share,
                lane.taken().latest(),
                attempt.at(),
                now,
                coolDown,
                reply.line()));
  }
}
