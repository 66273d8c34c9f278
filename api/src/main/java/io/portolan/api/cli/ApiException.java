package io.portolan.api.cli;

/** A call of the API that failed; the message is for the person who made it. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status; 0 when there was no answer. */
  public int status() {
    return status;
  }
}
