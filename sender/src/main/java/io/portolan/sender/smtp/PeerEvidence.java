package io.portolan.sender.smtp;

import java.util.List;
import java.util.Optional;

/**
 * What a peer showed of itself while a session was opened, to be compared over peers and time: one
 * banner or issuer at many targets is an interception.
 *
 * @param banner the text of the 220
 * @param extensions the EHLO lines in force, without codes; empty after HELO
 * @param masked whether a firewall seems to rewrite the dialogue
 * @param tlsVersion such as TLSv1.3; empty in clear
 * @param certificate the peer's own, also when it was not trusted; empty in clear
 * @param tlsFailure why an opportunistic session is in clear although STARTTLS was offered
 */
public record PeerEvidence(
    String banner,
    List<String> extensions,
    boolean masked,
    Optional<String> tlsVersion,
    Optional<PeerCertificate> certificate,
    Optional<String> tlsFailure) {
  /** Of a peer that has shown nothing. */
  public static final PeerEvidence NONE =
      new PeerEvidence("", List.of(), false, Optional.empty(), Optional.empty(), Optional.empty());

  public PeerEvidence {
    extensions = List.copyOf(extensions);
  }

  /** The same of a session that is in clear because TLS failed before. */
  PeerEvidence withTlsFailure(String failure) {
    return new PeerEvidence(
        banner, extensions, masked, tlsVersion, certificate, Optional.of(failure));
  }
}
