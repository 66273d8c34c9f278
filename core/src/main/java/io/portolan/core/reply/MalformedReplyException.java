package io.portolan.core.reply;

/** The refusal of lines that are no SMTP reply. What the peer sent is in the message, cut short. */
public final class MalformedReplyException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedReplyException(String message) {
    super(message);
  }
}
