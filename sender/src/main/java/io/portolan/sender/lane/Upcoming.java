package io.portolan.sender.lane;

import io.portolan.core.InvalidException;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.message.MessageRoom;
import io.portolan.sender.message.MessageRoom.Held;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
  private @Nullable Held message;

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
      return prepared(next).map(line::mailOf);
    } catch (InvalidException e) {
      return Optional.empty(); // is found out once more when its turn comes, and recorded
    }
  }

  /** The delivery set aside, if no other worker has taken it meanwhile. */
  Optional<BatchRun.Item> take() {
    Optional<BatchRun.Item> next = Optional.ofNullable(item).filter(lane::redeem);
    item = null;
    if (next.isEmpty()) {
      forget();
    }
    return next;
  }

  /** Leaves what was composed of a delivery that came to its end without it. */
  void carried(ClaimedDelivery delivery) {
    if (delivery.id() == composedId) {
      forget();
    }
  }

  /** Leaves the message that was composed, if there is one. */
  private void forget() {
    Held made = message;
    message = null;
    if (made != null) {
      made.close();
    }
  }

  /** Gives back the delivery set aside. */
  void giveBack() {
    BatchRun.Item next = item;
    item = null;
    forget();
    if (next != null) {
      lane.giveBack(next);
    }
  }

  /**
   * The message of a delivery, composed now if it was not before; to be closed when it is carried.
   *
   * @return empty if there was no room for it in memory for some time, or it may not go on
   * @throws InvalidException if the recipient's attributes do not make one
   */
  Optional<Held> compose(BatchRun run, ClaimedDelivery delivery, BooleanSupplier mayGoOn)
      throws InterruptedException {
    Held made = message;
    if (made != null && delivery.id() == composedId) {
      message = null;
      return Optional.of(made);
    }
    // who waits for room holds none
    forget();
    return room().compose(run.message(parts.composer()), delivery, mayGoOn);
  }

  /** The same of the delivery set aside; empty if there is no room for it now. */
  private Optional<ComposedMessage> prepared(BatchRun.Item next) {
    if (message == null || next.delivery().id() != composedId) {
      forget();
      composedId = next.delivery().id();
      message = room().compose(next.run().message(parts.composer()), next.delivery()).orElse(null);
    }
    return Optional.ofNullable(message).map(Held::message);
  }

  private MessageRoom room() {
    return parts.composer().room();
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
        && !parts.guarded().holds(batch, delivery)
        && parts.lines().serves(line, delivery, rule);
  }
}
