package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.core.isp.MxLookup;
import io.portolan.sender.dns.DnsClient;
import io.portolan.sender.dns.DnsHostLookup;
import io.portolan.sender.dns.DnsMxLookup;
import io.portolan.sender.dns.DnsRecordLookup;
import io.portolan.sender.dns.HostLookup;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.smtp.Dialer;
import io.portolan.sender.smtp.SocketDialer;
import io.portolan.sender.smtp.TlsTrust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;

/**
 * The network that mail goes out to: the real one, or a simulated one in its place. Every part is
 * thread-safe.
 */
public record Network(
    MxLookup mx, HostLookup hosts, RecordLookup records, Dialer dialer, TlsTrust trust) {

  /** The real network, as the configuration says. */
  public static Network real(Configuration configuration, InstantSource clock) {
    DnsClient dns = new DnsClient(configuration.dns());
    return new Network(
        new DnsMxLookup(dns, clock),
        new DnsHostLookup(dns, clock),
        new DnsRecordLookup(configuration.dns()),
        configuration
            .mail()
            .sourceAddress()
            .<Dialer>map(SocketDialer::new)
            .orElseGet(SocketDialer::new),
        configuration
            .mail()
            .trustedCertificates()
            .map(file -> TlsTrust.ofPlatformAnd(certificates(file)))
            .orElseGet(TlsTrust::ofPlatform));
  }

  private static List<X509Certificate> certificates(Path file) {
    try (InputStream pem = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (IOException | CertificateException e) {
      throw new ConfigurationException(
          "mail.trusted-certificates: "
              + file
              + " does not hold PEM certificates: "
              + e.getMessage());
    }
  }
}
