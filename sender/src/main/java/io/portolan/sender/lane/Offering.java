package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
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
 * Offers one delivery on one session, and says what comes of it. Not thread-safe: it belongs to one
 * worker.
 */
final class Offering {
  private final LaneParts parts;
  private final Tempo tempo;
  private final Refusals refusals;

  Offering(LaneParts parts, Tempo tempo, Refusals refusals) {
    this.parts = parts;
    this.tempo = tempo;
    this.refusals = refusals;
  }

  /**
   * Offers a delivery.
   *
   * @param next what to announce with its end
   * @return empty where it is to be offered once more, on another session: this one is over, and
   *     nothing was taken
   */
  Optional<DeliveryOutcome> offer(
      BatchRun run,
      Line ready,
      ClaimedDelivery delivery,
      ComposedMessage message,
      Optional<Mail> next,
      EffectiveRule rule)
      throws InterruptedException {
    boolean isFirst = ready.offered() == 0;
    Instant at = parts.clock().instant();
    Duration opening = ready.offer();
    run.begins(ready);
    Transaction transaction;
    try {
      if (run.isAbandoned()) {
        return Optional.empty();
      }
      transaction = ready.session().send(ready.mailOf(message), next);
    } finally {
      run.ends(ready);
    }
    if (!isFirst && transaction.isLapsed()) {
      return Optional.empty();
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
          yield Optional.of(new Accepted(attempt));
        }
        Classification refusal =
            parts
                .judge()
                .classify(replied.reply(), replied.phase(), ready.path(), batch.platform());
        yield !isFirst
                && endsSession(replied, refusal)
                && !refusals.paused(replied.reply(), ready.path(), rule)
            ? Optional.empty()
            : Optional.of(refusals.refused(attempt, refusal, delivery, rule));
      }
      case Transaction.Lost lost -> {
        if (lost.unknown()) {
          Attempt attempt = ready.attempt(at, lost.phase(), Optional.empty(), opening, lost.took());
          yield Optional.of(parts.judge().unanswered(attempt, delivery, rule.retry(), batch));
        }
        // what a stop cuts short shows nothing of the path
        if (!run.isCut()) {
          parts.recorder().record(ready.failure(batch, delivery, at, lost));
        }
        yield Optional.empty();
      }
      case Transaction.NotPossible(Transaction.Obstacle obstacle, String reason) ->
          Optional.of(new Undeliverable(Judge.category(obstacle).id(), reason));
    };
  }

  /**
   * Whether a refusal is the end of a session that the peer has used: it has reached its limit a
   * connection and says nothing about this recipient, nor about a rate.
   */
  private static boolean endsSession(Transaction.Replied replied, Classification refusal) {
    return refusal.effect() == Classification.Effect.RECONNECT
        || (replied.reply().code() == Transaction.CLOSING
            && replied.phase() != Phase.DOT
            && refusal.category() != BounceCategory.RATE_LIMITED);
  }
}
