package io.portolan.scheduler;

import java.time.Instant;

/** Whether a campaign may send now. */
sealed interface Admission {

  /** It runs, and its send window is open. */
  record Open() implements Admission {}

  /** It runs, and its send window opens at {@code opensAt}. */
  record OutsideWindow(Instant opensAt) implements Admission {}

  /**
   * It does not run, or the database has not said so for some seconds, or this node is stopping.
   */
  record Closed() implements Admission {}
}
