package io.portolan.core.campaign;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The hours in which a campaign may send. A window whose end is not after its start runs over
 * midnight and belongs to the day on which it starts.
 *
 * @param days on which it starts, at least one
 * @param from first moment, local to {@code zone}
 * @param until first moment no more, local to {@code zone}; equal to {@code from} means the whole
 *     day
 */
public record SendWindow(Set<DayOfWeek> days, LocalTime from, LocalTime until, ZoneId zone) {
  public SendWindow {
    if (days.isEmpty()) {
      throw new IllegalArgumentException("a send window has at least one day");
    }
    // in the order of the week
    days = Collections.unmodifiableSet(EnumSet.copyOf(days));
  }

  /** The given instant if it lies in the window, else the next moment at which the window opens. */
  public Instant nextOpen(Instant instant) {
    ZonedDateTime local = instant.atZone(zone);
    if (covers(local)) {
      return instant;
    }
    LocalDate today = local.toLocalDate();
    // within eight days, or a week later where the clocks go forward over the whole window
    for (int day = 0; day <= 15; day++) {
      // each day anew: a time that summer time skips on one day is there on the next
      ZonedDateTime candidate = ZonedDateTime.of(today.plusDays(day), from, zone);
      if (!candidate.isBefore(local) && covers(candidate)) {
        return candidate.toInstant();
      }
    }
    throw new IllegalStateException("no opening found for " + this);
  }

  private boolean covers(ZonedDateTime local) {
    LocalTime time = local.toLocalTime();
    if (from.isBefore(until)) {
      return days.contains(local.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(until);
    }
    return !time.isBefore(from)
        ? days.contains(local.getDayOfWeek())
        : time.isBefore(until) && days.contains(local.minusDays(1).getDayOfWeek());
  }
}
