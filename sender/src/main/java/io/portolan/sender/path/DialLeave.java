package io.portolan.sender.path;

/** Whether a path may be dialled beside the sessions that are open on it. */
public sealed interface DialLeave {
  /** It may; what comes of it is to be said on the lease, which must be closed. */
  record Free(PathLease lease) implements DialLeave {}

  /** Others are dialling it. */
  record Busy() implements DialLeave {}

  /** Mail has left it. */
  record Left() implements DialLeave {}
}
