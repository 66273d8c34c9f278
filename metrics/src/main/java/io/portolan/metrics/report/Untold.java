package io.portolan.metrics.report;

/**
 * Bounces, at once or later, of relays that have told of no message that it arrived: of so many
 * others nothing is known that a share of them would say nothing. In no rate.
 *
 * @param hardBounced of {@link Counts#hardBounced} and {@link Returned#hardBounced} together
 * @param softBounced as the soft ones
 * @param blocked as the blocks
 */
public record Untold(long hardBounced, long softBounced, long blocked) {
  public static final Untold NONE = new Untold(0, 0, 0);

  /** Of whatever kind. */
  public long bounced() {
    return hardBounced + softBounced + blocked;
  }

  Untold plus(Untold other) {
    return new Untold(
        hardBounced + other.hardBounced, softBounced + other.softBounced, blocked + other.blocked);
  }
}
