package io.portolan.metrics.report;

import java.util.function.ToLongFunction;

/** The rates of a report, the same in each of its formats. */
enum RateKind {
  HARD_BOUNCE("hard_bounce", "hard bounce rate", Counts::hardBounced, Counts::decided),
  SOFT_BOUNCE("soft_bounce", "soft bounce rate", Counts::softBounced, Counts::decided),
  /** Refusals for good because of reputation. */
  BLOCK("block", "block rate", Counts::blocked, Counts::decided),
  DEFERRAL("deferral", "deferral rate", Counts::deferrals, Counts::attempts),
  /** Refusals because of reputation, for now or for good. */
  REPUTATION(
      "reputation",
      "reputation rate",
      counts -> counts.blocked() + counts.blockedDeferrals(),
      Counts::attempts);

  private final String column;
  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // references to methods, which hold no state
  private final ToLongFunction<Counts> numerator;

  @SuppressWarnings("ImmutableEnumChecker") // as above
  private final ToLongFunction<Counts> denominator;

  RateKind(
      String column,
      String title,
      ToLongFunction<Counts> numerator,
      ToLongFunction<Counts> denominator) {
    this.column = column;
    this.title = title;
    this.numerator = numerator;
    this.denominator = denominator;
  }

  /** The beginning of its columns in CSV. */
  String column() {
    return column;
  }

  /** Its name for people. */
  String title() {
    return title;
  }

  Rate of(Counts counts) {
    return Rate.of(numerator.applyAsLong(counts), denominator.applyAsLong(counts));
  }
}
