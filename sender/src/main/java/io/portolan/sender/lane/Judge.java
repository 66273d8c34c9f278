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
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.exchange.Transaction;
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

  /** What a refusal means, by the rules for the platform, or those for relays where one speaks. */
  Classification classify(SmtpReply reply, Phase phase, Path path, String platform) {
    return classifier.classify(reply, phase, path.isDirect() ? platform : ReplyClassifier.RELAY);
  }

  /** Whom a refusal is about, and so who pays for it. */
  enum Aim {
    /** The recipient, or this message to it. */
    RECIPIENT,
    /** The address that we send from, by reputation or rate: every next message meets the same. */
    SOURCE,
    /**
     * Us: our sender address, DNS, signatures or TLS. Somebody must put that right; nobody is
     * bounced for it.
     */
    SENDER,
    /**
     * Us at a relay: it does not begin, wants another login, or does not relay for us. Somebody
     * must put the route right; nobody is bounced for it.
     */
    ROUTE
  }

  static Aim aim(Path path, Phase phase, Classification refusal) {
    BounceCategory category = refusal.category();
    return switch (category) {
      case RATE_LIMITED, IP_REPUTATION -> Aim.SOURCE;
      case AUTH_FAILURE, DNS_IDENTITY, SENDER_REJECTED -> Aim.SENDER;
      case TLS -> path.isDirect() ? Aim.SENDER : Aim.ROUTE;
      // at a recipient's mail host, "relay access denied" says that it is not the domain's
      case RELAY_CONFIG -> path.isDirect() ? Aim.RECIPIENT : Aim.ROUTE;
      case BAD_MAILBOX,
          BAD_DOMAIN,
          MAILBOX_INACTIVE,
          MAILBOX_FULL,
          RECIPIENT_REFUSED,
          SPAM_CONTENT,
          CONTENT_REJECTED,
          TOO_BIG,
          NETWORK,
          REMOTE_SYSTEM,
          PROTOCOL,
          POLICY,
          UNKNOWN ->
          path.isDirect() || phase.compareTo(Phase.MAIL) >= 0
              ? Aim.RECIPIENT
              : refusal.effect() == Classification.Effect.BOUNCE ? Aim.ROUTE : Aim.SOURCE;
    };
  }

  /**
   * The outcome of an attempt that was refused. Before MAIL nobody was named to the peer, so that
   * nobody bounces; with a relay it is no attempt at all.
   */
  DeliveryOutcome refused(
      Attempt attempt, Classification refusal, ClaimedDelivery delivery, RetrySchedule retry) {
    boolean isBeforeMail = attempt.phase().compareTo(Phase.MAIL) < 0;
    if (isBeforeMail && !attempt.path().isDirect()) {
      String words = attempt.reply().map(SmtpReply::line).orElse("");
      return held(
          "relay " + attempt.path().label() + " refuses: " + words,
          retryTime(delivery, retry),
          delivery,
          retry);
    }
    String category = refusal.category().id();
    boolean isOurs =
        switch (aim(attempt.path(), attempt.phase(), refusal)) {
          case RECIPIENT, SOURCE -> false;
          case SENDER, ROUTE -> true;
        };
    return refusal.effect() == Classification.Effect.BOUNCE && !isBeforeMail && !isOurs
        ? new Bounced(attempt, category, refusal.hardness())
        : later(attempt, category, refusal.hardness(), Optional.empty(), delivery, retry);
  }

  /** Why a peer cannot take a message. */
  static BounceCategory category(Transaction.Obstacle obstacle) {
    return switch (obstacle) {
      case TOO_LARGE -> BounceCategory.TOO_BIG;
      case NEEDS_8BITMIME, NEEDS_SMTPUTF8, BARE_LINE_BREAK -> BounceCategory.PROTOCOL;
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
              Hardness.NEITHER,
              Optional.of(attempt.path().route()),
              delivery,
              retry);
      case HOLD -> {
        Instant end = end(delivery.attempted(attempt.at()), retry);
        yield clock.instant().isBefore(end)
            ? new DeliveryOutcome.InDoubt(attempt, end)
            : new Expired(Optional.of(attempt), DeliveryOutcome.IN_DOUBT, Hardness.NEITHER);
      }
    };
  }

  /**
   * By our DNS the delivery's domain does not exist. That is final when it was so before, at least
   * an hour ago, or when there is no time left; and it suppresses nobody, since one resolver that
   * lies would suppress many.
   */
  DeliveryOutcome noSuchDomain(String reason, ClaimedDelivery delivery, RetrySchedule retry) {
    Instant now = clock.instant();
    Instant end = end(delivery, retry);
    boolean seenBefore =
        delivery.lastCause().filter(DeliveryOutcome.NO_SUCH_DOMAIN::equals).isPresent();
    if (seenBefore || !now.isBefore(end)) {
      return new Undeliverable(BounceCategory.BAD_DOMAIN.id(), reason);
    }
    Instant later = retryTime(delivery, retry);
    Instant again = later.isAfter(now.plus(SECOND_LOOK)) ? later : now.plus(SECOND_LOOK);
    return new DeliveryOutcome.NoSuchDomain(reason, again.isBefore(end) ? again : end);
  }

  /** No attempt was made: the delivery waits until {@code until}, or the end of its lifetime. */
  DeliveryOutcome held(
      String reason, Instant until, ClaimedDelivery delivery, RetrySchedule retry) {
    Instant end = end(delivery, retry);
    if (!clock.instant().isBefore(end)) {
      return new Expired(Optional.empty(), HELD, Hardness.NEITHER);
    }
    return new Held(reason, until.isBefore(end) ? until : end);
  }

  /**
   * When a delivery's lifetime ends. It counts from the first attempt, or until there is one from
   * the first time that its turn came and it was held; what waits behind others in a long campaign,
   * or for a person because of a guardrail, does not age.
   */
  Instant end(ClaimedDelivery delivery, RetrySchedule retry) {
    return delivery.agesSince().orElseGet(clock::instant).plus(retry.lifetime());
  }

  /** When a delivery is to be tried after its next deferral. */
  Instant retryTime(ClaimedDelivery delivery, RetrySchedule retry) {
    return clock.instant().plus(retry.delayAfter(delivery.attempts() + 1, random.nextDouble()));
  }

  private DeliveryOutcome later(
      Attempt attempt,
      String category,
      Hardness hardness,
      Optional<String> pinnedRoute,
      ClaimedDelivery delivery,
      RetrySchedule retry) {
    Instant notBefore = retryTime(delivery, retry);
    if (notBefore.isAfter(end(delivery.attempted(attempt.at()), retry))) {
      return new Expired(Optional.of(attempt), category, hardness);
    }
    return new Deferred(attempt, category, notBefore, pinnedRoute);
  }
}
