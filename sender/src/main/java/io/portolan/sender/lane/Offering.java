package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.message.ComposedMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Offers one delivery of a batch, on one session after another, and says what comes of it. Not
 * thread-safe: it belongs to one worker.
 */
final class Offering {
  private final LaneParts parts;
  private final Tempo tempo;
  private final Refusals refusals;
  private final BatchRun run;
  private final EffectiveRule rule;
  private boolean mayLapse = true;

  Offering(LaneParts parts, Tempo tempo, Refusals refusals, BatchRun run, EffectiveRule rule) {
    this.parts = parts;
    this.tempo = tempo;
    this.refusals = refusals;
    this.run = run;
    this.rule = rule;
  }

  /**
   * What one offer came to: an outcome, or the delivery as it is to be offered once more.
   *
   * @param leavesSession whether nothing more may be offered on the session
   */
  record Round(Optional<DeliveryOutcome> outcome, ClaimedDelivery delivery, boolean leavesSession) {
    private static Round ended(DeliveryOutcome outcome, ClaimedDelivery delivery) {
      return new Round(Optional.of(outcome), delivery, false);
    }

    private static Round again(ClaimedDelivery delivery) {
      return new Round(Optional.empty(), delivery, true);
    }
  }

  /**
   * Offers the delivery on a session.
   *
   * @param next what to announce with its end
   */
  Round offer(Line ready, ClaimedDelivery delivery, ComposedMessage message, Optional<Mail> next)
      throws InterruptedException {
    boolean isFirst = ready.offered() == 0;
    Instant at = parts.clock().instant();
    Duration opening = ready.offer();
    run.begins(ready);
    Transaction transaction;
    try {
      if (run.isAbandoned()) {
        return Round.again(delivery);
      }
      transaction = ready.session().send(ready.mailOf(message), next);
    } finally {
      run.ends(ready);
    }
    if (mayLapse && !isFirst && transaction.isLapsed()) {
      mayLapse = false;
      return Round.again(delivery);
    }
    ClaimedBatch batch = run.batch();
    return switch (transaction) {
      case Transaction.Replied replied -> {
        Attempt attempt =
            ready.attempt(
                at, replied.phase(), Optional.of(replied.reply()), opening, replied.took());
        if (replied.accepted()) {
          tempo.accepted(ready.path());
          parts.paths().passed(ready.path());
          yield Round.ended(new Accepted(attempt), delivery);
        }
        Classification refusal =
            parts
                .judge()
                .classify(replied.reply(), replied.phase(), ready.path(), batch.platform());
        // a peer that ends a session which it has used has reached its limit a connection, and
        // says nothing about this recipient
        boolean endsUsedSession =
            replied.reply().code() == Transaction.CLOSING
                && replied.phase() != Phase.DOT
                && !isFirst
                && refusal.category() != BounceCategory.RATE_LIMITED;
        boolean isPaused = refusals.paused(replied.reply(), ready.path(), rule);
        if (!isPaused && (endsUsedSession || refusal.effect() == Classification.Effect.RECONNECT)) {
          // the next result of this delivery says whether the claim still holds
          var _ =
              parts
                  .recorder()
                  .record(
                      batch,
                      delivery,
                      new Deferred(
                          attempt, BounceCategory.RATE_LIMITED.id(), at, Optional.empty()));
          yield Round.again(delivery.attempted(at));
        }
        yield Round.ended(refusals.refused(attempt, refusal, delivery, rule), delivery);
      }
      case Transaction.Lost lost -> {
        if (lost.unknown()) {
          Attempt attempt = ready.attempt(at, lost.phase(), Optional.empty(), opening, lost.took());
          yield Round.ended(
              parts.judge().unanswered(attempt, delivery, rule.retry(), batch), delivery);
        }
        // what a stop cuts short shows nothing of the path
        if (!run.isCut()) {
          parts.recorder().record(ready.failure(batch, delivery, at, lost));
        }
        yield Round.again(delivery);
      }
      case Transaction.NotPossible(Transaction.Obstacle obstacle, String reason) ->
          Round.ended(new Undeliverable(Judge.category(obstacle).id(), reason, false), delivery);
    };
  }
}
