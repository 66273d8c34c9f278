package io.portolan.metrics.comparison;

import io.portolan.metrics.report.Rate;

/**
 * The difference of two shares with its confidence bounds at 95 %: the hybrid score interval
 * (Newcombe, Statistics in Medicine 17, 1998, method 10), made from the bounds of both shares.
 *
 * @param value after less before
 * @param low lower bound, at least -1
 * @param high upper bound, at most 1
 */
public record Difference(double value, double low, double high) {
  /** The difference of a share from an earlier one. */
  public static Difference of(Rate before, Rate after) {
    double value = after.value() - before.value();
    double down = Math.hypot(after.value() - after.low(), before.high() - before.value());
    double up = Math.hypot(after.high() - after.value(), before.value() - before.low());
    return new Difference(value, Math.max(-1, value - down), Math.min(1, value + up));
  }
}
