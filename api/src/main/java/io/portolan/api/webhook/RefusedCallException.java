package io.portolan.api.webhook;

/**
 * A call that is not obeyed. Its message goes to whoever called, and says nothing that helps to
 * forge.
 */
public final class RefusedCallException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  private RefusedCallException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Nothing proves who called. */
  static RefusedCallException unproved(String message) {
    return new RefusedCallException(401, message);
  }

  /** What should prove who called is wrong or too old. */
  static RefusedCallException wrong(String message) {
    return new RefusedCallException(403, message);
  }

  /** What was brought cannot be read. */
  static RefusedCallException unreadable(String message) {
    return new RefusedCallException(400, message);
  }

  static RefusedCallException unknown(String message) {
    return new RefusedCallException(404, message);
  }

  static RefusedCallException tooLong(String message) {
    return new RefusedCallException(413, message);
  }

  static RefusedCallException busy(String message) {
    return new RefusedCallException(429, message);
  }

  /** Something outside that is needed for the proof was not to be had: try again. */
  static RefusedCallException later(String message) {
    return new RefusedCallException(503, message);
  }

  /** The status of HTTP to answer with. */
  public int status() {
    return status;
  }

  /** The message, which is never missing. */
  public String words() {
    return String.valueOf(getMessage());
  }
}
