package io.portolan.metrics.report;

import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.report.ProvenLoops.Hearing;
import java.util.Optional;

/**
 * What came back about messages that had been accepted, counted at the time they were sent. They
 * are among the accepted, too.
 *
 * @param hardBounced late bounces because the mailbox or domain does not exist or is closed
 * @param softBounced late bounces for any other reason but reputation
 * @param blocked late bounces because of reputation
 * @param complaints people who called a message spam, wherever
 * @param complaintsOfLoops those of them by ways on which complaints are known to come back
 * @param acceptedWithLoop accepted by such ways: the denominator of complaints
 * @param acceptedUnproven accepted at ISPs that may tell complaints, by ways on which none is known
 *     to come back: in no complaint rate
 * @param unsubscribes people who want no more
 * @param settled of the messages that a relay took, those of which an event of the relay says what
 *     became of them: delivered or bounced, each message once
 */
public record Returned(
    long hardBounced,
    long softBounced,
    long blocked,
    long complaints,
    long complaintsOfLoops,
    long acceptedWithLoop,
    long acceptedUnproven,
    long unsubscribes,
    long settled) {
  public static final Returned NONE = new Returned(0, 0, 0, 0, 0, 0, 0, 0, 0);

  static Returned bounced(String category, boolean byRelay, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    long hard = known.filter(BounceCategory::isHard).isPresent() ? count : 0;
    long blocked = known.filter(BounceCategory.IP_REPUTATION::equals).isPresent() ? count : 0;
    return new Returned(hard, count - hard - blocked, blocked, 0, 0, 0, 0, 0, byRelay ? count : 0);
  }

  static Returned accepted(Hearing hearing, long count) {
    return switch (hearing) {
      case NONE -> NONE;
      case UNPROVEN -> new Returned(0, 0, 0, 0, 0, 0, count, 0, 0);
      case PROVEN -> new Returned(0, 0, 0, 0, 0, count, 0, 0, 0);
    };
  }

  static Returned complaints(Hearing hearing, long count) {
    return new Returned(0, 0, 0, count, hearing == Hearing.PROVEN ? count : 0, 0, 0, 0, 0);
  }

  static Returned unsubscribes(long count) {
    return new Returned(0, 0, 0, 0, 0, 0, 0, count, 0);
  }

  static Returned delivered(boolean byRelay, long count) {
    return new Returned(0, 0, 0, 0, 0, 0, 0, 0, byRelay ? count : 0);
  }

  /** Late bounces of whatever kind. */
  public long bounced() {
    return hardBounced + softBounced + blocked;
  }

  Returned plus(Returned other) {
    return new Returned(
        hardBounced + other.hardBounced,
        softBounced + other.softBounced,
        blocked + other.blocked,
        complaints + other.complaints,
        complaintsOfLoops + other.complaintsOfLoops,
        acceptedWithLoop + other.acceptedWithLoop,
        acceptedUnproven + other.acceptedUnproven,
        unsubscribes + other.unsubscribes,
        settled + other.settled);
  }
}
