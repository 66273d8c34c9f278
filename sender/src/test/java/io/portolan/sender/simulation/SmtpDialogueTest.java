package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.OneServer.RECIPIENT;
import static io.portolan.sender.simulation.OneServer.SENDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpDialogueTest {
  private OneServer one;

  @BeforeEach
  void open() throws IOException {
    one = new OneServer(builder -> builder.maxMessageBytes(20_000).maxRecipients(3));
  }

  @AfterEach
  void close() throws IOException {
    one.close();
  }

  @Test
  void ehloOffersWhatTheServerCanDoInClear() throws IOException {
    try (RawSmtpClient client = one.connect()) {
      assertThat(client.reply().text()).isEqualTo("mx.one.test ESMTP");
      assertThat(client.command("EHLO client.test").lines())
          .containsExactly(
              "mx.one.test",
              "PIPELINING",
              "SIZE 20000",
              "STARTTLS",
              "ENHANCEDSTATUSCODES",
              "8BITMIME",
              "DSN",
              "SMTPUTF8");
    }
  }

  @Test
  void heloOffersNothing() throws IOException {
    try (RawSmtpClient client = one.connect()) {
      client.reply();
      assertThat(client.command("HELO client.test").lines()).containsExactly("mx.one.test");
      assertThat(client.command("MAIL FROM:<a@b.test> SIZE=5").code()).isEqualTo(555);
      assertThat(client.command("MAIL FROM:<a@b.test>").lines()).containsExactly("Ok");
    }
  }

  @Test
  void keepsWhatItTakes() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").text())
          .startsWith("2.0.0 Ok: queued as ");
    }
    StoredMessage message = one.received().getFirst();
    assertThat(message.recipient()).isEqualTo(RECIPIENT);
    assertThat(message.sender()).isEqualTo(SENDER);
    assertThat(message.content().messageId()).isEqualTo("<1@client.test>");
    assertThat(message.content().text()).contains(RawSmtpClient.message("1@client.test"));
    assertThat(message.content().octets())
        .isEqualTo(RawSmtpClient.message("1@client.test").length());
    assertThat(message.origin()).isEqualTo(new StoredMessage.Origin(OneServer.HOST, 25, false, ""));
    assertThat(message.receivedAt()).isEqualTo(one.clock().instant());
  }

  @Test
  void digestsWhatItTakes() throws IOException {
    deliver("abc\r\n");
    assertThat(one.received().getFirst().content().sha256())
        .isEqualTo("552bab6864c7a7b69a502ed1854b9245c0e1a30f008aaa0b281da62585fdb025");
  }

  @Test
  void readsAGroupOfCommandsAndAnswersInOrder() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.write(
          "MAIL FROM:<a@client.test>\r\nRCPT TO:<x@elsewhere.test>\r\nRCPT TO:<ann@one.test>\r\nDATA\r\n");
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(client.reply().text()).isEqualTo("5.7.1 Relay access denied");
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(client.reply().code()).isEqualTo(354);
      client.write(
          RawSmtpClient.message("1@client.test")
              + ".\r\nMAIL FROM:<b@client.test>\r\nRCPT TO:<ann@one.test>\r\nDATA\r\n");
      for (int code : new int[] {250, 250, 250, 354}) {
        assertThat(client.reply().code()).isEqualTo(code);
      }
      client.write(RawSmtpClient.message("2@client.test") + ".\r\nRSET\r\nQUIT\r\n");
      for (int code : new int[] {250, 250, 221}) {
        assertThat(client.reply().code()).isEqualTo(code);
      }
      assertThat(client.read()).isEqualTo(-1);
    }
    assertThat(one.received())
        .extracting(StoredMessage::sender)
        .containsExactly("a@client.test", "b@client.test");
    assertThat(one.server().statistics().violations()).isEmpty();
  }

  @Test
  void aGroupWithoutAValidRecipientGetsNoData() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<x@elsewhere.test>\r\nDATA\r\n");
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(client.reply().code()).isEqualTo(550);
      assertThat(client.reply().text()).isEqualTo("5.5.1 No valid recipients");
      assertThat(client.command("RSET").code()).isEqualTo(250);
    }
  }

  @Test
  void unstuffsDotsAndFindsTheEndWhereverTheOctetsAreCut() throws IOException {
    String data = ".. two\r\n..\r\nline\r\n...\r\n.x\r\n\r\n";
    String wire = data + ".\r\nNOOP\r\n";
    List<String> texts = new ArrayList<>();
    try (RawSmtpClient client = one.greeted()) {
      client.socket().setTcpNoDelay(true);
      for (int cut = 0; cut <= wire.length(); cut++) {
        client.command("MAIL FROM:<a@client.test>");
        client.command("RCPT TO:<ann@one.test>");
        client.command("DATA");
        client.write(wire.substring(0, cut));
        client.write(wire.substring(cut));
        assertThat(client.reply().code()).isEqualTo(250);
        assertThat(client.reply().text()).isEqualTo("2.0.0 Ok");
      }
    }
    one.received().forEach(message -> texts.add(message.content().text().orElseThrow()));
    assertThat(texts)
        .hasSize(wire.length() + 1)
        .containsOnly(". two\r\n.\r\nline\r\n..\r\nx\r\n\r\n");
  }

  @Test
  void takesALongMessageAndAnEmptyOne() throws IOException {
    String text = ("x".repeat(70) + "\r\n").repeat(270);
    deliver(text);
    deliver("");
    assertThat(one.received())
        .extracting(message -> message.content().text().orElseThrow())
        .containsExactly(text, "");
  }

  @Test
  void refusesAMessageOverItsSizeAtMailOrAfterTheDot() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<a@client.test> SIZE=20001").text()).startsWith("5.3.4");
      client.command("MAIL FROM:<a@client.test> SIZE=10");
      client.command("RCPT TO:<ann@one.test>");
      client.command("DATA");
      client.write(("x".repeat(70) + "\r\n").repeat(300) + ".\r\n");
      assertThat(client.reply())
          .isEqualTo(
              new RawSmtpClient.Reply(552, List.of("5.3.4 Message too big for this server")));
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
    }
    assertThat(one.received()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "'a\nb\r\n', CR or LF alone in data",
    "'a\rb\r\n', CR or LF alone in data",
    "'a\n.\r\nMAIL FROM:<smuggled@client.test>\r\n', CR or LF alone in data",
  })
  void refusesLineEndsThatAreNone(String data, String violation) throws IOException {
    assertThat(deliver(data)).isEqualTo(550);
    assertThat(one.server().statistics().violations()).isEqualTo(Map.of(violation, 1L));
    assertThat(one.received()).isEmpty();
  }

  @Test
  void refusesALineOfDataOver998Octets() throws IOException {
    assertThat(deliver("x".repeat(998) + "\r\n")).isEqualTo(250);
    assertThat(deliver("x".repeat(999) + "\r\n")).isEqualTo(550);
    assertThat(deliver("x".repeat(18_000) + "\r\n")).isEqualTo(550);
  }

  @Test
  void notesEightBitDataWithoutItsDeclaration() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test> BODY=8BITMIME");
      client.command("RCPT TO:<ann@one.test>");
      client.command("DATA");
      assertThat(client.writeLatin1("h\u00e9\r\n.\r\n").reply().code()).isEqualTo(250);
    }
    assertThat(one.server().statistics().violations()).isEmpty();
    assertThat(one.received().getFirst().content().text()).contains("h\u00e9\r\n");
    assertThat(deliver("h\u00e9\r\n")).isEqualTo(250);
    assertThat(one.server().statistics().violations())
        .isEqualTo(Map.of("8-bit data without BODY=8BITMIME", 1L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MAIL FROM:<>",
        "mail from:<a@client.test>",
        "MAIL FROM:<\"a b>c\"@client.test>",
        "MAIL FROM:<@relay.test,@other.test:a@client.test>",
        "MAIL FROM:<a@client.test> BODY=7BIT RET=HDRS ENVID=x SIZE=1",
        "MAIL FROM:<\u00e9@client.test> SMTPUTF8",
      })
  void takesSender(String command) throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command(command).code()).isEqualTo(250);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL FROM: <a@client.test>, 501",
    "MAIL FROM:a@client.test, 501",
    "MAIL FROM:<a b@client.test>, 501",
    "MAIL FROM:<a@client.test>SIZE=1, 501",
    "MAIL FROM:<a@>, 501",
    "MAIL TO:<a@client.test>, 501",
    "MAIL, 501",
    "MAIL FROM:<a@client.test> SIZE=x, 501",
    "MAIL FROM:<a@client.test> BODY=9BIT, 501",
    "MAIL FROM:<a@client.test> RET=ALL, 501",
    "MAIL FROM:<a@client.test> ENVID=a+b, 501",
    "MAIL FROM:<a@client.test> SMTPUTF8=1, 501",
    "MAIL FROM:<a@client.test> COLOUR=red, 555",
    "MAIL FROM:<a@client.test> AUTH=<>, 555",
    "MAIL FROM:<\u00e9@client.test>, 553",
    "RCPT TO:<ann@one.test>, 503",
    "DATA, 503",
    "BDAT 1, 500",
    "EXPN list, 502",
    "VRFY ann, 252",
    "HELP, 214",
    "EHLO, 501",
    "RSET, 250",
    "'', 500",
  })
  void answersOutsideATransaction(String command, int code) throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command(command).code()).isEqualTo(code);
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT TO:<ann@one.test>, 250",
    "RCPT TO:<Ann@ONE.test>, 250",
    "RCPT TO:<postmaster>, 250",
    "RCPT TO:<ann@one.test> NOTIFY=NEVER ORCPT=rfc822;ann@one.test, 250",
    "RCPT TO:<ann@one.test> NOTIFY=, 501",
    "RCPT TO:<ann@one.test> NOTIFY=ALWAYS, 501",
    "RCPT TO:<ann@one.test> ORCPT=rfc822;a+b@one.test, 501",
    "RCPT TO:<ann@one.test> ORCPT=rfc822;a+2Bb@one.test, 250",
    "RCPT TO:<ann@one.test> ORCPT=ann@one.test, 501",
    "RCPT TO:<ann@one.test> SIZE=1, 555",
    "RCPT TO:<\u00e9@one.test>, 553",
    "RCPT TO:<>, 501",
    "RCPT TO:<ann>, 501",
    "RCPT TO:<ann@two.test>, 550",
    "MAIL FROM:<a@client.test>, 503",
    "DATA, 554",
  })
  void answersInATransaction(String command, int code) throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      assertThat(client.command(command).code()).isEqualTo(code);
    }
  }

  @Test
  void takesAMessageForSeveralRecipientsUpToItsLimit() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      for (String name : new String[] {"a", "b", "c"}) {
        assertThat(client.command("RCPT TO:<" + name + "@one.test>").code()).isEqualTo(250);
      }
      assertThat(client.command("RCPT TO:<d@one.test>").text()).startsWith("4.5.3");
      client.command("DATA");
      assertThat(client.write(RawSmtpClient.message("1@client.test") + ".\r\n").reply().code())
          .isEqualTo(250);
    }
    assertThat(one.mailboxes().messages()).isEqualTo(3);
    assertThat(one.server().statistics().messages().total()).isEqualTo(1);
    assertThat(one.mailboxes().missing(List.of("a@one.test", "d@one.test")))
        .containsExactly("d@one.test");
  }

  @Test
  void rsetForgetsTheTransaction() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.command("RCPT TO:<ann@one.test>");
      client.command("RSET");
      assertThat(client.command("DATA").code()).isEqualTo(503);
      assertThat(client.deliver(SENDER, "bob@one.test", "1@client.test").code()).isEqualTo(250);
    }
    assertThat(one.received()).isEmpty();
  }

  @Test
  void refusesCommandLinesThatAreTooLongAndGoesOn() throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<" + "x".repeat(2100) + "@client.test>").code())
          .isEqualTo(500);
      assertThat(client.command("NOOP " + "x".repeat(100_000)).code()).isEqualTo(500);
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
  }

  @Test
  void notesWhatIsSentAhead() throws IOException {
    try (RawSmtpClient client = one.connect()) {
      client.reply();
      client.write("EHLO client.test\r\nMAIL FROM:<a@client.test>\r\n");
      client.reply();
      client.reply();
      client.command("RCPT TO:<ann@one.test>");
      client.write("DATA\r\nx\r\n.\r\n");
      client.reply();
      assertThat(client.reply().code()).isEqualTo(250);
    }
    assertThat(one.server().statistics().violations())
        .isEqualTo(
            Map.of("sent ahead of the answer to EHLO", 1L, "sent ahead of the answer to DATA", 1L));
  }

  @Test
  void notesPipeliningThatWasNotOffered() throws IOException {
    try (RawSmtpClient client = one.connect()) {
      client.reply();
      client.command("HELO client.test");
      client.write("MAIL FROM:<a@client.test>\r\nRCPT TO:<ann@one.test>\r\n");
      client.reply();
      client.reply();
    }
    assertThat(one.server().statistics().violations())
        .isEqualTo(Map.of("pipelined without PIPELINING", 1L));
  }

  @Test
  void ends421WhenTheClientSaysNothing() throws IOException {
    try (OneServer idle = new OneServer(builder -> builder.idle(Duration.ofMillis(50)));
        RawSmtpClient client = idle.connect()) {
      assertThat(client.reply().code()).isEqualTo(220);
      assertThat(client.reply().text()).startsWith("4.4.2");
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  @Test
  void aConnectionLostBeforeTheDotLeavesNoMessage() throws Exception {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.command("RCPT TO:<ann@one.test>");
      client.command("DATA");
      client.write(RawSmtpClient.message("1@client.test"));
    }
    assertThat(one.mailboxes().awaitMessages(1, Duration.ofMillis(100))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'Message-ID: <1@x>\r\n\r\nb\r\n', <1@x>",
    "'From: a\r\nMESSAGE-id:<2@x>\r\n\r\n', <2@x>",
    "'Message-ID:\r\n <3@x>\r\n\r\n', <3@x>",
    "'From: a\r\n\r\nMessage-ID: <4@x>\r\n', ''",
    "'Message', ''",
  })
  void readsTheMessageId(String data, String messageId) throws IOException {
    deliver(data.endsWith("\r\n") ? data : data + "\r\n");
    assertThat(one.received().getFirst().content().messageId()).isEqualTo(messageId);
  }

  @Test
  void mailBeforeEhloIsOutOfSequence() throws IOException {
    try (RawSmtpClient client = one.connect()) {
      client.reply();
      assertThat(client.command("MAIL FROM:<a@client.test>").code()).isEqualTo(503);
    }
  }

  private int deliver(String data) throws IOException {
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.command("RCPT TO:<ann@one.test>");
      client.command("DATA");
      return client.writeLatin1(data + ".\r\n").reply().code();
    }
  }
}
