package io.portolan.metrics.report;

import io.portolan.core.InvalidException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A span of time that rollups are read of: whole hours from the rows an hour, what is before and
 * after them from the rows a minute.
 *
 * @param from a whole minute
 * @param until exclusive, a whole minute
 */
public record Span(Instant from, Instant until) {
  /** The longest span that can be asked for. */
  public static final Duration LONGEST = Duration.ofDays(92);

  /** All there is. */
  static final Span EVER =
      new Span(Instant.parse("2000-01-01T00:00:00Z"), Instant.parse("9000-01-01T00:00:00Z"));

  /**
   * A span cut to whole minutes.
   *
   * @throws InvalidException if that is no minute, or longer than {@link #LONGEST}
   */
  public static Span of(Instant from, Instant until) {
    Span span =
        new Span(from.truncatedTo(ChronoUnit.MINUTES), until.truncatedTo(ChronoUnit.MINUTES));
    if (!span.from().isBefore(span.until())) {
      throw new InvalidException("until", "is not in a later minute than from");
    }
    if (span.length().compareTo(LONGEST) > 0) {
      throw new InvalidException("until", "is more than " + LONGEST.toDays() + " days after from");
    }
    return span;
  }

  public Duration length() {
    return Duration.between(from, until);
  }

  /** Where its whole hours begin; its end when it has none. */
  Instant wholeFrom() {
    return hasWhole() ? lastingUntil(from) : until;
  }

  /** Where its whole hours end; its end when it has none. */
  Instant wholeUntil() {
    return hasWhole() ? lastHour() : until;
  }

  /** The hour that it begins in. */
  Instant firstHour() {
    return from.truncatedTo(ChronoUnit.HOURS);
  }

  /** The end of the hour that it ends in. */
  Instant endOfHours() {
    return lastingUntil(until);
  }

  private boolean hasWhole() {
    return !lastingUntil(from).isAfter(lastHour());
  }

  private Instant lastHour() {
    return until.truncatedTo(ChronoUnit.HOURS);
  }

  private static Instant lastingUntil(Instant at) {
    Instant hour = at.truncatedTo(ChronoUnit.HOURS);
    return hour.equals(at) ? at : hour.plus(1, ChronoUnit.HOURS);
  }
}
