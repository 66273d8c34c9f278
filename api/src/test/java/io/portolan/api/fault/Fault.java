package io.portolan.api.fault;

import java.util.Locale;

/** What fails. */
enum Fault {
  /** {@code kill -9} of a node, which is started again once another, or nobody, has its work. */
  NODE_KILLED(true),
  /** A node stops for longer than others wait for it, and goes on after its work was taken over. */
  NODE_FROZEN(true),
  /** A node reaches nobody, and nobody it. */
  NODE_CUT(true),
  /** The mail host reaches nobody. */
  SINK_CUT(false),
  /** {@code kill -9} of the mail host. */
  SINK_KILLED(false),
  /** Connections are reset by the mail host, in all phases. */
  SESSIONS_RESET(false),
  /** {@code pg_ctl stop -m immediate}, and a start after a while. */
  DATABASE_STOPPED(false),
  /** Nobody reaches the database. */
  DATABASE_CUT(true),
  /** No byte is free on the disk of the database. */
  DISK_FULL(false);

  private final boolean losesResults;

  Fault(boolean losesResults) {
    this.losesResults = losesResults;
  }

  /** Whether results that were not flushed may be lost to the work of another node or run. */
  boolean losesResults() {
    return losesResults;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
