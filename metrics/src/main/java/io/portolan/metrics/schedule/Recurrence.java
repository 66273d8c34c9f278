package io.portolan.metrics.schedule;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A local time in a time zone, on each day, on one day of each week, or on one of each month. It
 * comes exactly once on each such day: where clocks are put forward over it, later by what they are
 * put forward; where it comes twice, the first time.
 *
 * @param at cut to minutes
 * @param day 0 for {@link Every#DAY}; 1, Monday, to 7 for a week; 1 to 31 for a month, and in a
 *     shorter month its last day
 */
public record Recurrence(Every every, LocalTime at, int day, ZoneId zone) {
  /** How often. */
  public enum Every {
    DAY,
    WEEK,
    MONTH;

    /** Its name in the API and in tables. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @throws IllegalArgumentException if there is no such day
   */
  public Recurrence {
    at = at.truncatedTo(ChronoUnit.MINUTES);
    int last =
        switch (every) {
          case DAY -> 0;
          case WEEK -> DayOfWeek.values().length;
          case MONTH -> 31;
        };
    if (day < Math.min(1, last) || day > last) {
      throw new IllegalArgumentException("day " + day + " of a " + every.id());
    }
  }

  /** The first time after another. */
  public Instant next(Instant after) {
    // the day before, for where a whole day is left out its time falls on the next one
    LocalDate date = LocalDate.ofInstant(after, zone).minusDays(1);
    while (true) {
      if (isOn(date)) {
        // java.time puts a time in a gap off by its length and takes the first of two
        Instant time = date.atTime(at).atZone(zone).toInstant();
        if (time.isAfter(after)) {
          return time;
        }
      }
      date = date.plusDays(1);
    }
  }

  /**
   * The last time up to an instant.
   *
   * @param from a time of this recurrence, not after {@code until}
   */
  Instant last(Instant from, Instant until) {
    Instant last = from;
    for (Instant next = next(last); !next.isAfter(until); next = next(last)) {
      last = next;
    }
    return last;
  }

  private boolean isOn(LocalDate date) {
    return switch (every) {
      case DAY -> true;
      case WEEK -> date.getDayOfWeek().getValue() == day;
      case MONTH -> date.getDayOfMonth() == Math.min(day, date.lengthOfMonth());
    };
  }
}
