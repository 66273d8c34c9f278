package io.portolan.sender.smtp;

import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;

/** What came of opening a session. */
public sealed interface Opening {

  /** The session is ready for messages; whoever holds it closes it. */
  record Opened(SmtpSession session) implements Opening {}

  /**
   * The genuine peer was not reached or could not be talked to. Nobody was offered anything.
   *
   * @param detail for people; never used to decide
   * @param took from the start of opening
   * @param address the peer's, as text; empty when none was dialled
   * @param evidence what the peer showed before it failed
   */
  record PathFailed(
      Phase phase,
      FailureKind kind,
      String host,
      String detail,
      Duration took,
      String address,
      PeerEvidence evidence)
      implements Opening {

    /**
     * Of this and a later failure of one search the one that says more of the path: the one that
     * came further, and any before a fault of this host or its lack of IPv6.
     */
    public PathFailed orMoreTelling(PathFailed later) {
      boolean laterSaysMore = !later.isOfHere() && (isOfHere() || later.phase.compareTo(phase) > 0);
      PathFailed more = laterSaysMore ? later : this;
      return new PathFailed(
          more.phase, more.kind, more.host, more.detail, later.took, more.address, more.evidence);
    }

    /** Whether it may mean no more than that this host has no IPv6. */
    private boolean isOfHere() {
      return kind == FailureKind.NO_ROUTE || kind == FailureKind.LOCAL_FAULT;
    }
  }

  /**
   * The genuine peer answered, and said no: the port is open.
   *
   * @param phase BANNER, EHLO, TLS (4yz to STARTTLS) or AUTH
   * @param peer the peer's address, as text
   * @param took from the start of opening
   * @param evidence what the peer showed before
   */
  record Refused(Phase phase, SmtpReply reply, String peer, Duration took, PeerEvidence evidence)
      implements Opening {}
}
