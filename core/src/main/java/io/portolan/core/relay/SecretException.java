package io.portolan.core.relay;

import io.portolan.core.CoreException;

/** A secret that is not where its reference leads. Never holds the secret. */
public final class SecretException extends CoreException {
  private static final long serialVersionUID = 1L;

  SecretException(String message) {
    super(message);
  }

  SecretException(String message, Throwable cause) {
    super(message, cause);
  }
}
