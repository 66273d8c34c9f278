package io.portolan.metrics.report;

import io.portolan.core.reply.BounceCategory;
import java.util.Optional;

/**
 * What was counted of a campaign, an ISP or a path.
 *
 * @param accepted the next hop took responsibility
 * @param hardBounced refused for good by the peer, because the mailbox or domain does not exist or
 *     is closed
 * @param softBounced refused for good by the peer, for any other reason but reputation
 * @param blocked refused for good by the peer, because of the reputation of our address
 * @param deferrals attempts answered with a 4yz reply, or not answered after the dot; a delivery
 *     may have several
 * @param blockedDeferrals those of the deferrals that were for reputation
 * @param pathFailures paths that could not be opened, or broke before the end of data
 * @param notSent ended without an attempt: the message could not be composed for the recipient, or
 *     by its DNS the domain is not there or takes no mail
 * @param expired deferred or held until the lifetime ran out
 * @param expiredBlocked those of the expired whose last refusal, or hold, was for reputation
 */
public record Counts(
    long accepted,
    long hardBounced,
    long softBounced,
    long blocked,
    long deferrals,
    long blockedDeferrals,
    long pathFailures,
    long notSent,
    long expired,
    long expiredBlocked,
    long suppressed,
    long cancelled) {
  public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * The counts of a row of {@code result_rollup}.
   *
   * @param attempted whether the row is of a path: a peer decided
   */
  static Counts of(String outcome, String category, boolean attempted, long count) {
    long reputation = category.equals(BounceCategory.IP_REPUTATION.id()) ? count : 0;
    return switch (outcome) {
      case "accepted" -> new Counts(count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      case "bounced" ->
          attempted
              ? bounced(category, reputation, count)
              : new Counts(0, 0, 0, 0, 0, 0, 0, count, 0, 0, 0, 0);
      case "deferred" -> new Counts(0, 0, 0, 0, count, reputation, 0, 0, 0, 0, 0, 0);
      case "path-failure" -> new Counts(0, 0, 0, 0, 0, 0, count, 0, 0, 0, 0, 0);
      case "expired" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, count, reputation, 0, 0);
      case "suppressed" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count, 0);
      case "cancelled" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count);
      default -> throw new IllegalStateException("unknown outcome in result_rollup: " + outcome);
    };
  }

  private static Counts bounced(String category, long reputation, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    long hard = known.filter(BounceCategory::isHard).isPresent() ? count : 0;
    return new Counts(0, hard, count - hard - reputation, reputation, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** What is counted by path, in the order of all reports: from accepted to path failures. */
  long[] byPath() {
    return new long[] {
      accepted, hardBounced, softBounced, blocked, deferrals, blockedDeferrals, pathFailures
    };
  }

  /** What is of no path, in the order of all reports: from not sent to cancelled. */
  long[] ofNoPath() {
    return new long[] {notSent, expired, expiredBlocked, suppressed, cancelled};
  }

  /** Refused for good by the peer, for whatever reason. */
  public long bounced() {
    return hardBounced + softBounced + blocked;
  }

  /** What a peer decided for good. */
  public long decided() {
    return accepted + bounced();
  }

  /** Messages offered to a peer, each time that they were. */
  public long attempts() {
    return decided() + deferrals;
  }

  /** Recipients whose delivery has ended, in whatever way. */
  public long ended() {
    return decided() + notSent + expired + suppressed + cancelled;
  }

  public Counts plus(Counts other) {
    return new Counts(
        accepted + other.accepted,
        hardBounced + other.hardBounced,
        softBounced + other.softBounced,
        blocked + other.blocked,
        deferrals + other.deferrals,
        blockedDeferrals + other.blockedDeferrals,
        pathFailures + other.pathFailures,
        notSent + other.notSent,
        expired + other.expired,
        expiredBlocked + other.expiredBlocked,
        suppressed + other.suppressed,
        cancelled + other.cancelled);
  }

  public Rate hardBounceRate() {
    return RateKind.HARD_BOUNCE.of(this);
  }

  public Rate softBounceRate() {
    return RateKind.SOFT_BOUNCE.of(this);
  }

  public Rate blockRate() {
    return RateKind.BLOCK.of(this);
  }

  public Rate deferralRate() {
    return RateKind.DEFERRAL.of(this);
  }

  public Rate reputationRate() {
    return RateKind.REPUTATION.of(this);
  }
}
