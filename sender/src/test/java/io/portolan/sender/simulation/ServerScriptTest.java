package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.OneServer.RECIPIENT;
import static io.portolan.sender.simulation.OneServer.SENDER;
import static io.portolan.sender.simulation.ServerPhase.DOT;
import static io.portolan.sender.simulation.ServerPhase.MAIL;
import static io.portolan.sender.simulation.ServerPhase.RCPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerScriptTest {
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
  void answersAsOftenAsItWasTold() throws IOException {
    ServerScript.Rule rule =
        one.server().on(RCPT).answer(451, "4.3.0", "later", "much later").times(2);
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      assertThat(client.command("RCPT TO:<ann@one.test>").text())
          .isEqualTo("4.3.0 later\n4.3.0 much later");
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(451);
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(250);
    }
    assertThat(rule.hits()).isEqualTo(2);
  }

  @Test
  void answersTheAddressesAndPortsItWasToldAbout() throws IOException {
    one.server().on(RCPT).to("BOB@one.test").answer(550, "5.1.1", "no Bob").always();
    one.server().on(MAIL).from("bad@client.test").port(25).answer(550, "5.7.1", "no").always();
    one.server().on(MAIL).port(465).answer(550, "5.7.1", "not here").always();
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<bad@client.test>").code()).isEqualTo(550);
      client.command("MAIL FROM:<a@client.test>");
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(250);
      assertThat(client.command("RCPT TO:<bob@one.test>").text()).isEqualTo("5.1.1 no Bob");
    }
  }

  @Test
  void letsSomePassFirst() throws IOException {
    one.server().on(DOT).after(1).answer(451, "4.3.0", "later").once();
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(250);
      assertThat(client.deliver(SENDER, RECIPIENT, "2@client.test").code()).isEqualTo(451);
      assertThat(client.deliver(SENDER, RECIPIENT, "3@client.test").code()).isEqualTo(250);
    }
    assertThat(one.received()).hasSize(2);
  }

  @Test
  void goesBeforeBehavioursAndCanBeTakenBack() throws IOException {
    one.server().behave(Behaviour.refusing(MAIL, 550, "5.7.1", "behaviour"));
    ServerScript.Rule rule = one.server().on(MAIL).answer(250, "2.1.0", "script").always();
    one.server().on(MAIL).answer(451, "4.3.0", "second rule").always();
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).isEqualTo("2.1.0 script");
      client.command("RSET");
      rule.cancel();
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).isEqualTo("4.3.0 second rule");
      one.server().clearScript();
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).isEqualTo("5.7.1 behaviour");
    }
  }

  @Test
  void holdsAnAnswerUntilATestReleasesIt() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule rule = one.server().on(DOT).until(released).once();
    try (RawSmtpClient client = one.greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.command("RCPT TO:<ann@one.test>");
      client.command("DATA");
      client.write(RawSmtpClient.message("1@client.test") + ".\r\n");
      assertThat(rule.awaitHits(1, Duration.ofSeconds(10))).isTrue();
      assertThat(one.received()).isEmpty();
      released.complete(null);
      assertThat(client.reply().code()).isEqualTo(250);
    }
    assertThat(one.received()).hasSize(1);
    assertThat(rule.awaitHits(2, Duration.ofMillis(10))).isFalse();
  }

  @Test
  void hangsUpAfterAnyAnswer() throws IOException {
    one.server().on(DOT).answerAndHangUp(250, "2.0.0", "taken, bye").always();
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").text())
          .isEqualTo("2.0.0 taken, bye");
      assertThat(client.read()).isEqualTo(-1);
    }
    assertThat(one.received()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void closesAtAnyPhase(ServerPhase phase) throws IOException {
    one.server().on(phase).close().always();
    assertThatThrownBy(() -> talk(phase)).isInstanceOf(EOFException.class);
    assertThat(one.server().statistics().connections().open()).isZero();
    assertThat(one.received()).hasSize(phase.compareTo(DOT) > 0 ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void resetsAtAnyPhase(ServerPhase phase) throws IOException {
    one.server().on(phase).reset().always();
    assertThatThrownBy(() -> talk(phase)).isInstanceOf(SocketException.class);
    assertThat(one.server().statistics().connections().open()).isZero();
    assertThat(one.received()).hasSize(phase.compareTo(DOT) > 0 ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void saysNothingAtAnyPhase(ServerPhase phase) throws Exception {
    ServerScript.Rule rule = one.server().on(phase).silence().always();
    CompletableFuture<Void> talk;
    try (RawSmtpClient client = one.connect()) {
      talk =
          CompletableFuture.runAsync(
              () ->
                  assertThatThrownBy(() -> talk(client, phase)).isInstanceOf(SocketException.class),
              task -> Thread.ofVirtual().start(task));
      assertThat(rule.awaitHits(1, Duration.ofSeconds(10))).isTrue();
      assertThatThrownBy(() -> talk.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
    } // the close ends the read that waits for an answer
    talk.get(10, TimeUnit.SECONDS);
    assertThat(one.server().statistics().connections().open()).isZero();
    assertThat(one.received()).hasSize(phase.compareTo(DOT) > 0 ? 1 : 0);
  }

  private void talk(ServerPhase phase) throws IOException {
    try (RawSmtpClient client = one.connect()) {
      talk(client, phase);
    }
  }

  /** Holds a dialogue that passes the phase. */
  private static void talk(RawSmtpClient client, ServerPhase phase) throws IOException {
    client.greeted();
    if (phase == ServerPhase.STARTTLS || phase == ServerPhase.HANDSHAKE) {
      client.command("STARTTLS");
      client.line();
    }
    if (phase == ServerPhase.AUTH) {
      client.authPlain("user", "secret");
    }
    client.deliver(SENDER, RECIPIENT, "1@client.test");
    client.command("RSET");
    client.command("NOOP");
    client.command("QUIT");
  }

  @Test
  void keepsTheMessageItDoesNotAnswerFor() throws IOException {
    one.server().on(DOT).keepMessage().close().once();
    one.server().on(DOT).keepMessage().reset().once();
    one.server().on(DOT).keepMessage().answer(451, "4.3.0", "lied").once();
    assertThatThrownBy(() -> talk(DOT)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> talk(DOT)).isInstanceOf(SocketException.class);
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.deliver(SENDER, RECIPIENT, "1@client.test").code()).isEqualTo(451);
    }
    assertThat(one.received()).hasSize(3);
    assertThat(one.mailboxes().duplicates()).containsEntry(RECIPIENT, 2);
  }

  @Test
  void sendsRubbish() throws IOException {
    one.server()
        .on(MAIL)
        .then(new Reaction.Raw("\u0000\u00ff\r\n\u0001 no reply\r\n", false))
        .once();
    one.server().on(MAIL).then(new Reaction.Raw("25", true)).once();
    try (RawSmtpClient client = one.greeted()) {
      client.write("MAIL FROM:<a@client.test>\r\n");
      assertThat(client.read()).isZero();
      assertThat(client.read()).isEqualTo(255);
      assertThat(client.line()).isEmpty();
      assertThat(client.line()).isEqualTo("\u0001 no reply");
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(503);
      client.write("MAIL FROM:<a@client.test>\r\n");
      assertThatThrownBy(client::line)
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("'25'");
    }
  }

  @Test
  void answersWithALineOfTenMegabytes() throws IOException {
    one.server().on(MAIL).then(new Reaction.LongLine(10_000_000)).once();
    try (RawSmtpClient client = one.greeted()) {
      client.write("MAIL FROM:<a@client.test>\r\n");
      assertThat(client.line()).hasSize(10_000_004);
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
  }

  @Test
  void dripsAnAnswer() throws IOException {
    Duration interval = Duration.ofMillis(5);
    one.server()
        .on(MAIL)
        .then(new Reaction.Drip(ServerReply.of(250, "2.1.0", "slowly"), interval))
        .once();
    try (RawSmtpClient client = one.greeted()) {
      long start = System.nanoTime();
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).isEqualTo("2.1.0 slowly");
      assertThat(System.nanoTime() - start)
          .isGreaterThanOrEqualTo(interval.multipliedBy(17).toNanos());
      assertThat(client.command("RCPT TO:<ann@one.test>").code()).isEqualTo(250);
    }
  }

  @Test
  void aRuleIsNotInForceBeforeItSaysHowOften() throws IOException {
    one.server().on(MAIL).answer(550, "5.7.1", "never");
    try (RawSmtpClient client = one.greeted()) {
      assertThat(client.command("MAIL FROM:<a@client.test>").code()).isEqualTo(250);
    }
  }
}
