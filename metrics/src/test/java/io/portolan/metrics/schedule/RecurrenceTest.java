package io.portolan.metrics.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.metrics.schedule.Recurrence.Every;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Local times in time zones, the changes of clocks included. */
class RecurrenceTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void comesOnceWhereClocksSkipItsTime() {
    Recurrence recurrence = daily("02:30", BERLIN);

    // from 02:00 to 03:00 on the 29th of March
    assertThat(times(recurrence, "2026-03-28T00:00:00Z", 3))
        .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
  }

  @Test
  void comesOnceWhereItsTimeComesTwice() {
    Recurrence recurrence = daily("02:30", BERLIN);

    // from 03:00 back to 02:00 on the 25th of October
    assertThat(times(recurrence, "2026-10-24T00:00:00Z", 3))
        .containsExactly("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
  }

  @Test
  void comesOnceWhereADayIsLeftOut() {
    // Samoa went over the date line: there was no 30th of December 2011
    Recurrence recurrence = daily("09:00", ZoneId.of("Pacific/Apia"));

    assertThat(times(recurrence, "2011-12-29T12:00:00Z", 3))
        .containsExactly("2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z", "2011-12-31T19:00:00Z");
  }

  @Test
  void keepsToItsWeekday() {
    Recurrence recurrence = new Recurrence(Every.WEEK, LocalTime.parse("08:00"), 1, BERLIN);

    assertThat(times(recurrence, "2026-11-23T07:00:00Z", 2))
        .containsExactly("2026-11-30T07:00:00Z", "2026-12-07T07:00:00Z");
  }

  @Test
  void takesTheLastDayOfAShorterMonth() {
    Recurrence recurrence = new Recurrence(Every.MONTH, LocalTime.NOON, 31, ZoneOffset.UTC);

    assertThat(times(recurrence, "2027-01-31T12:00:00Z", 3))
        .containsExactly("2027-02-28T12:00:00Z", "2027-03-31T12:00:00Z", "2027-04-30T12:00:00Z");
  }

  @Test
  void refusesADayThatIsNone() {
    assertThatThrownBy(() -> new Recurrence(Every.WEEK, LocalTime.NOON, 8, BERLIN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Recurrence(Every.DAY, LocalTime.NOON, 1, BERLIN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void findsTheLastOfThoseThatWereMissed() {
    Recurrence recurrence = daily("08:00", ZoneOffset.UTC);

    assertThat(
            recurrence.last(
                Instant.parse("2026-11-01T08:00:00Z"), Instant.parse("2026-11-05T07:59:00Z")))
        .isEqualTo("2026-11-04T08:00:00Z");
  }

  @Property(tries = 300)
  void comesExactlyOnceOnEachDayOfAnyZone(
      @ForAll("zones") ZoneId zone,
      @ForAll @IntRange(max = 1_439) int minute,
      @ForAll @IntRange(min = 0, max = 20_000) int day) {
    LocalTime at = LocalTime.MIN.plusMinutes(minute);
    Recurrence recurrence = new Recurrence(Every.DAY, at, 0, zone);
    LocalDate first = LocalDate.EPOCH.plusDays(day);
    // two that fall together where a day is left out are one
    TreeSet<Instant> expected = new TreeSet<>();
    for (int i = 0; i < 400; i++) {
      expected.add(time(first.plusDays(i).atTime(at), zone));
    }

    List<Instant> found = new ArrayList<>();
    Instant next = expected.getFirst().minus(Duration.ofSeconds(1));
    while (next.isBefore(expected.getLast())) {
      next = recurrence.next(next);
      found.add(next);
    }

    assertThat(found).containsExactlyElementsOf(expected);
  }

  @Provide
  static Arbitrary<ZoneId> zones() {
    return Arbitraries.of(ZoneId.getAvailableZoneIds().stream().sorted().toList()).map(ZoneId::of);
  }

  /** By the rules of the zone: the earlier of two, and after a gap by as much as it is long. */
  private static Instant time(LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (!offsets.isEmpty()) {
      return local.toInstant(offsets.getFirst());
    }
    ZoneOffsetTransition gap = zone.getRules().getTransition(local);
    return local.toInstant(gap.getOffsetBefore());
  }

  private static Recurrence daily(String at, ZoneId zone) {
    return new Recurrence(Every.DAY, LocalTime.parse(at), 0, zone);
  }

  private static List<String> times(Recurrence recurrence, String after, int count) {
    List<String> times = new ArrayList<>();
    Instant next = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      next = recurrence.next(next);
      times.add(next.truncatedTo(ChronoUnit.SECONDS).toString());
    }
    return times;
  }
}
