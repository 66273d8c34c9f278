package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.isp.Isp;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Makes an outcome of what a peer answered, by reply code and rule table, never by exception text.
 * Thread-safe if its random source is.
 */
final class Judge {
  private static final String HELD = "held";

  /**
   * How long after a domain was found missing it is looked for again, at the earliest: longer than
   * resolvers keep a wrong answer, and most faults of a zone.
   */
  private static final Duration SECOND_LOOK = Duration.ofHours(1);

  private final ReplyClassifier classifier;
  private final InstantSource clock;
  private final RandomGenerator random;

  Judge(ReplyClassifier classifier, InstantSource clock, RandomGenerator random) {
    this.classifier = classifier;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What a refusal means, by the platform's words, or those of no known ISP where a relay speaks.
   */
  Classification classify(SmtpReply reply, Phase phase, Path path, String platform) {
    return classifier.classify(reply, phase, path.isDirect() ? platform : Isp.OTHER.id());
  }

  /**
   * Whether a refusal is aimed at this source, by reputation or rate, rather than at the recipient.
   */
  static boolean refusesSource(Classification refusal) {
    return refusal.category() == BounceCategory.IP_REPUTATION
        || refusal.category() == BounceCategory.RATE_LIMITED;
  }

  /**
   * Whether a relay's refusal is about us and not about the recipient: it would not begin, wants
   * another login, or does not relay for us. Somebody must put the route right; nobody is bounced
   * for it.
   */
  static boolean refusesRoute(Path path, Phase phase, Classification refusal) {
    return !path.isDirect()
        && (phase.compareTo(Phase.MAIL) < 0
            || (phase == Phase.MAIL
                && refusal.category().remedy() == BounceCategory.Remedy.FIX_ROUTE));
  }

  /** The outcome of an attempt that was refused. */
  DeliveryOutcome refused(
      Attempt attempt,
      Classification refusal,
      ClaimedDelivery delivery,
      RetrySchedule retry,
      Instant launchedAt) {
    String category = refusal.category().id();
    return switch (refusal.effect()) {
      case BOUNCE -> new Bounced(attempt, category, refusal.suppresses());
      case DEFERRAL, RECONNECT ->
          later(attempt, category, Optional.empty(), delivery, retry, launchedAt);
    };
  }

  /**
   * The dot was not answered: the peer may hold the message. It is tried again later with the same
   * Message-ID, on the same route and no other (RFC 1047; RFC 5321 section 4.5.3.2.6), or waits for
   * a decision if its campaign holds what is in doubt.
   */
  DeliveryOutcome unanswered(
      Attempt attempt, ClaimedDelivery delivery, RetrySchedule retry, ClaimedBatch batch) {
    return switch (batch.inDoubt()) {
      case RESEND ->
          later(
              attempt,
              DeliveryOutcome.NO_ANSWER,
              Optional.of(attempt.path().route()),
              delivery,
              retry,
              batch.launchedAt());
      case HOLD -> {
        Instant end = batch.launchedAt().plus(retry.lifetime());
        yield clock.instant().isBefore(end)
            ? new DeliveryOutcome.InDoubt(attempt, end)
            : new Expired(Optional.of(attempt), DeliveryOutcome.IN_DOUBT);
      }
    };
  }

  /**
   * By our DNS the delivery's domain does not exist. That is final when it was so before, at least
   * an hour ago, or when there is no time left; and it suppresses nobody, since one resolver that
   * lies would suppress many.
   */
  DeliveryOutcome noSuchDomain(
      String reason, ClaimedDelivery delivery, RetrySchedule retry, Instant launchedAt) {
    Instant now = clock.instant();
    Instant end = launchedAt.plus(retry.lifetime());
    boolean seenBefore =
        delivery.lastCause().filter(DeliveryOutcome.NO_SUCH_DOMAIN::equals).isPresent();
    if (seenBefore || !now.isBefore(end)) {
      return new Undeliverable(BounceCategory.BAD_DOMAIN.id(), reason, false);
    }
    Instant later = retryTime(delivery, retry);
    Instant again = later.isAfter(now.plus(SECOND_LOOK)) ? later : now.plus(SECOND_LOOK);
    return new DeliveryOutcome.NoSuchDomain(reason, again.isBefore(end) ? again : end);
  }

  /** No attempt was made: the delivery waits until {@code until}, or the end of its lifetime. */
  DeliveryOutcome held(String reason, Instant until, RetrySchedule retry, Instant launchedAt) {
    Instant end = launchedAt.plus(retry.lifetime());
    if (!clock.instant().isBefore(end)) {
      return new Expired(Optional.empty(), HELD);
    }
    return new Held(reason, until.isBefore(end) ? until : end);
  }

  /** When a delivery is to be tried after its next deferral. */
  Instant retryTime(ClaimedDelivery delivery, RetrySchedule retry) {
    return clock.instant().plus(retry.delayAfter(delivery.attempts() + 1, random.nextDouble()));
  }

  private DeliveryOutcome later(
      Attempt attempt,
      String category,
      Optional<String> pinnedRoute,
      ClaimedDelivery delivery,
      RetrySchedule retry,
      Instant launchedAt) {
    Instant notBefore = retryTime(delivery, retry);
    if (notBefore.isAfter(launchedAt.plus(retry.lifetime()))) {
      return new Expired(Optional.of(attempt), category);
    }
    return new Deferred(attempt, category, notBefore, pinnedRoute);
  }
}
