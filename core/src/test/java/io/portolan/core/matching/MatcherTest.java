package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.reply.BounceCategory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which delivery feedback is taken to be about, and that nothing follows without a proof. */
class MatcherTest extends MatchingInboxFixture {
  @Test
  void findsByEachWayAndTrustsTokensAlone() {
    OriginalMessage byId =
        original(List.of(), Optional.of("id-signed" + ada + "@x.test"), Optional.empty());
    take("1", FeedbackKind.BOUNCE, byId, "ada@isp.test", BounceCategory.BAD_MAILBOX);
    assertThat(state(ada)).startsWith("bounced");

    long other = campaign();
    delivery(other, "ben@isp.test");
    OriginalMessage byFeedbackId =
        original(List.of(), Optional.empty(), Optional.of(campaign + ":l:campaign:me"));
    take("2", FeedbackKind.BOUNCE, byFeedbackId, "ben@isp.test", BounceCategory.BAD_MAILBOX);
    take(
        "3",
        FeedbackKind.BOUNCE,
        OriginalMessage.UNKNOWN,
        "ben@isp.test",
        BounceCategory.BAD_MAILBOX);
    long eve = delivery(other, "eve@isp.test");
    take("4", FeedbackKind.COMPLAINT, OriginalMessage.UNKNOWN, "eve@isp.test", null);

    assertThat(
            database.texts(
                "SELECT matched_by || ' ' || trusted || ' ' || coalesce(delivery_id::text, '-') FROM feedback ORDER BY id"))
        .containsExactly(
            "message-id true " + ada,
            "feedback-id false " + ben,
            "none false -",
            "recipient false " + eve);
    assertThat(state(ben)).startsWith("accepted");
    assertThat(suppressions()).containsExactly("ada@isp.test hard-bounce everything");
    assertThat(rates()).hasSize(1);
  }

  @Test
  void findsByTheEnvelopesIdBeforeTheMessagesAndTrustsASignedOneAlone() {
    OriginalMessage both =
        original(List.of(), Optional.of("id-signed" + ben + "@x.test"), Optional.empty())
            .withEnvelopeId(Optional.of("envelope-signed" + ada));
    take("1", FeedbackKind.BOUNCE, both, "ada@isp.test", BounceCategory.BAD_MAILBOX);
    OriginalMessage forged =
        OriginalMessage.UNKNOWN.withEnvelopeId(Optional.of("envelope-forged" + ben));
    take("2", FeedbackKind.BOUNCE, forged, "ben@isp.test", BounceCategory.BAD_MAILBOX);

    assertThat(database.texts("SELECT matched_by || ' ' || trusted FROM feedback ORDER BY id"))
        .containsExactly("envelope-id true", "recipient false");
    assertThat(state(ada)).startsWith("bounced");
    assertThat(state(ben)).startsWith("accepted");
    assertThat(suppressions()).containsExactly("ada@isp.test hard-bounce everything");
  }

  @Test
  void looksNoLongerThanTheWindowForARecipient() {
    database.execute(
        "UPDATE delivery SET ended_at = ended_at - interval '8 days' WHERE id = ?", ben);
    assertThat(
            take(
                "1",
                FeedbackKind.BOUNCE,
                OriginalMessage.UNKNOWN,
                "ben@isp.test",
                BounceCategory.UNKNOWN))
        .isEqualTo(new Receipt.Unmatched());
  }

  @Test
  void letsForgedBouncesSuppressNobody() {
    take(
        "1",
        FeedbackKind.BOUNCE,
        OriginalMessage.UNKNOWN,
        "ada@isp.test",
        BounceCategory.BAD_MAILBOX);
    OriginalMessage foreign =
        original(
            List.of("b+foreign" + ada + "@b.test"),
            Optional.of("id-" + ada + "@x"),
            Optional.empty());
    take("2", FeedbackKind.BOUNCE, foreign, "ada@isp.test", BounceCategory.BAD_MAILBOX);
    // right, but of another's message
    inbox.take(bounce("3", ben, "ada@isp.test", BounceCategory.BAD_MAILBOX));

    assertThat(suppressions()).isEmpty();
    assertThat(state(ada)).startsWith("accepted");
    assertThat(state(ben)).startsWith("accepted");
    assertThat(rates()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM feedback")).isEqualTo(3);
    assertThat(effects()).containsOnly("");
  }
}
