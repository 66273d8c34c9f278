package io.portolan.sender.mailbox;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.portolan.core.address.Domain;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server whose commands a test breaks, and a mailbox on it that is polled. */
abstract class BrokenMailboxFixture {
  static final Duration INTERVAL = Duration.ofMinutes(1);

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();
  final RecordedInbox inbox = new RecordedInbox();
  final IntakeCounts counts = new IntakeCounts();
  final AtomicLong nanos = new AtomicLong();
  final DeadlineWatch watch = new DeadlineWatch(nanos::get);
  Instant now = Instant.parse("2026-11-28T12:00:00Z");
  GreenMail server;
  GreenMailUser user;
  private @Nullable BreakingServer broken;

  ConnectionSlots slots;

  @BeforeEach
  void start() {
    LocalhostIdentity.install();
    server =
        new GreenMail(
            new ServerSetup[] {
              new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_IMAP),
              new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_POP3)
            });
    server.start();
    user = server.setUser("bounces@example.net", "bounces", "secret");
    slots = new ConnectionSlots(postgres.database());
  }

  @AfterEach
  void stop() throws Exception {
    slots.close();
    if (broken != null) {
      broken.close();
    }
    server.stop();
    watch.close();
  }

  void deliver(String subject) throws MessagingException {
    user.deliver(mail(subject));
  }

  static MimeMessage mail(String subject) throws MessagingException {
    return new MimeMessage(
        Session.getInstance(new Properties()),
        new ByteArrayInputStream(
            ("From: <>\r\nSubject: " + subject + "\r\n\r\nno such user\r\n")
                .getBytes(StandardCharsets.US_ASCII)));
  }

  MailboxPoll poll(Protocol protocol, Done done) throws IOException {
    return poll(protocol, done, true, inbox);
  }

  MailboxPoll poll(Protocol protocol, Done done, boolean isImplicitTls, FeedbackInbox into)
      throws IOException {
    BreakingServer before =
        new BreakingServer(
            protocol == Protocol.IMAP ? server.getImap().getPort() : server.getPop3().getPort(),
            isImplicitTls);
    broken = before;
    return new MailboxPoll(
        new Mailbox(
            "bounces",
            protocol,
            "localhost",
            before.port(),
            isImplicitTls,
            "bounces",
            "env:PASSWORD",
            "INBOX",
            done,
            INTERVAL),
        new MailSessions(
            TlsTrust.ofPlatformAnd(List.of(LocalhostIdentity.authority())).verifyingSockets(),
            watch,
            MailSessions.LONGEST),
        new MailboxPoll.Parts(
            new MailIntake(
                _ -> Feedback.NONE,
                into,
                new IntakeAddresses(
                    new Tokens(new byte[Tokens.KEY_LENGTH]),
                    Domain.parse("bounce.example.net"),
                    List.of(),
                    Optional.empty()),
                counts,
                () -> now),
            new MailboxStore(postgres.database()),
            slots,
            new Secrets(Map.of("PASSWORD", "secret")),
            "node-1",
            () -> now));
  }

  StoredMailbox stored() {
    return new MailboxStore(postgres.database()).find("bounces").orElseThrow();
  }

  MailFolder folder() {
    try {
      return server.getManagers().getImapHostManager().getInbox(user);
    } catch (FolderException e) {
      throw new IllegalStateException(e);
    }
  }

  long handled() {
    return inbox.arrivals().stream().map(Arrival::key).distinct().count();
  }

  long unreadable() {
    return counts.of(Source.MAILBOX, IntakeCounts.Result.UNREADABLE);
  }

  BreakingServer broken() {
    return Objects.requireNonNull(broken);
  }

  void delivered(String subject) {
    try {
      deliver(subject);
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }
}
