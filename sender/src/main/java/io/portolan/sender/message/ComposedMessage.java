package io.portolan.sender.message;

import io.portolan.sender.smtp.Envelope;

/**
 * A message ready for DATA: complete, signed if its domain has a key, each line ended by CRLF and
 * at most 998 octets long, not dot-stuffed.
 */
public final class ComposedMessage {
  private final byte[] bytes;
  private final Envelope envelope;
  private final String messageId;

  ComposedMessage(byte[] bytes, Envelope envelope, String messageId) {
    this.bytes = bytes;
    this.envelope = envelope;
    this.messageId = messageId;
  }

  /** The message itself, not a copy: it is sent once and must not be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Its return path names the delivery, so that a bounce that comes back later finds it. */
  public Envelope envelope() {
    return envelope;
  }

  /** With its angle brackets. Every copy of a delivery has the same one. */
  public String messageId() {
    return messageId;
  }
}
