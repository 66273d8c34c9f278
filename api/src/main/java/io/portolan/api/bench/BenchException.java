package io.portolan.api.bench;

import io.portolan.core.CoreException;

/** The bench cannot run or go on; the message says why and what to do. */
final class BenchException extends CoreException {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }
}
