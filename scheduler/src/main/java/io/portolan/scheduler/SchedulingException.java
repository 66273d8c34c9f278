package io.portolan.scheduler;

/** A trigger could not be stored or changed. The campaign's state holds; reconciling catches up. */
public final class SchedulingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SchedulingException(String message, Throwable cause) {
    super(message, cause);
  }
}
