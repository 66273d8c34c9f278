package io.portolan.sender.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.portolan.core.address.Domain;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.Source;
import io.portolan.core.mailbox.MailboxStore;
import io.portolan.core.mailbox.StoredMailbox;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.intake.IntakeAddresses;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.intake.RecordedInbox;
import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MailboxPollTest {
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final DeadlineWatch watch = new DeadlineWatch();
  @RegisterExtension final TestDatabase postgres = TestDatabase.create();
  private final RecordedInbox inbox = new RecordedInbox();
  private GreenMail server;
  private GreenMailUser user;
  private TlsTrust trust;
  private ConnectionSlots slots;

  @BeforeEach
  void start() throws Exception {
    LocalhostIdentity.install();
    server =
        new GreenMail(
            new ServerSetup[] {
              new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_IMAPS),
              new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_POP3S)
            });
    server.start();
    user = server.setUser("bounces@example.net", "bounces", "secret");
    trust = TlsTrust.ofPlatformAnd(List.of(LocalhostIdentity.authority()));
    slots = new ConnectionSlots(postgres.database());
  }

  @AfterEach
  void stop() {
    slots.close();
    server.stop();
    watch.close();
  }

  private void deliver(String subject) throws MessagingException {
    deliver(subject, "no such user");
  }

  private void deliver(String subject, String text) throws MessagingException {
    user.deliver(
        new MimeMessage(
            Session.getInstance(new Properties()),
            new ByteArrayInputStream(
                ("From: <>\r\nSubject: " + subject + "\r\n\r\n" + text + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII))));
  }

  private Mailbox mailbox(Protocol protocol, Done done) {
    return mailbox(protocol, done, "localhost", "env:PASSWORD", "INBOX");
  }

  private Mailbox mailbox(Protocol protocol, Done done, String host, String secret, String folder) {
    return new Mailbox(
        "bounces",
        protocol,
        host,
        protocol == Protocol.IMAP ? server.getImaps().getPort() : server.getPop3s().getPort(),
        true,
        "bounces",
        secret,
        folder,
        done,
        INTERVAL);
  }

  private MailboxPoll poll(Mailbox mailbox) {
    return poll(mailbox, inbox, slots);
  }

  private MailboxPoll poll(Mailbox mailbox, FeedbackInbox into, ConnectionSlots by) {
    return new MailboxPoll(
        mailbox,
        new MailSessions(trust.verifyingSockets(), watch, MailSessions.LONGEST),
        new MailboxPoll.Parts(
            new MailIntake(
                _ -> Feedback.NONE,
                into,
                new IntakeAddresses(
                    new Tokens(new byte[Tokens.KEY_LENGTH]),
                    Domain.parse("bounce.example.net"),
                    List.of(),
                    Optional.empty()),
                new IntakeCounts(),
                () -> NOW),
            new MailboxStore(postgres.database()),
            by,
            new Secrets(Map.of("PASSWORD", "secret", "WRONG", "wrong")),
            "node-1",
            () -> NOW));
  }

  private StoredMailbox stored() {
    return new MailboxStore(postgres.database()).find("bounces").orElseThrow();
  }

  private int left() {
    return server.getReceivedMessages().length;
  }

  @Test
  void readsEachMailOnceAndLeavesItWhereItIs() throws Exception {
    deliver("one");
    deliver("two");
    MailboxPoll poll = poll(mailbox(Protocol.IMAP, new Done.Keep()));

    assertThat(poll.poll()).isEqualTo(INTERVAL);
    assertThat(poll.poll()).isEqualTo(INTERVAL);
    deliver("three");
    poll.poll();

    assertThat(inbox.arrivals()).hasSize(3).allMatch(each -> each.source() == Source.MAILBOX);
    assertThat(inbox.arrivals().stream().map(Arrival::key).distinct()).hasSize(3);
    assertThat(left()).isEqualTo(3);
    assertThat(stored().taken()).isEqualTo(3);
    assertThat(stored().node()).isEqualTo("node-1");
    assertThat(stored().succeededAt()).contains(NOW);
    assertThat(stored().failures()).isZero();
  }

  @Test
  void deletesWhatItTook() throws Exception {
    deliver("one");
    deliver("two");

    poll(mailbox(Protocol.IMAP, new Done.Delete())).poll();

    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(left()).isZero();
  }

  @Test
  void deletesFromAPop3MailboxWhatItTook() throws Exception {
    deliver("one");
    deliver("two");

    poll(mailbox(Protocol.POP3, new Done.Delete())).poll();

    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(left()).isZero();
  }

  @Test
  void movesWhatItTookToAFolderThatItMakes() throws Exception {
    deliver("one");
    MailboxPoll poll = poll(mailbox(Protocol.IMAP, new Done.Move("Portolan")));

    poll.poll();
    poll.poll();

    assertThat(inbox.arrivals()).hasSize(1);
    assertThat(
            server.getManagers().getImapHostManager().getFolder(user, "Portolan").getMessageCount())
        .isEqualTo(1);
    assertThat(server.getManagers().getImapHostManager().getInbox(user).getMessageCount()).isZero();
  }

  @Test
  void countsAMailOnceThatWasCommittedWhenItsReaderDied() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      RecordedInbox committed = new RecordedInbox();
      deliver("to " + protocol);
      FeedbackInbox dying =
          arrival -> {
            committed.take(arrival);
            throw new IllegalStateException("killed between the commit and the deletion");
          };
      Mailbox mailbox = mailbox(protocol, new Done.Delete());

      assertThatThrownBy(() -> poll(mailbox, dying, slots).poll())
          .hasMessageContaining("killed between");
      assertThat(left()).isEqualTo(1);
      poll(mailbox, committed, slots).poll();

      assertThat(committed.arrivals()).hasSize(2);
      assertThat(committed.arrivals().getFirst().key())
          .isEqualTo(committed.arrivals().getLast().key());
      assertThat(left()).isZero();
    }
  }

  @Test
  void leavesMailInItsPlaceWhileTheInboxTakesNothing() throws Exception {
    deliver("one");
    inbox.away(true);
    MailboxPoll poll = poll(mailbox(Protocol.POP3, new Done.Delete()));

    poll.poll();

    assertThat(left()).isEqualTo(1);
    assertThat(stored().trouble()).contains("could not be committed");
    inbox.away(false);
    poll.poll();
    assertThat(left()).isZero();
    assertThat(stored().trouble()).isEmpty();
  }

  @Test
  void isPolledByOneNodeAtATime() throws Exception {
    deliver("one");
    Mailbox mailbox = mailbox(Protocol.IMAP, new Done.Keep());
    try (ConnectionSlots other = new ConnectionSlots(postgres.database())) {
      FeedbackInbox whileReading =
          arrival -> {
            poll(mailbox, inbox, other).poll();
            return new Receipt.Unmatched();
          };

      poll(mailbox, whileReading, slots).poll();
    }
    assertThat(inbox.arrivals()).isEmpty();
    assertThat(stored().taken()).isEqualTo(1);
  }

  @Test
  void waitsLongerWithEachFailureAndSaysWhatIsWrong() {
    MailboxPoll poll =
        poll(mailbox(Protocol.IMAP, new Done.Keep(), "localhost", "env:WRONG", "INBOX"));

    assertThat(poll.poll()).isEqualTo(INTERVAL);
    assertThat(poll.poll()).isEqualTo(INTERVAL.multipliedBy(2));
    assertThat(poll.poll()).isEqualTo(INTERVAL.multipliedBy(4));
    for (int i = 0; i < 5; i++) {
      poll.poll();
    }
    assertThat(poll.poll()).isEqualTo(Duration.ofHours(1));
    assertThat(stored().failures()).isEqualTo(9);
    assertThat(stored().trouble()).contains("refuses the login");
  }

  @Test
  void namesMissingFoldersAndSecrets() {
    poll(mailbox(Protocol.IMAP, new Done.Keep(), "localhost", "env:PASSWORD", "Nowhere")).poll();
    assertThat(stored().trouble()).contains("there is no folder Nowhere");
    poll(mailbox(Protocol.IMAP, new Done.Keep(), "localhost", "env:MISSING", "INBOX")).poll();
    assertThat(stored().trouble()).contains("env:MISSING");
  }

  @Test
  void logsInNowhereWithoutAVerifiedCertificate() throws Exception {
    deliver("one");
    trust = TlsTrust.ofPlatform();

    poll(mailbox(Protocol.IMAP, new Done.Keep())).poll();

    assertThat(inbox.arrivals()).isEmpty();
    assertThat(stored().failures()).isEqualTo(1);
  }

  @Test
  void logsInNowhereUnderAnotherName() throws Exception {
    deliver("one");

    poll(mailbox(Protocol.POP3, new Done.Delete(), "127.0.0.1", "env:PASSWORD", "INBOX")).poll();

    assertThat(inbox.arrivals()).isEmpty();
    assertThat(stored().failures()).isEqualTo(1);
    assertThat(left()).isEqualTo(1);
  }

  @Test
  void readsLongMailUpToABound() throws Exception {
    deliver("long", ("x".repeat(70) + "\r\n").repeat(30_000));

    poll(mailbox(Protocol.POP3, new Done.Delete())).poll();

    assertThat(inbox.arrivals()).hasSize(1);
    assertThat(left()).isZero();
  }
}
