package io.portolan.core;

/**
 * The root of core's exceptions: our own fault, our own infrastructure, or a caller's request that
 * cannot be met. What a mail peer answers is never an exception but a value.
 *
 * <p>The message names what it is about and what happens next, and may be shown to a user.
 */
public abstract class CoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected CoreException(String message) {
    super(message);
  }

  protected CoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
