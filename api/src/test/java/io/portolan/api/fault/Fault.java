package io.portolan.api.fault;

import java.util.Locale;

/** What fails. */
enum Fault {
  /** {@code kill -9} of a node, which is started again once another, or nobody, has its work. */
  NODE_KILLED(Loss.RESULTS),
  /** A node stops for longer than others wait for it, and goes on after its work was taken over. */
  NODE_FROZEN(Loss.RESULTS),
  /** A node reaches nobody, and nobody it. */
  NODE_CUT(Loss.RESULTS),
  /** A node's clock is set back or forward by a minute and a half, and right again later. */
  CLOCK_SET(Loss.NOTHING),
  /** The mail host reaches nobody. */
  SINK_CUT(Loss.SESSIONS),
  /** {@code kill -9} of the mail host. */
  SINK_KILLED(Loss.SESSIONS),
  /** Connections are reset by the mail host, in all phases. */
  SESSIONS_RESET(Loss.SESSIONS),
  /** {@code pg_ctl stop -m immediate}, and a start after a while. */
  DATABASE_STOPPED(Loss.NOTHING),
  /** Nobody reaches the database. */
  DATABASE_CUT(Loss.RESULTS),
  /** No byte is free on the disk of the database. */
  DISK_FULL(Loss.NOTHING);

  private final Loss loss;

  Fault(Loss loss) {
    this.loss = loss;
  }

  /** What a fault may take, and so which messages may be sent twice. */
  enum Loss {
    NOTHING,
    /** Sessions, each with a message whose answer is not heard. */
    SESSIONS,
    /** Results, too, that were not flushed and are lost to the work of another node or run. */
    RESULTS
  }

  Loss loss() {
    return loss;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
