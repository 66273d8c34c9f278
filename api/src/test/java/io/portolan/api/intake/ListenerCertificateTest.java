package io.portolan.api.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.TlsTrust;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a listener with a certificate of the operator's shows to mail servers. */
class ListenerCertificateTest {
  private static final String NAME = "mx.bounce.test";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path directory;

  private Map<String, String> settings(String certificate, String key) throws IOException {
    return Map.of(
        "PORTOLAN_INTAKE_CERTIFICATE",
        Files.writeString(directory.resolve("mx.pem"), certificate).toString(),
        "PORTOLAN_INTAKE_KEY",
        "file:" + Files.writeString(directory.resolve("mx.key"), key));
  }

  @Test
  void showsItsCertificateToWhoVerifiesItsName() throws Exception {
    try (SimulatedNetwork authority = new SimulatedNetwork(InstantSource.system())) {
      String pem = authority.certificates().identityPem(NAME);
      String own = pem.substring(pem.indexOf("-----BEGIN CERTIFICATE"));
      try (TestingNode node = new TestingNode(database, directory, settings(own, pem))) {
        assertThat(greeted(node.intakePort(), authority.certificates().authority()))
            .startsWith("250");
      }
    }
  }

  @Test
  void namesTheFileOfACertificateThatDoesNotGoWithItsKey() throws Exception {
    try (SimulatedNetwork authority = new SimulatedNetwork(InstantSource.system())) {
      String pem = authority.certificates().identityPem(NAME);
      String other = authority.certificates().identityPem(NAME);
      refused("no certificate", pem, "there is no PEM block BEGIN CERTIFICATE");
      refused(pem, "no key", "there is no PEM block BEGIN PRIVATE KEY");
      refused(pem, other, "the key is another certificate's");
    }
  }

  private void refused(String certificate, String key, String reason) throws IOException {
    Map<String, String> wrong = settings(certificate, key);
    assertThatThrownBy(() -> new TestingNode(database, directory, wrong).close())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("intake.certificate: " + directory.resolve("mx.pem"))
        .hasMessageContaining(reason);
  }

  /** The answer to EHLO behind STARTTLS, as a sender that verifies sees it. */
  private static String greeted(int port, X509Certificate authority) throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(20_000);
      BufferedReader replies = reader(plain);
      assertThat(reply(replies)).startsWith("220");
      assertThat(said(plain, replies, "EHLO mx.healthy.test")).startsWith("250");
      assertThat(said(plain, replies, "STARTTLS")).startsWith("220");
      try (SSLSocket encrypted =
          (SSLSocket)
              TlsTrust.ofPlatformAnd(List.of(authority))
                  .verifyingSockets()
                  .createSocket(plain, NAME, port, true)) {
        SSLParameters parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        return said(encrypted, reader(encrypted), "EHLO mx.healthy.test");
      }
    }
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  private static String said(Socket socket, BufferedReader replies, String line)
      throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return reply(replies);
  }

  private static String reply(BufferedReader replies) throws IOException {
    String line = replies.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = replies.readLine();
    }
    return String.valueOf(line);
  }
}
