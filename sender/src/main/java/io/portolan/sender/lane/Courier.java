package io.portolan.sender.lane;

import io.portolan.core.InvalidException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.path.Standing;
import io.portolan.sender.smtp.Envelope;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.smtp.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

  private static final int CLOSING_DOWN = 421;
  private static final Duration TRIAL = Duration.ofSeconds(30);

  /** What was suppressed before a batch was claimed was left out then. */
  private static final Duration SUPPRESSIONS_HOLD = Duration.ofMinutes(1);

  private final LaneParts parts;
  private final Lane lane;
  private final CampaignGate gate;
  private @Nullable Line line;

  Courier(LaneParts parts, Lane lane) {
    this.parts = parts;
    this.lane = lane;
    gate = parts.gate();
  }

  /** Ends the session, if one is open. */
  @Override
  public void close() {
    Line open = line;
    line = null;
    if (open != null) {
      open.close();
    }
  }

  /** Carries one delivery as far as it comes now, and has the result recorded. */
  void carry(BatchRun.Item item, Slot slot) throws InterruptedException {
    BatchRun run = item.run();
    ClaimedBatch batch = run.batch();
    ClaimedDelivery delivery = item.delivery();
    EffectiveRule rule = parts.policy().ruleFor(delivery.isp(), batch.platform());
    boolean handed = false;
    try {
      Optional<Lane.Hold> hold = lane.hold(parts.clock().instant(), TRIAL);
      if (hold.isPresent()) {
        DeliveryOutcome held =
            parts
                .judge()
                .held(hold.get().reason(), hold.get().until(), rule.retry(), batch.launchedAt());
        run.await(parts.recorder().record(batch, delivery, held));
        handed = true;
        return;
      }
      if (!pace(slot, rule, run)) {
        return;
      }
      Optional<DeliveryOutcome> suppressed = suppressed(run, delivery);
      if (suppressed.isPresent()) {
        run.await(parts.recorder().record(batch, delivery, suppressed.get()));
        handed = true;
        return;
      }
      ComposedMessage message;
      try {
        message = parts.composer().campaign(batch.campaignId(), batch.content()).compose(delivery);
      } catch (InvalidException e) {
        run.await(
            parts
                .recorder()
                .record(
                    batch,
                    delivery,
                    new Undeliverable("not-composed", String.valueOf(e.getMessage()), false)));
        handed = true;
        return;
      }
      handed = carry(run, delivery, message, rule);
    } catch (RuntimeException e) {
      // our own fault: later, and not at once again, while other deliveries go on
      log.error("Delivery {} could not be carried and is tried again later", delivery.id(), e);
      close();
      Instant until = parts.judge().retryTime(delivery, rule.retry());
      handed = hold(run, delivery, "internal error: " + e, until, rule);
    } finally {
      if (!handed) {
        run.leave();
      }
    }
  }

  /** Who was suppressed while the delivery waited here for its turn gets nothing. */
  private Optional<DeliveryOutcome> suppressed(BatchRun run, ClaimedDelivery delivery) {
    if (parts.clock().instant().isBefore(run.since().plus(SUPPRESSIONS_HOLD))) {
      return Optional.empty();
    }
    return parts
        .suppressions()
        .findCovering(EmailAddress.parse(delivery.address()))
        .map(found -> new DeliveryOutcome.Suppressed(found.suppression().reason().id()));
  }

  /**
   * Carries a composed message.
   *
   * @return false when the delivery was left as it is
   */
  private boolean carry(
      BatchRun run, ClaimedDelivery first, ComposedMessage message, EffectiveRule rule)
      throws InterruptedException {
    ClaimedBatch batch = run.batch();
    ClaimedDelivery delivery = first;
    OfferNote note =
        new OfferNote(parts.recorder(), batch, batch.launchedAt().plus(rule.retry().lifetime()));
    for (int sessions = 0; sessions < MOST_SESSIONS; ) {
      if (!mayGoOn(run)) {
        // a note without a result would leave in doubt what is not
        return note.stands() && hold(run, delivery, "left", parts.clock().instant(), rule);
      }
      Line before = line;
      switch (ready(delivery, rule, batch.campaignId())) {
        case LineOpener.Open(Line ready) -> {
          if (ready != before) {
            sessions++;
          }
          if (!note.write(delivery)) {
            run.abandon();
            return false;
          }
          Round round = offer(ready, batch, delivery, message, rule);
          if (round.delivery().attempts() > delivery.attempts()) {
            note.taken();
          }
          if (round.outcome().isPresent()) {
            run.await(parts.recorder().record(batch, delivery, round.outcome().get()));
            return true;
          }
          delivery = round.delivery();
        }
        case LineOpener.Wait(Duration recheck) -> Thread.sleep(recheck);
        case LineOpener.Refused refused -> {
          DeliveryOutcome outcome =
              refused(
                  refused.attempt(parts.clock().instant()), refused.reply(), delivery, batch, rule);
          run.await(parts.recorder().record(batch, delivery, outcome));
          return true;
        }
        case LineOpener.Closed(String reason, Instant until) -> {
          return hold(run, delivery, reason, until, rule);
        }
        case LineOpener.Trouble(String reason, boolean peerClosed) -> {
          Instant until = parts.judge().retryTime(delivery, rule.retry());
          if (peerClosed) {
            lane.refused(reason, until);
          }
          return hold(run, delivery, reason, until, rule);
        }
        case LineOpener.NoMail(String reason) -> {
          Undeliverable noMail = new Undeliverable(BounceCategory.BAD_DOMAIN.id(), reason, false);
          run.await(parts.recorder().record(batch, delivery, noMail));
          return true;
        }
        case LineOpener.NoDomain(String reason) -> {
          DeliveryOutcome none =
              parts.judge().noSuchDomain(reason, delivery, rule.retry(), batch.launchedAt());
          run.await(parts.recorder().record(batch, delivery, none));
          return true;
        }
      }
    }
    return hold(
        run,
        delivery,
        "the session with "
            + lane.platform()
            + " broke "
            + MOST_SESSIONS
            + " times before the end of data",
        parts.judge().retryTime(delivery, rule.retry()),
        rule);
  }

  private boolean hold(
      BatchRun run, ClaimedDelivery delivery, String reason, Instant until, EffectiveRule rule)
      throws InterruptedException {
    ClaimedBatch batch = run.batch();
    DeliveryOutcome held = parts.judge().held(reason, until, rule.retry(), batch.launchedAt());
    run.await(parts.recorder().record(batch, delivery, held));
    return true;
  }

  /** Waits for this slot's turn; false when the delivery is to be left meanwhile. */
  private boolean pace(Slot slot, EffectiveRule rule, BatchRun run) throws InterruptedException {
    double rate = rule.limits().messagesPerSecond() / rule.limits().connections();
    long left = lane.pace(slot.number(), rate, System.nanoTime());
    while (left > 0) {
      if (!mayGoOn(run)) {
        return false;
      }
      long nap = Math.min(left, TimeUnit.MILLISECONDS.toNanos(200));
      TimeUnit.NANOSECONDS.sleep(nap);
      left -= nap;
    }
    // a slot that was lost meanwhile may be another node's by now
    return slot.isHeld() && mayGoOn(run);
  }

  private boolean mayGoOn(BatchRun run) {
    return !run.isAbandoned() && gate.isOpen(run.batch().campaignId());
  }

  /** The open session if it may take this delivery, else a new one. */
  private LineOpener.Result ready(ClaimedDelivery delivery, EffectiveRule rule, long campaignId)
      throws InterruptedException {
    Line open = line;
    if (open != null
        && (!open.session().isUsable()
            || open.offered() >= rule.limits().messagesPerConnection())) {
      close();
      open = null;
    }
    if (open != null) {
      switch (parts
          .paths()
          .review(open.path(), rule, lane.key(), delivery.pinnedRoute(), _ -> true)) {
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
            return kept(better);
          }
          if (parts.lines().serves(open, delivery, rule)) {
            return new LineOpener.Open(open);
          }
        }
        case Standing.Leave(String _) -> {
          // the session is closed below
        }
      }
      close();
    }
    return kept(parts.lines().open(lane, delivery, rule, campaignId));
  }

  private LineOpener.Result kept(LineOpener.Result result) {
    if (result instanceof LineOpener.Open(Line opened)) {
      close();
      line = opened;
    }
    return result;
  }

  /** What one offer came to: an outcome, or the delivery as it is to be offered once more. */
  private record Round(Optional<DeliveryOutcome> outcome, ClaimedDelivery delivery) {}

  private Round offer(
      Line ready,
      ClaimedBatch batch,
      ClaimedDelivery delivery,
      ComposedMessage message,
      EffectiveRule rule)
      throws InterruptedException {
    SmtpSession session = ready.session();
    boolean isFirst = ready.offered() == 0;
    Instant at = parts.clock().instant();
    Duration opening = ready.offer();
    Transaction transaction =
        session.send(
            new Envelope(message.envelope().returnPath(), message.envelope().recipient()),
            message.bytes());
    return switch (transaction) {
      case Transaction.Replied replied -> {
        Attempt attempt =
            ready.attempt(
                at, replied.phase(), Optional.of(replied.reply()), opening, replied.took());
        if (replied.accepted()) {
          lane.accepted();
          yield new Round(Optional.of(new Accepted(attempt)), delivery);
        }
        Classification refusal =
            parts
                .judge()
                .classify(replied.reply(), replied.phase(), ready.path(), batch.platform());
        // a peer that ends a session which it has used has reached its limit a connection, and
        // says nothing about this recipient
        boolean endsUsedSession =
            replied.reply().code() == CLOSING_DOWN && replied.phase() != Phase.DOT && !isFirst;
        if (endsUsedSession || refusal.effect() == Classification.Effect.RECONNECT) {
          close();
          // the next result of this delivery says whether the claim still holds
          var _ =
              parts
                  .recorder()
                  .record(
                      batch,
                      delivery,
                      new Deferred(
                          attempt, BounceCategory.RATE_LIMITED.id(), at, Optional.empty()));
          yield new Round(Optional.empty(), delivery.attempted(at));
        }
        yield new Round(
            Optional.of(refused(attempt, replied.reply(), delivery, batch, rule)), delivery);
      }
      case Transaction.Lost lost -> {
        close();
        if (lost.unknown()) {
          Attempt attempt = ready.attempt(at, lost.phase(), Optional.empty(), opening, lost.took());
          yield new Round(
              Optional.of(parts.judge().unanswered(attempt, delivery, rule.retry(), batch)),
              delivery);
        }
        parts.recorder().record(ready.failure(batch, delivery, at, lost));
        yield new Round(Optional.empty(), delivery);
      }
      case Transaction.NotPossible(Transaction.Obstacle obstacle, String reason) ->
          new Round(
              Optional.of(new Undeliverable(category(obstacle).id(), reason, false)), delivery);
    };
  }

  private DeliveryOutcome refused(
      Attempt attempt,
      SmtpReply reply,
      ClaimedDelivery delivery,
      ClaimedBatch batch,
      EffectiveRule rule) {
    Judge judge = parts.judge();
    Classification refusal =
        judge.classify(reply, attempt.phase(), attempt.path(), batch.platform());
    String words = reply.code() + " " + reply.text();
    boolean refusesRoute = Judge.refusesRoute(attempt.path(), attempt.phase(), refusal);
    if (refusesRoute || Judge.refusesSource(refusal)) {
      lane.refused(words, judge.retryTime(delivery, rule.retry()));
    }
    return refusesRoute
        ? judge.held(
            "relay " + attempt.path().label() + " refuses: " + words,
            judge.retryTime(delivery, rule.retry()),
            rule.retry(),
            batch.launchedAt())
        : judge.refused(attempt, refusal, delivery, rule.retry(), batch.launchedAt());
  }

  private static BounceCategory category(Transaction.Obstacle obstacle) {
    return switch (obstacle) {
      case TOO_LARGE -> BounceCategory.TOO_BIG;
      case NEEDS_8BITMIME, NEEDS_SMTPUTF8, BARE_LINE_BREAK -> BounceCategory.PROTOCOL;
    };
  }
}
