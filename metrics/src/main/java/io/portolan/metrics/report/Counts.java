package io.portolan.metrics.report;

/**
 * What was counted of a campaign, an ISP or a path.
 *
 * @param accepted the next hop took responsibility
 * @param hardBounced refused for good, because the mailbox or domain does not exist or is closed
 * @param softBounced refused for good for any other reason but reputation
 * @param blocked refused for good because of the reputation of our address
 * @param deferrals attempts answered with a 4yz reply, or not answered after the dot; a delivery
 *     may have several
 * @param pathFailures paths that could not be opened, or broke before the end of data
 * @param expired deferred or held until the lifetime ran out
 */
public record Counts(
    long accepted,
    long hardBounced,
    long softBounced,
    long blocked,
    long deferrals,
    long pathFailures,
    long expired,
    long suppressed,
    long cancelled) {
  public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Refused for good, for whatever reason. */
  public long bounced() {
    return hardBounced + softBounced + blocked;
  }

  public Counts plus(Counts other) {
    return new Counts(
        accepted + other.accepted,
        hardBounced + other.hardBounced,
        softBounced + other.softBounced,
        blocked + other.blocked,
        deferrals + other.deferrals,
        pathFailures + other.pathFailures,
        expired + other.expired,
        suppressed + other.suppressed,
        cancelled + other.cancelled);
  }

  /** Hard bounces of all that a peer decided for good: accepted and bounced. */
  public Rate hardBounceRate() {
    return Rate.of(hardBounced, accepted + bounced());
  }

  /** Soft bounces of all that a peer decided for good. */
  public Rate softBounceRate() {
    return Rate.of(softBounced, accepted + bounced());
  }

  /** Blocks by reputation of all that a peer decided for good. */
  public Rate blockRate() {
    return Rate.of(blocked, accepted + bounced());
  }

  /** Deferrals of all attempts: accepted, bounced and deferred. */
  public Rate deferralRate() {
    return Rate.of(deferrals, accepted + bounced() + deferrals);
  }
}
