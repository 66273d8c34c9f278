package io.portolan.sender.wire;

import java.io.IOException;

/** What came is no SMTP reply, or none that can follow what was said. */
public final class NotReplyException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message with what came, for people
   */
  public NotReplyException(String message) {
    super(message);
  }
}
