package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.OneServer.RECIPIENT;
import static io.portolan.sender.simulation.OneServer.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.sender.simulation.Behaviour.Capability;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BehaviourTest {
  @Test
  void endsAConnectionWith421AfterItsMessages() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.MessagesPerConnection(2));
        RawSmtpClient client = one.greeted()) {
      client.deliver(SENDER, RECIPIENT, "1@client.test");
      client.deliver(SENDER, RECIPIENT, "2@client.test");
      client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<ann@one.test>\r\nDATA\r\n");
      assertThat(client.reply().code()).isEqualTo(421);
      assertThat(client.read()).isEqualTo(-1);
      assertThat(one.server().statistics().messages().maxPerConnection()).isEqualTo(2);
      assertThat(one.server().statistics().connections().open()).isZero();
      try (RawSmtpClient next = one.greeted()) {
        assertThat(next.deliver(SENDER, RECIPIENT, "3@client.test").code()).isEqualTo(250);
      }
    }
  }

  @Test
  void greetsAClientWithTooManyConnectionsWith421() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.ConnectionsPerClient(2))) {
      RawSmtpClient first = one.greeted();
      try (RawSmtpClient second = one.greeted();
          RawSmtpClient third = one.connect()) {
        assertThat(third.reply().text()).startsWith("4.7.0 Too many concurrent connections");
        assertThat(third.read()).isEqualTo(-1);
        first.close();
        try (RawSmtpClient fourth = one.greeted()) {
          assertThat(fourth.command("NOOP").code()).isEqualTo(second.command("NOOP").code());
        }
      }
      assertThat(one.server().statistics().connections().maxConcurrent()).isEqualTo(3);
    }
  }

  @Test
  void greylistsAPairUntilTheIntervalHasPassed() throws IOException {
    try (OneServer one = new OneServer()) {
      one.server().behave(new Behaviour.Greylisting(Duration.ofMinutes(5), one.clock()));
      try (RawSmtpClient client = one.greeted()) {
        client.command("MAIL FROM:<a@client.test>");
        assertThat(client.command("RCPT TO:<ann@one.test>").text()).startsWith("4.7.1");
        one.advance(Duration.ofMinutes(4));
        assertThat(client.command("RCPT TO:<ANN@one.test>").code()).isEqualTo(450);
        assertThat(client.command("RCPT TO:<bob@one.test>").code()).isEqualTo(450);
        one.advance(Duration.ofMinutes(1));
        assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(250);
        assertThat(client.command("RCPT TO:<bob@one.test>").code()).isEqualTo(450);
        client.command("RSET");
        client.command("MAIL FROM:<other@client.test>");
        assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(450);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nobody7, 550, 5.1.1",
    "Nobody, 550, 5.1.1",
    "full.3, 452, 4.2.2",
    "over1, 552, 5.2.2",
  })
  void refusesRecipientsByTheirLocalPart(String localPart, int code, String enhanced)
      throws IOException {
    try (OneServer one =
            new OneServer(
                Behaviour.unknownUsers("nobody"),
                Behaviour.fullMailboxes("full"),
                Behaviour.mailboxesOverQuota("over"));
        RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      RawSmtpClient.Reply reply = client.command("RCPT TO:<" + localPart + "@one.test>");
      assertThat(reply.code()).isEqualTo(code);
      assertThat(reply.text()).startsWith(enhanced);
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(250);
    }
  }

  @Test
  void refusesByReputationAtTheBannerAndWaitsForQuit() throws IOException {
    try (OneServer one = new OneServer(Behaviour.blockedByReputation(ServerPhase.BANNER));
        RawSmtpClient client = one.connect()) {
      RawSmtpClient.Reply banner = client.reply();
      assertThat(banner.code()).isEqualTo(554);
      assertThat(banner.text()).startsWith("5.7.1");
      assertThat(client.command("EHLO client.test").code()).isEqualTo(503);
      assertThat(client.command("QUIT").code()).isEqualTo(221);
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  @Test
  void refusesByReputationAtMail() throws IOException {
    try (OneServer one = new OneServer(Behaviour.blockedByReputation(ServerPhase.MAIL));
        RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).startsWith("5.7.1");
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(503);
    }
  }

  @Test
  void greetsWith421AndEnds() throws IOException {
    try (OneServer one =
            new OneServer(Behaviour.refusing(ServerPhase.BANNER, 421, "4.3.2", "Busy"));
        RawSmtpClient client = one.connect()) {
      assertThat(client.reply().code()).isEqualTo(421);
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  @Test
  void takesItsTimeBeforeBannerReplyAndDot() throws IOException {
    Duration banner = Duration.ofMillis(150);
    Duration reply = Duration.ofMillis(20);
    Duration dot = Duration.ofMillis(200);
    try (OneServer one = new OneServer(new Behaviour.Slow(banner, reply, dot))) {
      long start = System.nanoTime();
      try (RawSmtpClient client = one.connect()) {
        client.reply();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(banner.toNanos());
        client.command("EHLO client.test");
        client.deliver(SENDER, RECIPIENT, "1@client.test");
        assertThat(System.nanoTime() - start)
            .isGreaterThanOrEqualTo(banner.plus(reply.multipliedBy(4)).plus(dot).toNanos());
      }
    }
  }

  @Test
  void noticesAClientThatLeavesWhileItTakesItsTime() throws IOException {
    try (OneServer one =
        new OneServer(new Behaviour.Slow(Duration.ofHours(1), Duration.ZERO, Duration.ZERO))) {
      one.connect().close();
      one.await(seen -> seen.connections().total() == 1 && seen.connections().open() == 0);
    }
  }

  @Test
  void notesAClientThatSpeaksBeforeASlowBanner() throws IOException {
    try (OneServer one =
            new OneServer(
                new Behaviour.Slow(Duration.ofMillis(100), Duration.ZERO, Duration.ZERO));
        RawSmtpClient client = one.connect()) {
      client.write("EHLO client.test\r\n");
      assertThat(client.reply().code()).isEqualTo(220);
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(one.server().statistics().violations()).containsKey("spoke before the banner");
    }
  }

  @ParameterizedTest
  @EnumSource(Capability.class)
  void hidesCapabilities(Capability capability) throws IOException {
    try (OneServer one = new OneServer(new Behaviour.Without(Set.of(capability)))) {
      try (RawSmtpClient client = one.greeted()) {
        assertThat(client.command("EHLO again.test").text()).doesNotContain(capability.line());
      }
      if (capability != Capability.STARTTLS) {
        try (RawSmtpClient client = one.encrypted()) {
          assertThat(client.command("EHLO again.test").text()).doesNotContain(capability.line());
        }
      }
    }
  }

  @Test
  void repliesWithoutEnhancedCodesWhereTheyAreNotOffered() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.Without(EnumSet.allOf(Capability.class)));
        RawSmtpClient client = one.greeted()) {
      assertThat(client.command("NOOP").text()).isEqualTo("Ok");
      assertThat(client.command("STARTTLS").code()).isEqualTo(502);
      assertThat(client.command("MAIL FROM:<a@client.test> BODY=8BITMIME").code()).isEqualTo(555);
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
    }
  }

  @Test
  void wantsTlsFirst() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.TlsRequired())) {
      try (RawSmtpClient client = one.greeted()) {
        assertThat(client.command("MAIL FROM:<a@client.test>").text())
            .isEqualTo("5.7.0 Must issue a STARTTLS command first");
        assertThat(client.authPlain("user", "secret").code()).isEqualTo(530);
      }
      try (RawSmtpClient client = one.encrypted()) {
        assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
      }
    }
  }

  @Test
  void wantsAuthenticationFirst() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.AuthRequired());
        RawSmtpClient client = one.encrypted()) {
      assertThat(client.command("MAIL FROM:<a@client.test>").text())
          .isEqualTo("5.7.0 Authentication required");
      client.authPlain("user", "secret");
      assertThat(client.deliver(SENDER, "far@away.test", "1@client.test").code()).isEqualTo(250);
    }
  }

  @Test
  void refusesRightCredentialsToo() throws IOException {
    try (OneServer one = new OneServer(Behaviour.authRefused(), new Behaviour.AuthRequired());
        RawSmtpClient client = one.encrypted()) {
      assertThat(client.authPlain("user", "secret").code()).isEqualTo(535);
      assertThat(client.command("MAIL FROM:<a@client.test>").code()).isEqualTo(530);
    }
  }

  @ParameterizedTest
  @CsvSource({"454, 4.7.0", "502, 5.5.1"})
  void refusesStartTlsThatItOffers(int code, String enhanced) throws IOException {
    try (OneServer one =
            new OneServer(
                Behaviour.refusing(ServerPhase.STARTTLS, code, enhanced, "No TLS today"));
        RawSmtpClient client = one.connect()) {
      client.reply();
      assertThat(client.command("EHLO client.test").lines()).contains("STARTTLS");
      assertThat(client.command("STARTTLS").code()).isEqualTo(code);
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
  }

  @ParameterizedTest
  @CsvSource({"25", "465"})
  void closesInsteadOfATlsHandshake(int port) throws IOException {
    try (OneServer one = new OneServer(Behaviour.at(ServerPhase.HANDSHAKE, new Reaction.Close()));
        RawSmtpClient client = one.connect(port)) {
      if (port == 25) {
        client.greeted();
        assertThat(client.command("STARTTLS").code()).isEqualTo(220);
      }
      assertThatThrownBy(
              () -> client.handshake(one.network().certificates().clientContext(), OneServer.HOST))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void speaksInClearWhereTlsIsExpected() throws IOException {
    try (OneServer one =
            new OneServer(builder -> builder.listen(2465, SimulatedMailServer.Security.CLEAR));
        RawSmtpClient client = one.connect(2465)) {
      assertThatThrownBy(
              () -> client.handshake(one.network().certificates().clientContext(), OneServer.HOST))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("Unsupported or unrecognized SSL message");
    }
  }

  @Test
  void losesWhatIsPipelinedThoughItOffersPipelining() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.BrokenPipelining(false));
        RawSmtpClient client = one.greeted()) {
      client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<ann@one.test>\r\nDATA\r\n");
      assertThat(client.reply().code()).isEqualTo(250);
      client.socket().setSoTimeout(100);
      assertThatThrownBy(client::reply).isInstanceOf(SocketTimeoutException.class);
      client.socket().setSoTimeout(10_000);
      client.command("RSET");
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
    }
  }

  @Test
  void refusesWhatIsPipelinedThoughItOffersPipelining() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.BrokenPipelining(true));
        RawSmtpClient client = one.greeted()) {
      client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<ann@one.test>\r\nDATA\r\n");
      assertThat(client.reply().code()).isEqualTo(503);
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  @Test
  void masksBannerAndKeywords() throws IOException {
    try (OneServer one = new OneServer(new Behaviour.MaskedByFirewall());
        RawSmtpClient client = one.connect()) {
      assertThat(client.line()).startsWith("220 ****");
      assertThat(client.command("EHLO client.test").lines())
          .contains("XXXXXXXA")
          .doesNotContain("STARTTLS");
      assertThat(client.command("STARTTLS").code()).isEqualTo(502);
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
    }
  }

  @Test
  void greetsAsAWebServerOrAsAnother() throws IOException {
    try (OneServer one = new OneServer(Behaviour.httpBanner())) {
      try (RawSmtpClient client = one.connect()) {
        assertThat(client.line()).isEqualTo("HTTP/1.0 302 Found");
      }
      one.server().behave(Behaviour.foreignBanner("relay.hotel.test"));
      try (RawSmtpClient client = one.connect()) {
        assertThat(client.reply().text()).isEqualTo("relay.hotel.test ESMTP");
      }
    }
  }

  @Test
  void theFirstBehaviourThatAnswersDecides() throws IOException {
    try (OneServer one =
            new OneServer(
                Behaviour.at(ServerPhase.MAIL, new Reaction.Delay(Duration.ofMillis(1))),
                Behaviour.refusing(ServerPhase.MAIL, 451, "4.3.0", "First"),
                Behaviour.refusing(ServerPhase.MAIL, 550, "5.3.0", "Second"));
        RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).isEqualTo("4.3.0 First");
    }
  }

  @Test
  void limitsBelowOneAreRefused() {
    assertThatThrownBy(() -> new Behaviour.MessagesPerConnection(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Behaviour.ConnectionsPerClient(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
