package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.OneServer.RECIPIENT;
import static io.portolan.sender.simulation.OneServer.SENDER;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** STARTTLS, implicit TLS, certificates and AUTH of a simulated server. */
class SmtpSecurityTest {
  private OneServer one;

  @BeforeEach
  void open() throws IOException {
    one = new OneServer();
  }

  @AfterEach
  void close() throws IOException {
    one.close();
  }

  @Test
  void startTlsForgetsEverythingSaidInClear() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.startTls(one.network().certificates().clientContext(), OneServer.HOST);
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(503);
      assertThat(client.command("MAIL FROM:<a@client.test>").code()).isEqualTo(503);
      client.command("EHLO client.test");
      assertThat(client.command("STARTTLS").code()).isEqualTo(502);
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
      assertThat(client.command("QUIT").code()).isEqualTo(221);
      assertThat(client.read()).isEqualTo(-1);
    }
    assertThat(one.received().getFirst().origin().encrypted()).isTrue();
  }

  @Test
  void startTlsLosesCommandsInjectedInClear() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.write("STARTTLS\r\nMAIL FROM:<injected@client.test>\r\n");
      assertThat(client.reply().code()).isEqualTo(220);
      client.handshake(one.network().certificates().clientContext(), OneServer.HOST);
      assertThat(client.command("EHLO client.test").code()).isEqualTo(250);
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(503);
    }
    assertThat(one.server().statistics().violations())
        .isEqualTo(Map.of("sent ahead of the answer to STARTTLS", 1L));
  }

  @Test
  void implicitTlsGreetsInsideTls() throws IOException {
    try (RawSmtpClient client = one.connect(465)) {
      client.handshake(one.network().certificates().clientContext(), OneServer.HOST).greeted();
      assertThat(client.authPlain("user", "secret").text()).startsWith("2.7.0");
      assertThat(client.deliver(SENDER, "far@away.test", "1@client.test").code()).isEqualTo(250);
    }
    assertThat(one.mailboxes().of("far@away.test").getFirst().origin())
        .isEqualTo(new StoredMessage.Origin(OneServer.HOST, 465, true, "user"));
  }

  @Test
  void authenticatesByPlainAndLogin() throws IOException {
    try (RawSmtpClient client = one.encrypted()) {
      assertThat(client.command("AUTH PLAIN").code()).isEqualTo(334);
      assertThat(client.command(RawSmtpClient.base64("\0user\0secret")).code()).isEqualTo(235);
      assertThat(client.command("AUTH PLAIN =").code()).isEqualTo(503);
    }
    try (RawSmtpClient client = one.encrypted()) {
      assertThat(client.command("AUTH LOGIN").text()).isEqualTo(RawSmtpClient.base64("Username:"));
      assertThat(client.command(RawSmtpClient.base64("user")).text())
          .isEqualTo(RawSmtpClient.base64("Password:"));
      assertThat(client.command(RawSmtpClient.base64("secret")).code()).isEqualTo(235);
    }
    try (RawSmtpClient client = one.encrypted()) {
      client.command("AUTH LOGIN " + RawSmtpClient.base64("user"));
      assertThat(client.command(RawSmtpClient.base64("secret")).code()).isEqualTo(235);
    }
  }

  @Test
  void refusesOtherCredentialsAndMalformedOnes() throws IOException {
    try (RawSmtpClient client = one.encrypted()) {
      assertThat(client.authPlain("user", "wrong").text())
          .isEqualTo("5.7.8 Authentication credentials invalid");
      assertThat(client.authPlain("other", "secret").code()).isEqualTo(535);
      assertThat(client.command("AUTH CRAM-MD5").code()).isEqualTo(504);
      assertThat(client.command("AUTH PLAIN !!!").code()).isEqualTo(501);
      assertThat(client.command("AUTH PLAIN " + RawSmtpClient.base64("user")).code())
          .isEqualTo(501);
      client.command("AUTH LOGIN");
      assertThat(client.command("*").code()).isEqualTo(501);
      assertThat(client.authPlain("user", "secret").code()).isEqualTo(235);
    }
    assertThat(one.server().statistics().refusals()).containsEntry(535, 2L).containsEntry(501, 3L);
  }

  @Test
  void takesNoCredentialsInClear() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.authPlain("user", "secret").code()).isEqualTo(538);
    }
  }

  @Test
  void aServerWithoutAccountsHasNoAuth() throws IOException {
    try (OneServer open = new OneServer(builder -> builder.accounts(Map.of()));
        RawSmtpClient client = open.encrypted()) {
      assertThat(client.command("EHLO again.test").text()).doesNotContain("AUTH");
      assertThat(client.authPlain("user", "secret").code()).isEqualTo(502);
    }
  }

  @Test
  void aPortInClearOffersNoTls() throws IOException {
    try (OneServer clear =
            new OneServer(builder -> builder.listen(2525, SimulatedMailServer.Security.CLEAR));
        RawSmtpClient client = clear.connect(2525).greeted()) {
      assertThat(client.command("EHLO again.test").text()).doesNotContain("STARTTLS");
      assertThat(client.command("STARTTLS").code()).isEqualTo(502);
    }
  }

  @Test
  void ehloOffersAuthAndNoStartTlsOnceEncrypted() throws IOException {
    try (RawSmtpClient client = one.encrypted()) {
      assertThat(client.command("EHLO again.test").lines())
          .contains("AUTH PLAIN LOGIN")
          .doesNotContain("STARTTLS");
    }
  }

  @Test
  void aClientThatTrustsTheAuthorityTrustsTheServer() throws Exception {
    try (RawSmtpClient client = one.encrypted()) {
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
    assertThat(
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        one.network().certificates().authorityPem().getBytes(US_ASCII))))
        .isEqualTo(one.network().certificates().authority());
  }

  @Test
  void aClientThatChecksTurnsAwayFromEveryWrongCertificate() throws Exception {
    SimulatedCertificates certificates = one.network().certificates();
    assertThat(failureWith(certificates.identity("mx.other.test")))
        .hasMessageContaining("No subject alternative DNS name matching mx.one.test");
    assertThat(failureWith(certificates.selfSigned(OneServer.HOST)))
        .hasMessageContaining("unable to find valid certification path");
    assertThat(failureWith(certificates.expired(OneServer.HOST))).hasMessageContaining("expired");
    assertThat(failureWith(new SimulatedCertificates().identity(OneServer.HOST)))
        .hasMessageContaining("PKIX");
    assertThat(one.server().statistics().connections().open()).isZero();
  }

  private Throwable failureWith(SSLContext identity) throws IOException {
    one.server().present(identity);
    try (RawSmtpClient client = one.greeted()) {
      return catchThrowableOfType(
          SSLHandshakeException.class,
          () -> client.startTls(one.network().certificates().clientContext(), OneServer.HOST));
    }
  }

  @Test
  void countsHandshakesThatFail() throws Exception {
    one.server().present(one.network().certificates().selfSigned(OneServer.HOST));
    try (RawSmtpClient client = one.greeted()) {
      assertThatThrownBy(
              () -> client.startTls(one.network().certificates().clientContext(), OneServer.HOST))
          .isInstanceOf(SSLHandshakeException.class);
    }
    assertThat(one.await(seen -> seen.connections().tlsFailures() == 1).connections().open())
        .isZero();
  }

  @Test
  void anEncryptedConnectionTooCountsUntilTheClientClosesIt() throws IOException {
    for (int i = 0; i < 30; i++) {
      try (RawSmtpClient client = one.encrypted()) {
        assertThat(client.command("NOOP").code()).isEqualTo(250);
      }
    }
    assertThat(one.server().statistics().connections())
        .isEqualTo(new ServerStatistics.Connections(30, 0, 1, 0));
  }
}
