package io.portolan.core.campaign;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Between which rates a guardrail tells good from bad, written {@code 2% to 10%}, or {@code off}.
 *
 * @param usual a rate that is no reason to stop, above 0 and below 1; 0 where the guard is off
 * @param tooMany the rate that stops, above {@code usual} and below 1; 0 where the guard is off
 */
public record GuardLimits(double usual, double tooMany) {
  /** Nothing is stopped. */
  public static final GuardLimits OFF = new GuardLimits(0, 0);

  /** What is expected where {@link #parse} finds nothing. */
  public static final String EXPECTED =
      "two rates such as 2% to 10%, from the smaller to the larger, or off";

  private static final Pattern WRITTEN =
      Pattern.compile("(\\d{1,2}(?:\\.\\d{1,4})?) ?% to (\\d{1,2}(?:\\.\\d{1,4})?) ?%");

  /** Reads limits; empty where a text is none. */
  public static Optional<GuardLimits> parse(String text) {
    if (text.equals("off")) {
      return Optional.of(OFF);
    }
    Matcher written = WRITTEN.matcher(text);
    return written.matches()
        ? Optional.of(new GuardLimits(rate(written.group(1)), rate(written.group(2))))
            .filter(limits -> limits.usual() > 0 && limits.usual() < limits.tooMany())
        : Optional.empty();
  }

  private static double rate(String percent) {
    return Double.parseDouble(percent) / 100;
  }

  public boolean isOff() {
    return equals(OFF);
  }
}
