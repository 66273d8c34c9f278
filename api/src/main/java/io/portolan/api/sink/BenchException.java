package io.portolan.api.sink;

import io.portolan.core.CoreException;

/** The bench cannot run or go on; the message says why and what to do. */
public final class BenchException extends CoreException {
  private static final long serialVersionUID = 1L;

  public BenchException(String message) {
    super(message);
  }
}
