package io.portolan.sender.exchange;

/**
 * What a group shows of whether the peer keeps the pipelining that it offers. Of groups and of
 * those behind a dot it is known apart, for a peer may keep the former and not the latter.
 */
public enum GroupEnd {
  /** Nothing: there was none, or it ended as any connection may. */
  NONE,
  /** Each of its commands was answered. */
  ANSWERED,
  /** The same behind a dot. */
  ANSWERED_AHEAD,
  /** It ended as with a peer that does not read groups; one that hangs or restarts looks alike. */
  BROKEN_OFF,
  /** The same behind a dot. */
  BROKEN_OFF_AHEAD
}
