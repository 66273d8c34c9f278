package io.portolan.metrics.reputation;

/**
 * Points from 0, the worst, to 100.
 *
 * @param value the points of the rate as it was counted
 * @param low the points of its worse bound at 95 %
 * @param high the points of its better bound
 */
public record Score(double value, double low, double high) {
  /** The most points. */
  public static final double BEST = 100;

  public Score {
    if (!(0 <= low && low <= value && value <= high && high <= BEST)) {
      throw new IllegalArgumentException("not points: " + low + ", " + value + ", " + high);
    }
  }

  /** Points that are counted and not estimated. */
  static Score exactly(double value) {
    return new Score(value, value, value);
  }

  /** Such as {@code 72}. */
  public String figure() {
    return Long.toString(Math.round(value));
  }
}
