package io.portolan.sender.message;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The text of a Date field (RFC 5322 section 3.3), in UTC. Keeps the last, for thousands of
 * messages are written in a second. Thread-safe.
 */
final class DateField {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static volatile Second last = Second.of(Instant.EPOCH);

  private record Second(long number, String text) {
    static Second of(Instant instant) {
      return new Second(instant.getEpochSecond(), FORMAT.format(instant));
    }
  }

  private DateField() {}

  static String text(Instant instant) {
    Second known = last;
    if (known.number() != instant.getEpochSecond()) {
      known = Second.of(instant);
      last = known;
    }
    return known.text();
  }
}
