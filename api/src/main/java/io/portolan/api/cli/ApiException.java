package io.portolan.api.cli;

/** A call of the API that failed; the message is for the person who made it. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The status when there was no answer. */
  public static final int NO_ANSWER = 0;

  private final int status;

  public ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Whether the same may succeed in a while. */
  boolean mayPass() {
    return status == NO_ANSWER || status == 503;
  }

  /** The HTTP status; 0 when there was no answer. */
  public int status() {
    return status;
  }
}
