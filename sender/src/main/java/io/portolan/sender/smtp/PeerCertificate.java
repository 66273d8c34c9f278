package io.portolan.sender.smtp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * The certificate that a peer presented.
 *
 * @param sha256 of its DER form, in hexadecimal
 */
public record PeerCertificate(String subject, String issuer, String sha256, Instant notAfter) {

  static PeerCertificate of(X509Certificate certificate) throws CertificateEncodingException {
    return new PeerCertificate(
        certificate.getSubjectX500Principal().getName(),
        certificate.getIssuerX500Principal().getName(),
        HexFormat.of().formatHex(digest().digest(certificate.getEncoded())),
        certificate.getNotAfter().toInstant());
  }

  /** The certificate of a secured connection's peer. */
  static Optional<PeerCertificate> of(SSLSocket tls) {
    try {
      Certificate first = tls.getSession().getPeerCertificates()[0];
      return first instanceof X509Certificate certificate
          ? Optional.of(of(certificate))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return subject + ", issued by " + issuer + ", valid until " + notAfter + ", SHA-256 " + sha256;
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
