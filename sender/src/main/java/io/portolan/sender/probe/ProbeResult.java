package io.portolan.sender.probe;

import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerEvidence;
import java.time.Duration;
import java.util.Optional;

/**
 * What came of one look at one address.
 *
 * @param address that was dialled, as text; empty when the host has none
 * @param took from the start of dialling
 * @param evidence what the peer showed of itself
 */
public record ProbeResult(
    ProbeTarget target,
    AddressFamily family,
    String address,
    Finding finding,
    Duration took,
    PeerEvidence evidence) {

  /** What was found. */
  public sealed interface Finding {}

  /** A session was ready for mail; at a host that is only connected to, TCP was. */
  public record Ready() implements Finding {}

  /** A peer spoke SMTP and said no: the port is open. */
  public record Answered(Phase phase, SmtpReply reply) implements Finding {}

  /** No session came about. */
  public record Failed(Phase phase, FailureKind kind, String detail) implements Finding {}

  /** Whether a peer was reached and spoke as one does, whatever it said. */
  public boolean passes() {
    return !(finding instanceof Failed);
  }

  /** The kind of the failure, if it was one. */
  public Optional<FailureKind> kind() {
    return finding instanceof Failed failed ? Optional.of(failed.kind()) : Optional.empty();
  }

  boolean failedAs(FailureKind kind) {
    return finding instanceof Failed failed && failed.kind() == kind;
  }

  /** Whether no octet of a peer came back: the packets were dropped, refused or sent nowhere. */
  boolean isStopped() {
    return finding instanceof Failed failed
        && switch (failed.kind()) {
          case CONNECT_TIMEOUT, CONNECT_REFUSED, HOST_UNREACHABLE, NO_ROUTE, RESET -> true;
          default -> failed.phase() == Phase.CONNECT && failed.kind() != FailureKind.LOCAL_FAULT;
        };
  }
}
