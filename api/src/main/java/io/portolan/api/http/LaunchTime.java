package io.portolan.api.http;

import io.portolan.core.InvalidException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Optional;

/**
 * When a campaign is to be launched.
 *
 * @param at empty for at once
 * @param note what people should know of how it was understood
 */
record LaunchTime(Optional<Instant> at, Optional<String> note) {
  private static final String NOW = "now";

  /**
   * Reads a time.
   *
   * @param written "now", an instant with offset, or a local time beside {@code zone}
   */
  static LaunchTime parse(String written, Optional<String> zone) {
    if (written.equals(NOW)) {
      return new LaunchTime(Optional.empty(), Optional.empty());
    }
    try {
      return zone.isPresent()
          ? local(LocalDateTime.parse(written), ZoneId.of(zone.get()))
          : of(OffsetDateTime.parse(written), Optional.empty());
    } catch (DateTimeException e) {
      throw new InvalidException(
          zone.isPresent() ? "at, zone" : "at",
          "\""
              + written
              + "\": give \"now\", a time with offset such as 2026-12-01T09:00:00+01:00,"
              + " or a local time such as 2026-12-01T09:00 beside a zone such as Europe/Berlin");
    }
  }

  private static LaunchTime local(LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      ZoneOffsetTransition gap = zone.getRules().getTransition(local);
      throw new InvalidException(
          "at",
          "\""
              + local
              + "\" does not exist in "
              + zone
              + ": clocks go from "
              + gap.getDateTimeBefore()
              + " to "
              + gap.getDateTimeAfter());
    }
    OffsetDateTime chosen = local.atOffset(offsets.getFirst());
    return of(
        chosen,
        offsets.size() == 1
            ? Optional.empty()
            : Optional.of(
                local
                    + " comes twice in "
                    + zone
                    + "; the first was chosen, "
                    + chosen
                    + ". For the second give "
                    + local.atOffset(offsets.getLast())
                    + "."));
  }

  private static LaunchTime of(OffsetDateTime at, Optional<String> note) {
    return new LaunchTime(Optional.of(Requests.instant("at", at)), note);
  }
}
