package io.portolan.sender.mailbox;

import io.portolan.sender.listener.ListenerTls;
import io.portolan.sender.simulation.SimulatedNetwork;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import javax.net.ssl.SSLContext;

/**
 * The identity of localhost for the IMAP and POP3 server of the tests, whose own certificate names
 * no host. That server reads it once from a file that properties of the system name.
 */
final class LocalhostIdentity {
  private static final String PASSWORD = "memory";
  private static final Written WRITTEN = write();

  private record Written(X509Certificate authority, SSLContext context) {}

  private LocalhostIdentity() {}

  static X509Certificate authority() {
    return WRITTEN.authority();
  }

  /** For servers of our own. */
  static SSLContext context() {
    return WRITTEN.context();
  }

  /** Before the first server starts. */
  static void install() {
    if (WRITTEN.authority().getSubjectX500Principal().getName().isEmpty()) {
      throw new IllegalStateException("the authority has a name");
    }
  }

  private static Written write() {
    try (SimulatedNetwork network = new SimulatedNetwork(InstantSource.system())) {
      String pem = network.certificates().identityPem("localhost");
      String key = pem.substring(pem.indexOf("KEY-----") + 8, pem.indexOf("-----END PRIVATE KEY"));
      PrivateKey privateKey =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key)));
      Certificate own =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      pem.substring(pem.indexOf("-----BEGIN CERTIFICATE"))
                          .getBytes(StandardCharsets.US_ASCII)));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "server",
          privateKey,
          PASSWORD.toCharArray(),
          new Certificate[] {own, network.certificates().authority()});
      Path file = Files.createTempFile("localhost", ".p12");
      try (OutputStream out = Files.newOutputStream(file)) {
        store.store(out, PASSWORD.toCharArray());
      }
      file.toFile().deleteOnExit();
      System.setProperty("greenmail.tls.keystore.file", file.toString());
      System.setProperty("greenmail.tls.keystore.password", PASSWORD);
      System.setProperty("greenmail.tls.key.password", PASSWORD);
      return new Written(network.certificates().authority(), ListenerTls.of(pem, pem));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
