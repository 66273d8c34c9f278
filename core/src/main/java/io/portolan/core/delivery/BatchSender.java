package io.portolan.core.delivery;

/** Sends batches. Thread-safe. */
public interface BatchSender {
  /**
   * Waits for a place on the platform's lane, so that a batch is claimed and loaded only when it
   * can be worked on.
   *
   * @return a place that must be closed
   * @throws InterruptedException when this node is stopping
   */
  Place awaitPlace(String platform) throws InterruptedException;

  /** A place on a platform's lane. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Sends the deliveries of a batch and returns when each has a recorded outcome, or was left
   * untouched because the campaign was paused or cancelled, a guardrail holds it, the claim was
   * lost, or this node is stopping. What was left untouched is still {@code planned} in the
   * database.
   *
   * @throws InterruptedException when this node is stopping; outcomes already known are recorded
   */
  void send(ClaimedBatch batch) throws InterruptedException;
}
