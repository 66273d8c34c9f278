package io.portolan.sender.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Source;
import io.portolan.sender.message.Tokens;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MailIntakeTest {
  @Test
  void keepsOfWhatNobodySignedTheFeedbackIdAlone() {
    RecordedInbox inbox = new RecordedInbox();
    MailIntake intake =
        new MailIntake(
            _ ->
                new Feedback(
                    FeedbackKind.COMPLAINT,
                    Optional.of("abuse"),
                    List.of(),
                    new OriginalMessage(
                        List.of("b+forged@bounce.example.net"),
                        Optional.of("forged"),
                        Optional.of("17.4@acme.example"),
                        Optional.of("4:acme:news:portolan"),
                        Optional.of("news@acme.example"),
                        List.of("anna@mail.example")),
                    Optional.empty(),
                    Optional.empty()),
            inbox,
            new IntakeAddresses(
                new Tokens(new byte[Tokens.KEY_LENGTH]),
                Domain.parse("bounce.example.net"),
                List.of(EmailAddress.parse("fbl@bounce.example.net")),
                Optional.empty()),
            new IntakeCounts(),
            () -> Instant.parse("2026-11-29T08:00:00Z"));

    intake.of(new byte[] {1}).take(Optional.of("fbl@bounce.example.net"), Source.SMTP, "127.0.0.1");

    assertThat(inbox.arrivals().getFirst().feedback().original())
        .isEqualTo(OriginalMessage.UNKNOWN.withFeedbackId(Optional.of("4:acme:news:portolan")));
  }
}
