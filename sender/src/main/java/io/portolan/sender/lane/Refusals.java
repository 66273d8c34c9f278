package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.SmtpReply;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the refusals on a lane come to: for the delivery, for the lane, and for the route. Tells the
 * operator once for each hold. Thread-safe.
 */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final LaneParts parts;
  private final Lane lane;

  Refusals(LaneParts parts, Lane lane) {
    this.parts = parts;
    this.lane = lane;
  }

  /** A peer refused an attempt. */
  DeliveryOutcome refused(
      Attempt attempt,
      SmtpReply reply,
      ClaimedDelivery delivery,
      ClaimedBatch batch,
      EffectiveRule rule) {
    Judge judge = parts.judge();
    Classification refusal =
        judge.classify(reply, attempt.phase(), attempt.path(), batch.platform());
    String words = reply.code() + " " + reply.text();
    switch (Judge.aim(attempt.path(), attempt.phase(), refusal)) {
      case RECIPIENT -> {
        // says nothing about the next one
      }
      case SOURCE ->
          count(words, rule.retry())
              .ifPresent(
                  hold ->
                      log.warn(
                          "Mail to {} is held until {}: {}",
                          lane.key(),
                          hold.until(),
                          hold.reason()));
      case SENDER ->
          count(words, rule.retry())
              .ifPresent(
                  hold ->
                      log.error(
                          "Mail to {} is held until {}: {}; put right what it says of our {}",
                          lane.key(),
                          hold.until(),
                          hold.reason(),
                          refusal.category().id()));
      case ROUTE -> {
        if (lane.routeRefused()) {
          parts.paths().mailRefused(attempt.path(), words);
        }
      }
    }
    return judge.refused(attempt, refusal, delivery, rule.retry());
  }

  /** A recipient's mail host was reached and would not talk, as one does that refuses a source. */
  void closed(String reason, RetrySchedule retry) {
    count(reason, retry)
        .ifPresent(
            hold ->
                log.warn(
                    "Mail to {} is held until {}: {}", lane.key(), hold.until(), hold.reason()));
  }

  private Optional<Lane.Hold> count(String words, RetrySchedule retry) {
    return lane.refused(words, parts.clock().instant(), retry.delays().getFirst());
  }
}
