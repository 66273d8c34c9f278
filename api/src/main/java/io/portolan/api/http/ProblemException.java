package io.portolan.api.http;

/** A request that is answered with a problem. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String name;
  private final String title;

  public ProblemException(int status, String name, String title, String detail) {
    super(detail);
    this.status = status;
    this.name = name;
    this.title = title;
  }

  Problem problem(String instance) {
    return Problem.of(status, name, title, String.valueOf(getMessage()), instance);
  }

  int status() {
    return status;
  }
}
