package io.portolan.metrics.report;

import java.util.Locale;
import java.util.Optional;

/** Numbers as people read them, alike on pages, on the terminal and in logs. */
public final class Figures {
  private static final int MILLIS_UNTIL = 10_000;

  private Figures() {}

  /** Such as {@code 12,345}. */
  public static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A share in percent with its bounds, such as {@code 1.25 % [0.98, 1.60]}. */
  public static String share(double value, double low, double high) {
    return String.format(Locale.ROOT, "%s [%.2f, %.2f]", percent(value), 100 * low, 100 * high);
  }

  /** A share in percent with its bounds, for sentences, such as {@code 1.25 % (0.98–1.60 %)}. */
  public static String interval(Rate rate) {
    return String.format(
        Locale.ROOT,
        "%s (%.2f–%.2f %%)",
        percent(rate.value()),
        100 * rate.low(),
        100 * rate.high());
  }

  /** Such as {@code 1.25 %}. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** A time, such as {@code 250 ms} or {@code 12.5 s}; empty for none. */
  public static String millis(Optional<Long> millis) {
    return millis
        .map(
            value ->
                value < MILLIS_UNTIL
                    ? number(value) + " ms"
                    : String.format(Locale.ROOT, "%,.1f s", value / 1000.0))
        .orElse("");
  }
}
