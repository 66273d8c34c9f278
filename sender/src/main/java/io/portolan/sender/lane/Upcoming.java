package io.portolan.sender.lane;

import io.portolan.core.InvalidException;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.message.ComposedMessage;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The delivery that a worker carries next, set aside and composed while the one before it is
 * offered, so that its envelope leaves with the end of that one. It is no promise: when its turn
 * comes all is asked anew that decides whether it is sent, and a session that waits for it in vain
 * ends. Not thread-safe.
 */
final class Upcoming {
  /** Slower lanes gain nothing, and their peers would wait in the midst of a transaction. */
  private static final double SLOWEST_PER_SECOND = 10;

  private final LaneParts parts;
  private final Lane lane;
  private final Tempo tempo;
  private BatchRun.@Nullable Item item;
  private long composedId;
  private @Nullable ComposedMessage message;

  Upcoming(LaneParts parts, Lane lane, Tempo tempo) {
    this.parts = parts;
    this.lane = lane;
    this.tempo = tempo;
  }

  /**
   * Sets a delivery aside, unless one is.
   *
   * @param suits which ones the session at hand may take
   * @return what to send ahead of it; empty where nothing should be
   */
  Optional<Mail> announce(Line line, Predicate<BatchRun.Item> suits) throws InterruptedException {
    Limits limits = tempo.limits();
    // with the one that is about to be offered
    if (line.isAboutSpent(limits)) {
      return Optional.empty();
    }
    if (item == null && isFast(limits)) {
      item = lane.reserve(suits).orElse(null);
    }
    BatchRun.Item next = item;
    if (next == null || !mayFollow(next, line)) {
      return Optional.empty();
    }
    try {
      return Optional.of(line.mailOf(prepared(next.run(), next.delivery())));
    } catch (InvalidException e) {
      return Optional.empty(); // is found out once more when its turn comes, and recorded
    }
  }

  /** The delivery set aside, if no other worker has taken it meanwhile. */
  Optional<BatchRun.Item> take() {
    BatchRun.Item next = item;
    item = null;
    return Optional.ofNullable(next).filter(lane::redeem);
  }

  /** Gives back the delivery set aside. */
  void giveBack() {
    BatchRun.Item next = item;
    item = null;
    message = null;
    if (next != null) {
      lane.giveBack(next);
    }
  }

  /**
   * The message of a delivery, composed now if it was not before.
   *
   * @throws InvalidException if the recipient's attributes do not make one
   */
  ComposedMessage compose(BatchRun run, ClaimedDelivery delivery) {
    ComposedMessage made = prepared(run, delivery);
    message = null;
    return made;
  }

  private ComposedMessage prepared(BatchRun run, ClaimedDelivery delivery) {
    ComposedMessage made = message;
    if (made == null || delivery.id() != composedId) {
      made = run.message(parts.composer()).compose(delivery);
      message = made;
      composedId = delivery.id();
    }
    return made;
  }

  private boolean isFast(Limits limits) {
    double rate = limits.messagesPerSecond() / limits.connections();
    return !lane.isHeld() && (rate == 0 || rate >= SLOWEST_PER_SECOND);
  }

  private boolean mayFollow(BatchRun.Item next, Line line) throws InterruptedException {
    ClaimedDelivery delivery = next.delivery();
    ClaimedBatch batch = next.run().batch();
    EffectiveRule rule = parts.policy().ruleFor(delivery.isp(), batch.platform());
    return !next.run().isAbandoned()
        && tempo.coolDown().isEmpty()
        && delivery.pinnedRoute().isEmpty()
        && parts.gate().isOpen(batch.campaignId())
        && parts.guarded().hold(batch, delivery).isEmpty()
        && parts.lines().serves(line, delivery, rule);
  }
}
