package io.portolan.api.fault;

import java.util.Locale;

/** What fails. */
enum Fault {
  /** {@code kill -9} of a node, which is started again once another, or nobody, has its work. */
  NODE_KILLED(false),
  /** A node stops for longer than others wait for it, and goes on after its work was taken over. */
  NODE_FROZEN(true),
  /** A node reaches nobody, and nobody it. */
  NODE_CUT(true),
  /** A node's clock is set back or forward by a minute and a half, and right again later. */
  CLOCK_SET(false),
  /** The mail host reaches nobody. */
  SINK_CUT(true),
  /** {@code kill -9} of the mail host. */
  SINK_KILLED(true),
  /** Connections are reset by the mail host, in all phases. It logs which. */
  SESSIONS_RESET(false),
  /** {@code pg_ctl stop -m immediate}, and a start after a while. */
  DATABASE_STOPPED(false),
  /** Nobody reaches the database. */
  DATABASE_CUT(true),
  /** No byte is free on the disk of the database. */
  DISK_FULL(false);

  private final boolean breaksSessions;

  Fault(boolean breaksSessions) {
    this.breaksSessions = breaksSessions;
  }

  /**
   * Whether each session may have a message whose answer is not heard, beside what the mail host
   * was seen to have taken. Such a message may be sent twice.
   */
  boolean breaksSessions() {
    return breaksSessions;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
