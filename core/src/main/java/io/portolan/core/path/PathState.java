package io.portolan.core.path;

import java.util.Arrays;
import java.util.Locale;

/** How a path stands, as far as is known in this network. */
public enum PathState {
  /** Not tried yet, or not since something changed. One opening at a time. */
  UNKNOWN,
  /** The last evidence is a peer that answered. */
  OPEN,
  /** Was open until an opening failed; left at once and looked at again after seconds. */
  SUSPECT,
  /** Failed without contradiction; left alone for minutes. */
  BLOCKED,
  /** Looked at whether it still is blocked; no mail takes it yet. */
  HALF_OPEN;

  /** The name in JSON, reports and logs. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The state of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PathState of(String id) {
    return Arrays.stream(values())
        .filter(state -> state.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no path state: " + id));
  }
}
