package io.portolan.metrics.report;

/**
 * What relays told that have told of too few messages that they arrived: of so many others nothing
 * is known that a share of bounces would say nothing. In no rate.
 *
 * @param hardBounced of {@link Counts#hardBounced} and {@link Returned#hardBounced} together
 * @param softBounced as the soft ones
 * @param blocked as the blocks
 * @param arrived of which they told that
 */
public record Untold(long hardBounced, long softBounced, long blocked, long arrived) {
  public static final Untold NONE = new Untold(0, 0, 0, 0);

  /** Of whatever kind. */
  public long bounced() {
    return hardBounced + softBounced + blocked;
  }

  Untold plus(Untold other) {
    return new Untold(
        hardBounced + other.hardBounced,
        softBounced + other.softBounced,
        blocked + other.blocked,
        arrived + other.arrived);
  }
}
