package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Behaviour.Capability;
import io.portolan.sender.simulation.Behaviour.Moment;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.smtp.SmtpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of a peer that offers DSN, and what becomes of it where the offer is broken. */
class ReportRequestTest {
  private static final String ID = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String FROM = "FROM:<b+1@sender.test> SIZE=" + MESSAGE.length();
  private static final Mail MAIL =
      new Mail(new Envelope("b+1@sender.test", SmtpScene.ENVELOPE.recipient(), ID), MESSAGE);

  private final List<String> commands = new CopyOnWriteArrayList<>();
  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
    for (ServerPhase phase : List.of(ServerPhase.MAIL, ServerPhase.RCPT)) {
      scene.server.on(phase).when(this::note).delay(Duration.ZERO).always();
    }
  }

  @AfterEach
  void close() throws IOException {
    assertThat(scene.server.statistics().violations()).isEmpty();
    scene.close();
  }

  private boolean note(Moment moment) {
    commands.add(moment.argument());
    return false;
  }

  private SmtpSession session() {
    return scene.opened(scene.direct(TlsMode.NONE));
  }

  private static Replied replied(Transaction transaction) {
    assertThat(transaction).isInstanceOf(Replied.class);
    return (Replied) transaction;
  }

  private void assertAccepted(Envelope envelope) {
    try (SmtpSession session = session()) {
      Replied reply = replied(session.send(new Mail(envelope, MESSAGE)));
      assertThat(reply.accepted()).as("%s", reply).isTrue();
    }
  }

  private void refuseParameters(ServerPhase at, int code, String status) {
    scene
        .server
        .on(at)
        .when(moment -> moment.argument().contains(at == ServerPhase.MAIL ? "ENVID" : "ORCPT"))
        .answer(code, status, "no such parameter")
        .always();
  }

  @Test
  void asksForReportsThatNameMessageAndRecipient() {
    assertAccepted(MAIL.envelope());

    assertThat(commands)
        .containsExactly(
            FROM + " RET=HDRS ENVID=" + ID,
            "TO:<anna@healthy.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;anna@healthy.test");
  }

  @Test
  void asksNothingOfAPeerThatDoesNotOfferIt() {
    scene.server.behave(new Behaviour.Without(Set.of(Capability.DSN)));
    assertAccepted(MAIL.envelope());

    assertThat(commands).containsExactly(FROM, "TO:<anna@healthy.test>");
  }

  @Test
  void asksNothingOfMessagesWithoutAnId() {
    assertAccepted(new Envelope("b+1@sender.test", SmtpScene.ENVELOPE.recipient()));

    assertThat(commands).containsExactly(FROM, "TO:<anna@healthy.test>");
  }

  @ParameterizedTest
  @CsvSource({
    "a+b=c@healthy.test, rfc822;a+2Bb+3Dc@healthy.test",
    "\"a b\"@healthy.test, rfc822;\"a+20b\"@healthy.test",
    "j\u00f6rg@healthy.test, utf-8;j\u00f6rg@healthy.test",
    "j\u00f6rg+x@healthy.test, utf-8;j\u00f6rg\\x{2B}x@healthy.test"
  })
  void writesTheRecipientSoThatItStaysOneValue(String recipient, String parameter) {
    assertAccepted(new Envelope("b+1@sender.test", recipient, ID));

    assertThat(commands.getLast()).endsWith(" ORCPT=" + parameter);
  }

  /** RFC 5321 section 4.5.3.1.4: 512 octets with the line's end. */
  @Test
  void leavesTheNameOutWhereTheCommandWouldBeTooLong() {
    assertAccepted(recipientOfOctets(232));
    assertThat(commands.getLast()).contains(" ORCPT=");
    assertThat("RCPT ".length() + commands.getLast().length() + "\r\n".length()).isEqualTo(511);

    assertAccepted(recipientOfOctets(233));
    assertThat(commands.getLast()).endsWith(" NOTIFY=FAILURE,DELAY");
  }

  private static Envelope recipientOfOctets(int count) {
    String domain = ".healthy.test";
    String local = "l".repeat(64) + "@";
    int left = count - local.length() - domain.length();
    String label = "d".repeat(59) + ".";
    String labels = label.repeat(left / 60) + "d".repeat(left % 60);
    return new Envelope("b+1@sender.test", local + labels + domain, ID);
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 555, 5.5.4",
    "MAIL, 501, 5.5.4",
    "MAIL, 504, ''",
    "MAIL, 500, 5.5.2",
    "RCPT, 555, ''",
    "RCPT, 501, 5.0.0"
  })
  void sendsWithoutParametersThatAPeerOffersAndRefuses(ServerPhase at, int code, String status) {
    refuseParameters(at, code, status);
    try (SmtpSession session = session()) {
      assertThat(replied(session.send(MAIL)).accepted()).isTrue();
      commands.clear();
      assertThat(replied(session.send(MAIL)).accepted()).isTrue();
    }
    assertAccepted(MAIL.envelope());

    assertThat(commands).as("of the session and of the next").hasSize(4);
    assertThat(commands).noneMatch(it -> it.contains("ENVID") || it.contains("ORCPT"));
    assertThat(scene.received()).hasSize(3);
  }

  @Test
  void announcesNothingWithParametersThatWereRefused() {
    refuseParameters(ServerPhase.RCPT, 555, "5.5.4");
    try (SmtpSession session = session()) {
      for (int i = 0; i < 3; i++) {
        assertThat(replied(session.send(MAIL, Optional.of(MAIL))).accepted()).isTrue();
      }
      assertThat(replied(session.send(MAIL)).accepted()).isTrue();
    }
    assertThat(scene.received()).hasSize(4);
    assertThat(commands.stream().filter(it -> it.contains("ORCPT"))).hasSize(1);
  }

  /** As a server does that says 501 to a recipient, whatever stands behind it. */
  @Test
  void anAnswerThatStaysIsOfTheMessageAndLeavesTheOffer() {
    scene.server.on(ServerPhase.RCPT).answer(501, "", "bad address").times(2);
    try (SmtpSession session = session()) {
      Replied reply = replied(session.send(MAIL));
      assertThat(reply.phase()).isEqualTo(Phase.RCPT);
      assertThat(reply.reply().code()).isEqualTo(501);
      assertThat(replied(session.send(MAIL)).accepted()).isTrue();
    }
    assertThat(commands.getLast()).contains("ORCPT");
  }

  @ParameterizedTest
  @CsvSource({"501, 5.1.3", "550, ''", "451, ''", "501, 5.7.1"})
  void asksOnceWhereTheReasonIsTheMessages(int code, String status) {
    scene.server.on(ServerPhase.RCPT).answer(code, status, "not this one").once();
    try (SmtpSession session = session()) {
      assertThat(replied(session.send(MAIL)).reply().code()).isEqualTo(code);
    }
    assertThat(commands).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a+b", "a\r\nb", "a=b"})
  void takesNoIdThatCouldEndTheCommand(String id) {
    assertThatThrownBy(() -> new Envelope("b+1@sender.test", "a@b.test", id))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A status notification has the null path, and nobody is told what became of it. */
  @Test
  void takesNoIdWithoutAReturnPath() {
    assertThatThrownBy(() -> new Envelope("", "a@b.test", ID))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
