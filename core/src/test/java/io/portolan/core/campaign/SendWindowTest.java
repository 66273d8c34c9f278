package io.portolan.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendWindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource({
    "2026-11-24T07:59:59Z, 2026-11-24T08:00:00Z", // Tuesday before nine in Berlin
    "2026-11-24T08:00:00Z, 2026-11-24T08:00:00Z",
    "2026-11-24T15:59:59Z, 2026-11-24T15:59:59Z",
    "2026-11-24T16:00:00Z, 2026-11-25T08:00:00Z",
    "2026-11-27T16:00:00Z, 2026-11-30T08:00:00Z", // Friday evening to Monday
    "2026-03-29T12:00:00Z, 2026-03-30T07:00:00Z" // the clocks went forward on Sunday
  })
  void opensInTheMorningOfWorkingDays(Instant now, Instant open) {
    SendWindow window =
        new SendWindow(
            EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
            LocalTime.of(9, 0),
            LocalTime.of(17, 0),
            BERLIN);

    assertThat(window.nextOpen(now)).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-24T20:59:00Z, 2026-11-24T21:00:00Z", // Tuesday evening
    "2026-11-25T02:00:00Z, 2026-11-25T02:00:00Z", // Wednesday night belongs to Tuesday
    "2026-11-25T05:00:00Z, 2026-12-01T21:00:00Z",
    "2026-11-24T02:00:00Z, 2026-11-24T21:00:00Z" // Tuesday night belongs to Monday
  })
  void runsOverMidnightFromTheDayOnWhichItStarts(Instant now, Instant open) {
    SendWindow window =
        new SendWindow(Set.of(DayOfWeek.TUESDAY), LocalTime.of(22, 0), LocalTime.of(6, 0), BERLIN);

    assertThat(window.nextOpen(now)).isEqualTo(open);
  }

  @Test
  void isOpenTheWholeDayWhereItEndsAsItStarts() {
    SendWindow window =
        new SendWindow(Set.of(DayOfWeek.TUESDAY), LocalTime.MIN, LocalTime.MIN, BERLIN);
    Instant late = Instant.parse("2026-11-24T22:59:59Z");

    assertThat(window.nextOpen(late)).isEqualTo(late);
    assertThat(window.nextOpen(late.plusSeconds(1)))
        .isEqualTo(Instant.parse("2026-11-30T23:00:00Z"));
  }

  @Test
  void doesNotOpenOnADayWhoseWindowTheClocksSkip() {
    SendWindow window =
        new SendWindow(Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 15), LocalTime.of(2, 45), BERLIN);

    assertThat(window.nextOpen(Instant.parse("2026-03-28T12:00:00Z")))
        .isEqualTo(Instant.parse("2026-04-05T00:15:00Z"));
  }

  @Test
  void needsADay() {
    assertThatThrownBy(() -> new SendWindow(Set.of(), LocalTime.MIN, LocalTime.MAX, BERLIN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void opensAtAMomentAtWhichItIsOpenAndNotBeforeNow(
      @ForAll("windows") SendWindow window,
      @ForAll @LongRange(min = 1_735_689_600L, max = 1_830_297_600L) long second) {
    Instant now = Instant.ofEpochSecond(second);

    Instant open = window.nextOpen(now);

    assertThat(open).isAfterOrEqualTo(now);
    assertThat(window.nextOpen(open)).isEqualTo(open);
  }

  @Provide
  Arbitrary<SendWindow> windows() {
    Arbitrary<LocalTime> times =
        Arbitraries.integers().between(0, 1_439).map(minute -> LocalTime.MIN.plusMinutes(minute));
    return Combinators.combine(
            Arbitraries.of(DayOfWeek.class).set().ofMinSize(1),
            times,
            times,
            Arbitraries.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
                .map(ZoneId::of))
        .as(SendWindow::new);
  }
}
