package io.portolan.core.list;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where an import stands. */
public enum ImportState {
  RUNNING,
  /** The file was read to its end; single rows may have been rejected. */
  FINISHED,
  /** Something stopped it; the rows before that are imported. */
  FAILED;

  /** The name in SQL and JSON. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ImportState> of(String id) {
    return Arrays.stream(values()).filter(state -> state.id().equals(id)).findFirst();
  }
}
