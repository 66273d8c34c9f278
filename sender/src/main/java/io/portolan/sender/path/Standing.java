package io.portolan.sender.path;

import io.portolan.core.delivery.Decision;

/** What a session that is open should do with its next message. */
public sealed interface Standing {

  /**
   * Send it here.
   *
   * @param decision why, to travel with the attempt
   */
  record Keep(Decision decision) implements Standing {}

  /**
   * Open a better path; when that fails, this session is still good.
   *
   * @param take as {@link PathChoice#choose} gives it; its lease must be closed
   */
  record Move(Choice.Take take) implements Standing {}

  /**
   * Not here: the message may not take this path.
   *
   * @param reason in words
   */
  record Leave(String reason) implements Standing {}
}
