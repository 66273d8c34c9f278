package io.portolan.core;

/**
 * A request that the present state of its target does not allow; the message says what would be.
 */
public final class ConflictException extends CoreException {
  private static final long serialVersionUID = 1L;

  public ConflictException(String message) {
    super(message);
  }
}
