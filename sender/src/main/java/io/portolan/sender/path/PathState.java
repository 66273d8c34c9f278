package io.portolan.sender.path;

import java.util.Locale;

/** How a path stands, as far as this node knows; {@link PathCondition} has the transitions. */
public enum PathState {
  /** Not tried yet, or not since something changed. One opening at a time. */
  UNKNOWN,
  /** The last evidence is a peer that answered. */
  OPEN,
  /** Was open until an opening failed; left at once and tried again after seconds. */
  SUSPECT,
  /** Failed without contradiction; left alone for minutes. */
  BLOCKED,
  /** One opening is trying whether it still is blocked. */
  HALF_OPEN;

  /** The name in JSON, reports and logs. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
