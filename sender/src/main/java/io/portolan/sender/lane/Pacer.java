package io.portolan.sender.lane;

/**
 * Spaces the messages of one connection slot evenly. Holds no thread and no timer: the caller says
 * what time it is and sleeps for itself.
 *
 * <p>Not thread-safe: a slot belongs to one session worker at a time.
 */
final class Pacer {
  private long nextFreeNanos;

  /**
   * @param startNanos a reading of the clock later passed to {@link #acquire}, such as {@link
   *     System#nanoTime}
   */
  Pacer(long startNanos) {
    nextFreeNanos = startNanos;
  }

  /**
   * Takes the next free time and returns how long the caller must wait for it, in nanoseconds. The
   * rate may change from call to call: what was taken before stays taken.
   *
   * @param messagesPerSecond of this slot; 0 for no limit
   */
  long acquire(double messagesPerSecond, long nowNanos) {
    // compared by difference: nanoTime readings may be negative and may wrap
    long slot = nextFreeNanos - nowNanos > 0 ? nextFreeNanos : nowNanos;
    nextFreeNanos = slot + (messagesPerSecond == 0 ? 0 : Math.round(1e9 / messagesPerSecond));
    return slot - nowNanos;
  }
}
