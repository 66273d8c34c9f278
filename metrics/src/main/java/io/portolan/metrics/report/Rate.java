package io.portolan.metrics.report;

/**
 * A share with its confidence bounds: the Wilson score interval at 95 %, two-sided (Wilson 1927;
 * recommended for small numbers by Brown, Cai and DasGupta, Statistical Science 16, 2001).
 *
 * @param count how many, at least 0
 * @param of the denominator, at least {@code count}
 * @param value {@code count / of}; 0 when {@code of} is 0
 * @param low lower bound, 0 when {@code of} is 0
 * @param high upper bound, 1 when {@code of} is 0: nothing is known
 */
public record Rate(long count, long of, double value, double low, double high) {
  private static final double Z = 1.959964;

  public static Rate of(long count, long of) {
    if (count < 0 || count > of) {
      throw new IllegalArgumentException("not a share: " + count + " of " + of);
    }
    if (of == 0) {
      return new Rate(0, 0, 0, 0, 1);
    }
    double p = (double) count / of;
    double z2n = Z * Z / of;
    double centre = (p + z2n / 2) / (1 + z2n);
    double half = Z * Math.sqrt(p * (1 - p) / of + z2n / (4 * of)) / (1 + z2n);
    // rounding must not put the value outside of its bounds
    return new Rate(count, of, p, Math.clamp(centre - half, 0, p), Math.clamp(centre + half, p, 1));
  }
}
