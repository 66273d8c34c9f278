package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Whom a bounce of a hard category suppresses: by what was said of it, and not by the category. */
class BounceHardnessTest extends MatchingInboxFixture {

  @Test
  void countsASoftBounceOfAHardCategory() {
    inbox.take(bounce("1", ada, "ada@isp.test", "4.2.1", 450, Hardness.SOFT));

    assertThat(state(ada)).startsWith("bounced mailbox-inactive");
    assertThat(suppressions()).isEmpty();
    assertThat(softBounces()).containsExactly("mailbox-inactive 1");
  }

  @Test
  void suppressesNobodyForWhatSaysNothingOfTheRecipient() {
    inbox.take(bounce("1", ada, "ada@isp.test", "5.7.1", 550, Hardness.NEITHER));

    assertThat(state(ada)).startsWith("bounced mailbox-inactive");
    assertThat(suppressions()).isEmpty();
    assertThat(softBounces()).isEmpty();
  }

  @Test
  void suppressesNobodyWhenTheDeliveryIsRecordedAfterItsBounce() {
    long eve = delivery(campaign, "eve@isp.test");
    database.execute("UPDATE delivery SET state = 'planned', ended_at = NULL");
    inbox.take(bounce("1", ada, "ada@isp.test", "4.2.1", 450, Hardness.SOFT));
    inbox.take(bounce("2", ben, "ben@isp.test", "5.7.1", 550, Hardness.NEITHER));
    inbox.take(bounce("3", eve, "eve@isp.test", "5.7.1", 550, Hardness.SOFT));
    database.execute(
        "UPDATE delivery SET state = 'accepted', ended_at = ?::timestamptz", SENT.toString());

    inbox.settle();

    assertThat(state(ada)).startsWith("bounced mailbox-inactive");
    assertThat(state(ben)).startsWith("bounced mailbox-inactive");
    assertThat(suppressions()).isEmpty();
    assertThat(database.texts("SELECT address_key FROM soft_bounce ORDER BY 1"))
        .containsExactly("ada@isp.test", "eve@isp.test");
  }

  private List<String> softBounces() {
    return database.texts("SELECT category || ' ' || bounces FROM soft_bounce");
  }

  private static Arrival bounce(
      String key, long delivery, String address, String status, int code, Hardness hardness) {
    return new Arrival(
        new Feedback(
            FeedbackKind.BOUNCE,
            Optional.empty(),
            List.of(
                new ReportedRecipient(
                    address,
                    List.of(),
                    Optional.of(
                        new ReportedRecipient.Verdict(
                            EnhancedStatusCode.parse(status),
                            OptionalInt.of(code),
                            BounceCategory.MAILBOX_INACTIVE,
                            hardness,
                            "account locked",
                            "r")),
                    Optional.empty())),
            signed(delivery),
            Optional.empty(),
            Optional.empty()),
        Source.SMTP,
        key,
        "mx.isp.test",
        NOW);
  }
}
