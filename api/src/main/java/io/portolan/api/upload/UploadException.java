package io.portolan.api.upload;

/** An upload that is not taken. */
public final class UploadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why it is not taken. */
  public enum Reason {
    TOO_LARGE,
    TOO_SLOW,
    BAD_FORM
  }

  private final Reason reason;

  UploadException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
