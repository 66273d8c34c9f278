package io.portolan.core.list;

import io.portolan.core.CoreException;

/** A group of rows came to be counted before the one in front of it. */
final class OutOfTurnException extends CoreException {
  private static final long serialVersionUID = 1L;

  OutOfTurnException(long importId, long bytes) {
    super("Import %d has not come to byte %,d yet".formatted(importId, bytes));
  }
}
