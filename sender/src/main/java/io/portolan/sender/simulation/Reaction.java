package io.portolan.sender.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One thing a simulated server does in place of, or before, its usual answer. {@link Delay}, {@link
 * Until}, {@link KeepMessage} and {@link DiscardPipelined} come before an answer; every other case
 * ends the phase.
 */
public sealed interface Reaction {

  /** Waits, unless the client leaves first; then goes on. */
  record Delay(Duration duration) implements Reaction {}

  /** Waits until a test completes the future, or the client leaves; then goes on. */
  record Until(CompletableFuture<?> released) implements Reaction {}

  /**
   * Puts the message into the mailboxes whatever follows; means something at {@link
   * ServerPhase#DOT} only.
   */
  record KeepMessage() implements Reaction {}

  /**
   * Throws away what the client has sent ahead, as a server that breaks the pipelining it claims.
   */
  record DiscardPipelined() implements Reaction {}

  /**
   * Answers. A positive code has the command's usual effect, a negative one has none.
   *
   * @param hangUp whether the connection ends in good order after the reply
   */
  record Answer(ServerReply reply, boolean hangUp) implements Reaction {
    /** An answer; 421 ends the connection, as RFC 5321 section 3.8 means it. */
    public Answer(ServerReply reply) {
      this(reply, reply.code() == 421);
    }
  }

  /**
   * Ends the connection with FIN and without a word, as a process that dies does; TLS gets no
   * close_notify.
   */
  record Close() implements Reaction {}

  /** Ends the connection with RST. */
  record Reset() implements Reaction {}

  /** Never answers, reads on until the client leaves. */
  record Silence() implements Reaction {}

  /**
   * Sends these characters as they are, one byte each, instead of a reply.
   *
   * @param hangUp whether the connection ends after them; otherwise the server goes on as if it had
   *     answered in the negative
   */
  record Raw(String octets, boolean hangUp) implements Reaction {}

  /**
   * Answers with one line of this many octets, then goes on as if it had answered in the negative.
   */
  record LongLine(int octets) implements Reaction {}

  /**
   * Answers one byte at a time, with this much between them. A positive code has the command's
   * usual effect.
   */
  record Drip(ServerReply reply, Duration interval) implements Reaction {}
}
