package io.portolan.core.recorder;

/**
 * The buckets in which times to acceptance are counted: exact below 8 ms, then eight to each power
 * of two, so that a bucket is at most 12.5 % wide (the layout of HdrHistogram at three significant
 * bits). Counts in buckets add up over minutes, paths and nodes; averages of percentiles would not.
 */
public final class AcceptTime {
  private static final int SUB_BITS = 3;
  private static final int SUBS = 1 << SUB_BITS;

  private AcceptTime() {}

  /**
   * The bucket of a time.
   *
   * @param millis milliseconds; less than 0 counts as 0
   */
  public static int bucket(long millis) {
    if (millis < SUBS) {
      return (int) Math.max(0, millis);
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(millis);
    int sub = (int) (millis >>> (exponent - SUB_BITS)) & (SUBS - 1);
    return (exponent - SUB_BITS + 1) * SUBS + sub;
  }

  /** The smallest time of a bucket, in milliseconds. */
  public static long lowerMillis(int bucket) {
    if (bucket < SUBS) {
      return bucket;
    }
    int shift = bucket / SUBS - 1;
    return (long) (SUBS + bucket % SUBS) << shift;
  }
}
