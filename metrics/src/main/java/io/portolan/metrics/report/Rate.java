package io.portolan.metrics.report;

import java.util.function.DoublePredicate;

/**
 * A share with its confidence bounds at 95 %, two-sided: the Wilson score interval (Wilson 1927;
 * recommended by Brown, Cai and DasGupta, Statistical Science 16, 2001), and the exact one of
 * Clopper and Pearson (Biometrika 26, 1934) where fewer than {@value #EXACT_BELOW} were counted, or
 * all but so few: there Wilson's lower bound promises too much.
 *
 * @param count how many, at least 0
 * @param of the denominator, at least {@code count}
 * @param value {@code count / of}; 0 when {@code of} is 0
 * @param low lower bound, 0 when {@code of} is 0
 * @param high upper bound, 1 when {@code of} is 0: nothing is known
 */
public record Rate(long count, long of, double value, double low, double high) {
  private static final int EXACT_BELOW = 10;
  private static final double Z = 1.959964;
  private static final double TAIL = 0.025;
  private static final int HALVINGS = 60;

  public static Rate of(long count, long of) {
    if (count < 0 || count > of) {
      throw new IllegalArgumentException("not a share: " + count + " of " + of);
    }
    if (of == 0) {
      return new Rate(0, 0, 0, 0, 1);
    }
    double p = (double) count / of;
    if (count < EXACT_BELOW) {
      return new Rate(count, of, p, exactLow(count, of), exactHigh(count, of));
    }
    if (of - count < EXACT_BELOW) {
      return new Rate(count, of, p, 1 - exactHigh(of - count, of), 1 - exactLow(of - count, of));
    }
    double z2n = Z * Z / of;
    double centre = (p + z2n / 2) / (1 + z2n);
    double half = Z * Math.sqrt(p * (1 - p) / of + z2n / (4 * of)) / (1 + z2n);
    // rounding must not put the value outside of its bounds
    return new Rate(count, of, p, Math.clamp(centre - half, 0, p), Math.clamp(centre + half, p, 1));
  }

  /** The share with which so many or more would come about in one case of forty. */
  private static double exactLow(long count, long of) {
    return count == 0 ? 0 : share(0, (double) count / of, p -> 1 - atMost(count - 1, of, p) < TAIL);
  }

  /** The share with which so few or fewer would come about in one case of forty. */
  private static double exactHigh(long count, long of) {
    return count == of ? 1 : share((double) count / of, 1, p -> atMost(count, of, p) > TAIL);
  }

  /** Where in a span of shares a condition ceases to hold, by halving. */
  private static double share(double from, double to, DoublePredicate isBelow) {
    double low = from;
    double high = to;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (isBelow.test(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The probability of at most so many of so many, each with a probability; quick for few. */
  private static double atMost(long count, long of, double p) {
    double term = Math.exp(of * Math.log1p(-p));
    double sum = term;
    for (long k = 1; k <= count; k++) {
      term *= (of - k + 1) / (double) k * p / (1 - p);
      sum += term;
    }
    return sum;
  }
}
