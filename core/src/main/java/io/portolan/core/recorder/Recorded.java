package io.portolan.core.recorder;

/** What became of a result that was to be recorded. */
public enum Recorded {
  /** Durable in the database. */
  APPLIED,
  /**
   * Refused: the batch was claimed again since, or the delivery has ended. Another node is at work
   * on it; the caller stops working on this batch.
   */
  STALE
}
