package io.portolan.sender.lane;

import io.portolan.core.InvalidException;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.path.Allowances.Taken;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.recorder.Recorded;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.message.MessageRoom.Held;
import io.portolan.sender.path.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the deliveries of a lane, one after another, over one session at a time, on one
 * connection slot. Not thread-safe: it belongs to one worker.
 */
final class Courier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Courier.class);

  /** How often a session that breaks before the dot is replaced for the same delivery. */
  private static final int MOST_SESSIONS = 3;

  private static final Duration TRIAL = Duration.ofSeconds(30);

  /** How long a better path that would not open a session is left, while another serves. */
  private static final Duration SPARED = Duration.ofMinutes(1);

  /** Other messages that wait for their peers have the memory. */
  private static final Duration NO_ROOM_PAUSE = Duration.ofMinutes(1);

  private static final String NO_ROOM = "no room in memory: large messages wait for their peers";

  private static final CompletableFuture<Recorded> NOTHING =
      CompletableFuture.completedFuture(Recorded.STALE);

  private final LaneParts parts;
  private final Lane lane;
  private final Tempo tempo;
  private final Refusals refusals;
  private final Offering offering;
  private final CampaignGate gate;
  private final Upcoming upcoming;
  private @Nullable Line line;
  private CompletableFuture<Recorded> underWay = NOTHING;

  Courier(LaneParts parts, Lane lane, Tempo tempo) {
    this.parts = parts;
    this.lane = lane;
    this.tempo = tempo;
    refusals = new Refusals(parts, lane, tempo);
    offering = new Offering(parts, tempo, refusals);
    gate = parts.gate();
    upcoming = new Upcoming(parts, lane, tempo);
  }

  /** Ends the session, if one is open, and gives back what was set aside. */
  @Override
  public void close() {
    upcoming.giveBack();
    endSession();
  }

  private void endSession() {
    Line open = line;
    line = null;
    if (open != null) {
      parts.stalls().release(open);
      open.close();
    }
  }

  /** The delivery to carry next, if one was set aside for this session. */
  Optional<BatchRun.Item> next() {
    return upcoming.take();
  }

  /**
   * Whether the open session is where a delivery's share of the paths leads it, so that sessions do
   * not move to and fro. True where the paths have no shares.
   */
  boolean suits(BatchRun.Item item) {
    Line open = line;
    EffectiveRule rule =
        parts.policy().ruleFor(item.delivery().isp(), item.run().batch().platform());
    return open == null
        || !rule.hasShares()
        || rule.pathsFor(item.delivery().id()).getFirst().covers(open.path());
  }

  /** Carries one delivery as far as it comes now, and has the result recorded. */
  void carry(BatchRun.Item item, Slot slot) throws InterruptedException {
    boolean handed = false;
    BatchRun run = item.run();
    ClaimedDelivery delivery = item.delivery();
    long campaignId = run.batch().campaignId();
    boolean entered =
        parts.guarded().enter(campaignId, delivery.isp(), () -> mayGoOn(run, delivery));
    try {
      EffectiveRule rule = parts.policy().ruleFor(delivery.isp(), run.batch().platform());
      OfferNote note = new OfferNote(parts.recorder(), run.batch());
      try {
        handed = carry(run, delivery, slot, rule, note);
      } catch (RuntimeException | Error e) {
        handed =
            parts.outages().leaves(run, e)
                ? left(run, delivery, rule, note)
                : failed(run, delivery, rule, e);
      }
    } finally {
      upcoming.carried(delivery);
      if (!handed) {
        run.leave();
      }
      if (entered) {
        parts.guarded().leave(campaignId, delivery.isp(), handed ? underWay : NOTHING);
      }
    }
  }

  /** Our own fault: later, and not at once again, while other deliveries go on. */
  private boolean failed(BatchRun run, ClaimedDelivery delivery, EffectiveRule rule, Throwable e)
      throws InterruptedException {
    log.error("Delivery {} could not be carried and is tried again later", delivery.id(), e);
    endSession();
    Instant until = parts.judge().retryTime(delivery, rule.retry());
    return hold(run, delivery, "internal error: " + e, until, rule);
  }

  /** Returns false when the delivery was left as it is. */
  private boolean carry(
      BatchRun run, ClaimedDelivery delivery, Slot slot, EffectiveRule rule, OfferNote note)
      throws InterruptedException {
    if (!mayGoOn(run, delivery)) {
      return false;
    }
    Optional<Lane.Hold> hold = lane.hold(parts.clock().instant(), TRIAL).or(tempo::coolDown);
    if (hold.isEmpty()) {
      if (!tempo.awaitTurn(slot, () -> mayGoOn(run, delivery))) {
        return false;
      }
      // its turn may have been minutes away
      hold = tempo.coolDown();
    }
    if (hold.isPresent()) {
      return hold(run, delivery, hold.get().reason(), hold.get().until(), rule);
    }
    Optional<DeliveryOutcome> suppressed = parts.suppressed(run, delivery);
    if (suppressed.isPresent()) {
      return ended(run, delivery, suppressed.get());
    }
    Optional<Held> message;
    try {
      message = upcoming.compose(run, delivery, () -> mayGoOn(run, delivery));
    } catch (InvalidException e) {
      String reason = String.valueOf(e.getMessage());
      return ended(run, delivery, new Undeliverable("not-composed", reason));
    }
    if (message.isEmpty()) {
      Instant later = parts.clock().instant().plus(NO_ROOM_PAUSE);
      return mayGoOn(run, delivery) && hold(run, delivery, NO_ROOM, later, rule);
    }
    try (Held held = message.get()) {
      return offer(run, delivery, slot, held.message(), rule, note);
    }
  }

  /**
   * Offers a composed message, on as many sessions as it takes.
   *
   * @return false when the delivery was left as it is
   */
  private boolean offer(
      BatchRun run,
      ClaimedDelivery delivery,
      Slot slot,
      ComposedMessage message,
      EffectiveRule rule,
      OfferNote note)
      throws InterruptedException {
    ClaimedBatch batch = run.batch();
    Judge judge = parts.judge();
    Instant expiresAt = judge.end(delivery.attempted(parts.clock().instant()), rule.retry());
    for (int sessions = 0; sessions < MOST_SESSIONS; ) {
      if (!mayGoOn(run, delivery)) {
        return left(run, delivery, rule, note);
      }
      Line before = line;
      switch (ready(delivery, rule, batch.campaignId())) {
        case LineOpener.Open(Line ready) -> {
          if (ready != before) {
            sessions++;
          }
          if (!note.write(delivery, expiresAt)) {
            run.abandon();
            return false;
          }
          // opening may have taken minutes
          if (!mayGoOn(run, delivery) || !slot.isHeld()) {
            return left(run, delivery, rule, note);
          }
          // last, for what is counted and not offered would be missing from a day's volume
          Optional<List<Taken>> counted = parts.paths().count(rule, ready.path(), lane.key());
          if (counted.isEmpty()) {
            continue;
          }
          Optional<Mail> next = upcoming.announce(ready, this::suits);
          Optional<DeliveryOutcome> outcome =
              offering.offer(run, ready, delivery, message, next, rule);
          if (outcome.isEmpty() || !ready.session().isUsable()) {
            endSession();
          }
          if (outcome.flatMap(DeliveryOutcome::attemptMade).isEmpty()) {
            parts.paths().giveBack(counted.get());
          }
          if (outcome.isPresent()) {
            return ended(run, delivery, outcome.get());
          }
        }
        case LineOpener.Wait(Duration recheck) -> Thread.sleep(recheck);
        case LineOpener.Refused refused -> {
          Attempt attempt = refused.attempt(parts.clock().instant());
          Classification refusal =
              judge.classify(refused.reply(), refused.phase(), refused.path(), batch.platform());
          return ended(run, delivery, refusals.refused(attempt, refusal, delivery, rule));
        }
        case LineOpener.Closed(String reason, Instant until) -> {
          return hold(run, delivery, reason, until, rule);
        }
        case LineOpener.Trouble(String reason, boolean peerClosed) -> {
          if (peerClosed) {
            refusals.closed(reason, rule.retry());
          }
          return hold(run, delivery, reason, judge.retryTime(delivery, rule.retry()), rule);
        }
        case LineOpener.NoMail(String reason) -> {
          return ended(run, delivery, new Undeliverable(BounceCategory.BAD_DOMAIN.id(), reason));
        }
        case LineOpener.NoDomain(String reason) -> {
          return ended(run, delivery, judge.noSuchDomain(reason, delivery, rule.retry()));
        }
      }
    }
    String reason =
        "the session with %s broke %d times before the end of data"
            .formatted(lane.platform(), MOST_SESSIONS);
    return hold(run, delivery, reason, judge.retryTime(delivery, rule.retry()), rule);
  }

  /** Has the last result of this run recorded. */
  private boolean ended(BatchRun run, ClaimedDelivery delivery, DeliveryOutcome outcome)
      throws InterruptedException {
    underWay = parts.recorder().record(run.batch(), delivery, outcome);
    run.await(underWay);
    return true;
  }

  private boolean hold(
      BatchRun run, ClaimedDelivery delivery, String reason, Instant until, EffectiveRule rule)
      throws InterruptedException {
    return ended(run, delivery, parts.judge().held(reason, until, delivery, rule.retry()));
  }

  /**
   * Leaves a delivery as it is, unless it was noted that it is offered: a note without a result
   * would leave in doubt what is not.
   */
  private boolean left(BatchRun run, ClaimedDelivery delivery, EffectiveRule rule, OfferNote note)
      throws InterruptedException {
    return note.stands() && hold(run, delivery, "left", parts.clock().instant(), rule);
  }

  private boolean mayGoOn(BatchRun run, ClaimedDelivery delivery) {
    return !run.isAbandoned()
        && gate.isOpen(run.batch().campaignId())
        && !parts.guarded().holds(run.batch(), delivery);
  }

  /** The open session if it may take this delivery, else a new one. */
  private LineOpener.Result ready(ClaimedDelivery delivery, EffectiveRule rule, long campaignId)
      throws InterruptedException {
    Line open = line;
    if (open != null && (!open.session().isUsable() || open.isSpent(tempo.limits()))) {
      endSession();
      open = null;
    }
    if (open != null) {
      Standing standing =
          parts
              .paths()
              .review(
                  open.path(),
                  parts.lines().request(lane, delivery, rule),
                  path ->
                      lane.mayMoveTo(path, parts.clock().instant())
                          && !parts.paths().isAtSessionLimit(lane.key(), tempo.limits()));
      switch (standing) {
        case Standing.Keep(Decision decision) -> {
          if (parts.lines().serves(open, delivery, rule)) {
            open.decide(decision);
            return new LineOpener.Open(open);
          }
        }
        case Standing.Move(var take) -> {
          Optional<LineOpener.Result> moved =
              parts.lines().open(take, lane, delivery, rule, campaignId);
          if (moved.isPresent() && moved.get() instanceof LineOpener.Open better) {
            return kept(better, delivery);
          }
          if (moved.isPresent() && !(moved.get() instanceof LineOpener.Wait)) {
            // of a path that failed health knows when to try it again; of this one it knows no ill
            lane.spare(take.path(), parts.clock().instant().plus(SPARED));
            if (moved.get() instanceof LineOpener.Refused refused) {
              parts.lines().record(refused, lane, delivery, campaignId);
              refusals.paused(refused.reply(), refused.path(), rule);
            }
          }
          if (parts.lines().serves(open, delivery, rule)) {
            return new LineOpener.Open(open);
          }
        }
        case Standing.Leave(String _) -> {
          // the session is closed below
        }
      }
      endSession();
    }
    return kept(parts.lines().open(lane, delivery, rule, campaignId), delivery);
  }

  private LineOpener.Result kept(LineOpener.Result result, ClaimedDelivery delivery) {
    if (result instanceof LineOpener.Open(Line opened)) {
      endSession();
      line = opened;
      parts.stalls().watch(opened, lane);
    }
    lane.pauses().found(result, delivery);
    return result;
  }
}
