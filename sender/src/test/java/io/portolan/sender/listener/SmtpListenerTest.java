package io.portolan.sender.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Source;
import io.portolan.sender.intake.IntakeCounts.Result;
import io.portolan.sender.listener.ListenerFixture.Peer;
import io.portolan.sender.message.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpListenerTest {
  @TempDir Path people;
  private ListenerFixture fixture;

  @BeforeEach
  void listen() throws IOException {
    fixture = new ListenerFixture(people);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void takesABounceToASignedReturnPathAndKnowsItForGood() throws IOException {
    String address = fixture.returnPath(42);
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.mail(address, "Subject: failed\r\n\r\nno such user")).startsWith("250 2.0.0");
      assertThat(peer.mail(address, "Subject: failed\r\n\r\nno such user")).startsWith("250 2.0.0");
    }

    List<Arrival> arrivals = fixture.inbox.arrivals();
    assertThat(arrivals).hasSize(2);
    assertThat(arrivals.getFirst().key()).isEqualTo(arrivals.getLast().key()).hasSize(64);
    assertThat(arrivals.getFirst().source()).isEqualTo(Source.SMTP);
    assertThat(arrivals.getFirst().receivedFrom()).isEqualTo("127.0.0.1");
    assertThat(arrivals.getFirst().at()).isEqualTo(ListenerFixture.NOW);
    assertThat(arrivals.getFirst().feedback().original().tokens()).containsExactly(address);
    assertThat(fixture.count(Result.UNMATCHED)).isEqualTo(1);
    assertThat(fixture.count(Result.DUPLICATE)).isEqualTo(1);
  }

  @Test
  void takesAReturnPathWhoseCaseAPeerChanged() throws IOException {
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.mail(fixture.returnPath(7).toUpperCase(java.util.Locale.ROOT), "x"))
          .startsWith("250");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bounce.example.net",
        "b+@bounce.example.net",
        "b@bounce.example.net",
        "anna@bounce.example.net",
        "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@elsewhere.example",
        "postmaster@elsewhere.example",
        "@bounce.example.net",
        "b+x%y@z@bounce.example.net",
        ""
      })
  void refusesAndCountsEveryOtherAddress(String address) throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.say("MAIL FROM:<>");

      assertThat(peer.say("RCPT TO:<" + address + ">")).startsWith("550 5.1.1");
      assertThat(peer.say("DATA")).startsWith("554");
    }
    assertThat(fixture.count(Result.REFUSED)).isEqualTo(1);
    assertThat(fixture.inbox.arrivals()).isEmpty();
  }

  @Test
  void refusesAReturnPathThatAnotherInstallationSigned() throws IOException {
    byte[] key = new byte[Tokens.KEY_LENGTH];
    key[0] = 1;
    String token = new Tokens(key).sign(Tokens.Purpose.RETURN_PATH, 42);
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.mail("b+" + token + "@" + ListenerFixture.DOMAIN, "x"))
          .startsWith("550 5.1.1");
    }
  }

  @Test
  void saysTryLaterWhileTheDatabaseIsAway() throws IOException {
    fixture.inbox.away(true);
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.mail(fixture.returnPath(1), "x")).startsWith("451 4.3.0");
      fixture.inbox.away(false);
      assertThat(peer.mail(fixture.returnPath(1), "x")).startsWith("250");
    }
    assertThat(fixture.inbox.arrivals()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"postmaster", "Postmaster@bounce.example.net", "abuse@Bounce.Example.net"})
  void keepsMailForPeople(String address) throws IOException {
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.mail(address, "Subject: hello\r\n\r\nare you there")).startsWith("250");
    }
    try (Stream<Path> files = Files.list(people)) {
      assertThat(files.toList())
          .singleElement()
          .satisfies(
              file ->
                  assertThat(Files.readString(file))
                      .isEqualTo(
                          "Return-Path: <>\r\nDelivered-To: "
                              + address
                              + "\r\nSubject: hello\r\n\r\nare you there\r\n"));
    }
    assertThat(fixture.inbox.arrivals()).isEmpty();
    assertThat(fixture.count(Result.KEPT)).isEqualTo(1);
  }

  @Test
  void unsubscribesByASignedTokenAlone() throws IOException {
    String token = fixture.tokens.sign(Tokens.Purpose.UNSUBSCRIBE, 99);
    try (Peer peer = fixture.greeted()) {
      assertThat(
              peer.mail(
                  "unsubscribe@bounce.example.net",
                  "From: somebody@else.example\r\nSubject: unsubscribe " + token + "\r\n\r\n"))
          .startsWith("250");
      assertThat(
              peer.mail(
                  "unsubscribe@bounce.example.net",
                  "From: victim@example.org\r\nSubject: unsubscribe me\r\n\r\n"))
          .startsWith("250");
    }
    assertThat(fixture.inbox.arrivals())
        .singleElement()
        .satisfies(
            arrival -> {
              assertThat(arrival.feedback().kind()).isEqualTo(FeedbackKind.UNSUBSCRIBE);
              assertThat(arrival.feedback().original().tokens())
                  .containsExactly(fixture.returnPath(99));
            });
    assertThat(fixture.count(Result.KEPT)).isEqualTo(1);
  }

  @Test
  void actsOnComplaintsOnlyByWhatWeSigned() throws IOException {
    String signed = fixture.tokens.sign(Tokens.Purpose.MESSAGE_ID, 5) + "@news.example.net";
    fixture.close();
    fixture =
        new ListenerFixture(
            people,
            ListenerFixture.settings(),
            mail ->
                complaint(
                    new String(mail, StandardCharsets.US_ASCII).contains("forged")
                        ? "made.up@news.example.net"
                        : signed));
    try (Peer peer = fixture.greeted()) {
      peer.mail("fbl@bounce.example.net", "real");
      peer.mail("FBL@bounce.example.net", "forged");
    }
    List<Feedback> read = fixture.inbox.arrivals().stream().map(Arrival::feedback).toList();
    assertThat(read.getFirst().original().messageId()).contains(signed);
    assertThat(read.getLast().kind()).isEqualTo(FeedbackKind.COMPLAINT);
    assertThat(read.getLast().original())
        .isEqualTo(OriginalMessage.UNKNOWN.withFeedbackId(Optional.of("1:x:campaign:y")));
  }

  @Test
  void knowsABounceByTheEnvelopeIdThatWeSigned() throws IOException {
    String id = fixture.tokens.sign(Tokens.Purpose.RETURN_PATH, 5);
    fixture.close();
    fixture =
        new ListenerFixture(
            people,
            ListenerFixture.settings(),
            mail ->
                new Feedback(
                    FeedbackKind.BOUNCE,
                    Optional.empty(),
                    List.of(),
                    OriginalMessage.UNKNOWN.withEnvelopeId(
                        Optional.of(
                            new String(mail, StandardCharsets.US_ASCII).contains("forged")
                                ? "a".repeat(32)
                                : id)),
                    Optional.empty(),
                    Optional.empty()));
    try (Peer peer = fixture.greeted()) {
      peer.mail("fbl@bounce.example.net", "real");
      peer.mail("fbl@bounce.example.net", "forged");
    }
    List<Feedback> read = fixture.inbox.arrivals().stream().map(Arrival::feedback).toList();
    assertThat(read.getFirst().original().envelopeId()).contains(id);
    assertThat(read.getLast().original()).isEqualTo(OriginalMessage.UNKNOWN);
  }

  private static Feedback complaint(String messageId) {
    return new Feedback(
        FeedbackKind.COMPLAINT,
        Optional.of("abuse"),
        List.of(),
        new OriginalMessage(
            List.of(),
            Optional.empty(),
            Optional.of(messageId),
            Optional.of("1:x:campaign:y"),
            Optional.empty(),
            List.of()),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void encryptsAndForgetsWhatWasSaidInTheClear() throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.say("MAIL FROM:<>");
      assertThat(peer.say("STARTTLS")).startsWith("220");
      peer.encrypt();

      assertThat(peer.say("RCPT TO:<" + fixture.returnPath(1) + ">")).startsWith("503");
      assertThat(peer.say("EHLO there.example")).startsWith("250 ");
      assertThat(peer.say("STARTTLS")).startsWith("503");
      assertThat(peer.mail(fixture.returnPath(1), "x")).startsWith("250");
    }
  }

  @Test
  void answersAPipelineInOrder() throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.write(
          "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<"
              + fixture.returnPath(1)
              + ">\r\nRCPT TO:<x@y.example>\r\nDATA\r\n");
      assertThat(peer.reply()).startsWith("250 2.1.0");
      assertThat(peer.reply()).startsWith("250 2.1.5");
      assertThat(peer.reply()).startsWith("550 5.1.1");
      assertThat(peer.reply()).startsWith("354");
      peer.write("..dot\r\nend\r\n.\r\nQUIT\r\n");
      assertThat(peer.reply()).startsWith("250");
      assertThat(peer.reply()).startsWith("221");
      assertThat(peer.reply()).isEmpty();
    }
  }

  @Test
  void hangsUpWhenItIsClosed() throws IOException {
    try (Peer peer = fixture.greeted()) {
      fixture.close();
      assertThat(peer.reply()).isEmpty();
    }
  }
}
