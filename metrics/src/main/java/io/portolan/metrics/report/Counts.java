package io.portolan.metrics.report;

import io.portolan.core.policy.Path;
import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.report.ProvenLoops.Hearing;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was counted of a campaign, an ISP or a path.
 *
 * @param accepted the next hop took responsibility, relays among them ({@link #relayed})
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
 * @param returned what came back later about the accepted
 * @param marks what else is known of the attempts
 * @param untold bounces that are in no rate
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
    long cancelled,
    Returned returned,
    Marks marks,
    Untold untold) {
  public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Counts of which nothing came back and nothing else is known. */
  Counts(
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
    this(
        accepted,
        hardBounced,
        softBounced,
        blocked,
        deferrals,
        blockedDeferrals,
        pathFailures,
        notSent,
        expired,
        expiredBlocked,
        suppressed,
        cancelled,
        Returned.NONE,
        Marks.NONE,
        Untold.NONE);
  }

  /**
   * What the key of a row of {@code result_rollup} says beside ISP and path.
   *
   * @param route empty when no peer decided
   * @param hearing what is heard of complaints
   */
  public record Kind(
      String route, String encryption, String outcome, String category, Hearing hearing) {}

  /** The counts of a row of {@code result_rollup}. */
  public static Counts of(Kind kind, long count) {
    String category = kind.category();
    boolean byRelay = !kind.route().equals(Path.DIRECT);
    long reputation = category.equals(BounceCategory.IP_REPUTATION.id()) ? count : 0;
    return switch (kind.outcome()) {
      case "accepted" ->
          new Counts(count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
              .with(
                  Returned.accepted(kind.hearing(), count),
                  Marks.accepted(kind.encryption(), byRelay, count));
      case "bounced" ->
          kind.route().isEmpty()
              ? new Counts(0, 0, 0, 0, 0, 0, 0, count, 0, 0, 0, 0)
              : bounced(category, reputation, count)
                  .with(Returned.NONE, Marks.refused(category, count));
      case "deferred" ->
          new Counts(0, 0, 0, 0, count, reputation, 0, 0, 0, 0, 0, 0)
              .with(Returned.NONE, Marks.refused(category, count));
      case "path-failure" -> new Counts(0, 0, 0, 0, 0, 0, count, 0, 0, 0, 0, 0);
      case "expired" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, count, reputation, 0, 0);
      case "suppressed" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count, 0);
      case "cancelled" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count);
      case "late-bounce" -> NONE.with(Returned.bounced(category, byRelay, count), Marks.NONE);
      case "complaint" -> NONE.with(Returned.complaints(kind.hearing(), count), Marks.NONE);
      case "unsubscribe" -> NONE.with(Returned.unsubscribes(count), Marks.NONE);
      case "delivered" -> NONE.with(Returned.delivered(byRelay, count), Marks.NONE);
      default ->
          throw new IllegalStateException("unknown outcome in result_rollup: " + kind.outcome());
    };
  }

  private Counts with(Returned newReturned, Marks newMarks) {
    return with(newReturned, newMarks, untold);
  }

  private Counts with(Returned newReturned, Marks newMarks, Untold newUntold) {
    return new Counts(
        accepted,
        hardBounced,
        softBounced,
        blocked,
        deferrals,
        blockedDeferrals,
        pathFailures,
        notSent,
        expired,
        expiredBlocked,
        suppressed,
        cancelled,
        newReturned,
        newMarks,
        newUntold);
  }

  private static Counts bounced(String category, long reputation, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    long hard = known.filter(BounceCategory::isHard).isPresent() ? count : 0;
    return new Counts(0, hard, count - hard - reputation, reputation, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** What is counted by path, in the order of all reports: from accepted to path failures. */
  public long[] byPath() {
    return new long[] {
      accepted,
      relayed(),
      hardBounced,
      softBounced,
      blocked,
      deferrals,
      blockedDeferrals,
      pathFailures
    };
  }

  /** What is of no path, in the order of all reports: from not sent to cancelled. */
  public long[] ofNoPath() {
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
        cancelled + other.cancelled,
        returned.plus(other.returned),
        marks.plus(other.marks),
        untold.plus(other.untold));
  }

  /** Accepted by a relay whose events have not said yet whether the ISP took them. */
  public long relayed() {
    return Math.max(0, marks.byRelay() - returned.settled());
  }

  /**
   * Of what was decided for good, that of which nobody has said what the ISP did, or too little for
   * a rate.
   */
  public long unseen() {
    return relayed() + untold.bounced() + untold.arrived();
  }

  /** What was decided for good as far as is known: of this bounces are a share. */
  public long known() {
    return Math.max(0, decided() - unseen());
  }

  /**
   * Of routes those of relays that are silent about more than they have told to have arrived: of
   * their bounces it is not known what they are a share of.
   */
  public static <K> Set<K> tellingTooLittle(Map<K, Counts> byRoute) {
    return byRoute.entrySet().stream()
        .filter(entry -> entry.getValue().relayed() > 0)
        .filter(
            entry -> {
              Returned returned = entry.getValue().returned();
              long arrived = returned.settled() - returned.bounced();
              return arrived < entry.getValue().relayed();
            })
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** These with what is known of them in no rate. */
  public Counts asUntold() {
    return with(
        returned,
        marks,
        new Untold(
            hardBounced + returned.hardBounced(),
            softBounced + returned.softBounced(),
            blocked + returned.blocked(),
            returned.settled() - returned.bounced()));
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
