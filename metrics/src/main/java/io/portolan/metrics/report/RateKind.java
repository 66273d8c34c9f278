package io.portolan.metrics.report;

import java.util.function.ToLongFunction;

/**
 * The rates of a report, the same in each of its formats. What cannot be seen is in none: bounces
 * and blocks are of what is {@link Counts#known}, complaints of what would be complained about.
 */
public enum RateKind {
  HARD_BOUNCE(
      "hard_bounce",
      "hard bounce rate",
      counts ->
          counts.hardBounced() + counts.returned().hardBounced() - counts.untold().hardBounced(),
      Counts::known),
  SOFT_BOUNCE(
      "soft_bounce",
      "soft bounce rate",
      counts ->
          counts.softBounced() + counts.returned().softBounced() - counts.untold().softBounced(),
      Counts::known),
  /** Refusals for good because of reputation. */
  BLOCK(
      "block",
      "block rate",
      counts -> counts.blocked() + counts.returned().blocked() - counts.untold().blocked(),
      Counts::known),
  DEFERRAL("deferral", "deferral rate", Counts::deferrals, Counts::attempts),
  /** Refusals because of reputation, for now or for good. */
  REPUTATION(
      "reputation",
      "reputation rate",
      counts -> counts.blocked() + counts.blockedDeferrals(),
      Counts::attempts),
  /** Refusals, for now or for good, because there was too much at once. */
  THROTTLE("throttle", "throttle rate", counts -> counts.marks().throttled(), Counts::attempts),
  /** Refusals because SPF, DKIM, DMARC, PTR or HELO do not hold. */
  AUTHENTICATION(
      "authentication",
      "authentication failure rate",
      counts -> counts.marks().unauthenticated(),
      Counts::attempts),
  /** Complaints where they are known to come back; of no use for Gmail and Apple. */
  COMPLAINT(
      "complaint",
      "complaint rate",
      counts -> counts.returned().complaintsOfLoops(),
      counts -> counts.returned().acceptedWithLoop()),
  UNSUBSCRIBE(
      "unsubscribe",
      "unsubscribe rate",
      counts -> counts.returned().unsubscribes(),
      Counts::accepted),
  /** Of the accepted of which it is known. */
  TLS(
      "tls",
      "TLS share",
      counts -> counts.marks().encrypted(),
      counts -> counts.marks().encrypted() + counts.marks().plain()),
  /** Of all tries to offer a message, those that met no peer. */
  PATH_FAILURE(
      "path_failure",
      "path failure share",
      Counts::pathFailures,
      counts -> counts.attempts() + counts.pathFailures());

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
  public String column() {
    return column;
  }

  /** Its name in JSON, such as {@code hardBounceRate}. */
  public String property() {
    StringBuilder name = new StringBuilder();
    for (String word : column.split("_", -1)) {
      name.append(name.isEmpty() ? word.charAt(0) : Character.toUpperCase(word.charAt(0)))
          .append(word, 1, word.length());
    }
    return name.append("Rate").toString();
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** Whether what it counts comes for days after the messages were sent. */
  public boolean comesLater() {
    return switch (this) {
      case HARD_BOUNCE, SOFT_BOUNCE, BLOCK, COMPLAINT, UNSUBSCRIBE -> true;
      case DEFERRAL, REPUTATION, THROTTLE, AUTHENTICATION, TLS, PATH_FAILURE -> false;
    };
  }

  /**
   * The rate of some counts. What came back counts at most as often as something was sent: an event
   * may be counted whose attempt was not.
   */
  public Rate of(Counts counts) {
    long of = denominator.applyAsLong(counts);
    return Rate.of(Math.min(numerator.applyAsLong(counts), of), of);
  }
}
