package io.portolan.sender.pace;

import java.time.Instant;

/** Counts what was taken in the last minute. Thread-safe; never blocks. */
public final class Meter {
  private static final int BUCKET_SECONDS = 5;
  private static final int BUCKETS = 12;

  private final long[] counts = new long[BUCKETS];
  private long latestBucket;
  private Instant latest = Instant.MIN;

  /** Counts one. */
  public synchronized void count(Instant now) {
    moveTo(now);
    counts[(int) Math.floorMod(latestBucket, (long) BUCKETS)]++;
    latest = now;
  }

  /** How many a second, over the last minute. */
  public synchronized double perSecond(Instant now) {
    moveTo(now);
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return (double) sum / (BUCKETS * BUCKET_SECONDS);
  }

  /** When the last one was counted; long past when there was none. */
  public synchronized Instant latest() {
    return latest;
  }

  private void moveTo(Instant now) {
    long bucket = Math.floorDiv(now.getEpochSecond(), BUCKET_SECONDS);
    long passed = bucket - latestBucket;
    for (long i = Math.max(1, passed - BUCKETS + 1); i <= passed; i++) {
      counts[(int) Math.floorMod(latestBucket + i, (long) BUCKETS)] = 0;
    }
    latestBucket = Math.max(latestBucket, bucket);
  }
}
