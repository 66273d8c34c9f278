package io.portolan.core.access;

import java.util.Optional;

/** What the store knows of a call that carries an idempotency key. */
public sealed interface IdempotentCall {

  /** The first with its key: to be served, and its answer kept. */
  record Started() implements IdempotentCall {}

  /** One that was answered before: to be answered the same again. */
  record Replay(Answer answer) implements IdempotentCall {}

  /** Another call under a key that was used before: to be refused. */
  record Mismatch() implements IdempotentCall {}

  /** One whose first sending is being served at this moment: to be refused for now. */
  record InProgress() implements IdempotentCall {}

  /**
   * What a call was answered.
   *
   * @param status of HTTP
   * @param location of what was made
   * @param body as it was sent
   */
  record Answer(int status, Optional<String> location, String body) {}
}
