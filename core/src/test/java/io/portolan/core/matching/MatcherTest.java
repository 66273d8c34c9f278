package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.reply.BounceCategory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                "SELECT matched_by || ' ' || trusted || ' ' || coalesce(delivery_id::text, '-')"
                    + " FROM feedback ORDER BY id"))
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
    OriginalMessage quoted =
        original(List.of(), Optional.of("id-signed" + ben + "@x.test"), Optional.empty());
    take("3", FeedbackKind.BOUNCE, quoted, "ada@isp.test", BounceCategory.BAD_MAILBOX);
    inbox.take(ofSeveral("4", ben, "ada@isp.test", "eve@isp.test"));

    assertThat(suppressions()).isEmpty();
    assertThat(state(ada)).startsWith("accepted");
    assertThat(state(ben)).startsWith("accepted");
    assertThat(rates()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM feedback")).isEqualTo(4);
    assertThat(effects()).containsOnly("");
  }

  /** Hosts behind the one that took a message name its recipient as they like. */
  @ParameterizedTest
  @ValueSource(strings = {"ada", "a.lovelace@isp.test", "ada@mail1.isp.test", ""})
  void takesAReportToTheReturnPathAsOneOnItsRecipient(String named) {
    inbox.take(bounce("1", ada, named, BounceCategory.BAD_MAILBOX));

    assertThat(state(ada)).startsWith("bounced bad-mailbox");
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce bad-mailbox 1");
    assertThat(suppressions()).containsExactly("ada@isp.test hard-bounce everything");
  }

  /** An alias was expanded behind the host, or somebody cites a message that is ours. */
  @Test
  void takesNoNameWithoutADomainForTheRecipientWhereSeveralAreReportedOrTheMessageIsCitedAlone() {
    inbox.take(ofSeveral("1", ada, "bob", "dave"));
    OriginalMessage cited =
        original(List.of(), Optional.of("id-signed" + ben + "@x.test"), Optional.empty());
    take("2", FeedbackKind.BOUNCE, cited, "bob", BounceCategory.BAD_MAILBOX);

    assertThat(suppressions()).isEmpty();
    assertThat(state(ada)).startsWith("accepted");
    assertThat(state(ben)).startsWith("accepted");

    take("3", FeedbackKind.BOUNCE, cited, "", BounceCategory.BAD_MAILBOX);
    assertThat(suppressions()).containsExactly("ben@isp.test hard-bounce everything");
  }

  @ParameterizedTest
  @EnumSource(names = {"BAD_MAILBOX", "MAILBOX_FULL"})
  void suppressesNobodyForTheMailboxThatMailWasForwardedTo(BounceCategory category) {
    inbox.take(bounce("1", ada, "ada@mail1.internal.example", category));
    database.execute("UPDATE delivery SET state = 'planned' WHERE id = ?", ben);
    inbox.take(bounce("2", ben, "ben@mail1.internal.example", category));
    database.execute("UPDATE delivery SET state = 'accepted' WHERE id = ?", ben);
    inbox.settle();

    assertThat(state(ada)).startsWith("bounced " + category.id());
    assertThat(state(ben)).startsWith("bounced " + category.id());
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce " + category.id() + " 2");
    assertThat(effects()).containsExactly("late-bounce", "late-bounce");
    assertThat(suppressions()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM soft_bounce")).isZero();
  }

  private static Arrival ofSeveral(String key, long delivery, String... addresses) {
    Arrival one = bounce(key, delivery, addresses[0], BounceCategory.BAD_MAILBOX);
    List<ReportedRecipient> recipients =
        Arrays.stream(addresses)
            .map(
                address ->
                    new ReportedRecipient(
                        address,
                        List.of(),
                        Optional.of(verdict(BounceCategory.BAD_MAILBOX, "no")),
                        Optional.empty()))
            .toList();
    Feedback feedback =
        new Feedback(
            FeedbackKind.BOUNCE,
            Optional.empty(),
            recipients,
            one.feedback().original(),
            Optional.empty(),
            Optional.empty());
    return new Arrival(feedback, one.source(), key, one.receivedFrom(), one.at());
  }
}
