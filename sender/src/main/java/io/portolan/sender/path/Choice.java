package io.portolan.sender.path;

import io.portolan.core.delivery.Decision;
import io.portolan.core.policy.Path;
import java.time.Duration;
import java.time.Instant;

/** Which path a new session is to be opened on, or why none. */
public sealed interface Choice {

  /**
   * Open this path and say on the lease what came of it; the lease must be closed.
   *
   * @param decision why, to travel with the attempts of the session
   */
  record Take(Path path, Decision decision, PathLease lease) implements Choice {}

  /**
   * Others are dialling and will soon know; ask again.
   *
   * @param reason in words
   * @param recheck after which to ask again; short
   */
  record Wait(String reason, Duration recheck) implements Choice {}

  /**
   * No path is open. The delivery is held: no attempt, and its lifetime runs on.
   *
   * @param reason in words: what is wrong with each path
   * @param until when the first of them is tried again
   */
  record NoneOpen(String reason, Instant until) implements Choice {}
}
