package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.privacy.RecipientData;
import io.portolan.core.reply.BounceCategory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What people wish, told by a relay without a token of ours. */
class RelayedWishTest extends MatchingInboxFixture {
  @Test
  void isHeededThoughNoDeliveryOrTwoAreFound() {
    delivery(campaign(), "ada@isp.test");

    wish(Source.WEBHOOK, FeedbackKind.COMPLAINT, "Ada@isp.test");
    wish(Source.WEBHOOK, FeedbackKind.UNSUBSCRIBE, "nobody@isp.test");
    wish(Source.WEBHOOK, FeedbackKind.UNSUBSCRIBE, "ben@isp.test");

    assertThat(suppressions())
        .containsExactly(
            "ada@isp.test complaint everything",
            "ben@isp.test unsubscribe everything",
            "nobody@isp.test unsubscribe everything");
    assertThat(database.texts("SELECT DISTINCT source FROM suppression"))
        .containsExactly("webhook grid");
    assertThat(effects()).containsExactly("suppressed", "suppressed", "suppressed");
    assertThat(rates()).as("of which message nobody knows").isEmpty();
    assertThat(database.texts("SELECT DISTINCT state::text FROM delivery"))
        .containsExactly("accepted");
  }

  /** Whoever writes a mail may name any address. */
  @ParameterizedTest
  @EnumSource(value = Source.class, mode = EnumSource.Mode.EXCLUDE, names = "WEBHOOK")
  void isHeededOfNobodyWhoProvesNothing(Source source) {
    wish(source, FeedbackKind.COMPLAINT, "ada@isp.test");
    wish(source, FeedbackKind.UNSUBSCRIBE, "ben@isp.test");

    assertThat(suppressions()).isEmpty();
    assertThat(effects()).containsExactly("", "");
  }

  @Test
  void isNoBounce() {
    Arrival bounce =
        arrival(
            "1",
            FeedbackKind.BOUNCE,
            OriginalMessage.UNKNOWN,
            "ada@isp.test",
            Optional.of(BounceCategory.BAD_MAILBOX));
    inbox.take(new Arrival(bounce.feedback(), Source.WEBHOOK, "1", "grid", NOW));
    wish(Source.WEBHOOK, FeedbackKind.AUTH_REPORT, "ada@isp.test");

    assertThat(suppressions()).isEmpty();
    assertThat(state(ada)).startsWith("accepted");
  }

  @Test
  void namesOneAddress() {
    wish(Source.WEBHOOK, FeedbackKind.COMPLAINT, "ada@isp.test", "ben@isp.test");
    wish(Source.WEBHOOK, FeedbackKind.COMPLAINT, "redacted");
    wish(Source.WEBHOOK, FeedbackKind.COMPLAINT);

    assertThat(suppressions()).isEmpty();
    assertThat(effects()).containsExactly("", "", "");
  }

  @Test
  void bringsNoErasedAddressBack() {
    new RecipientData(database.database()).erase(EmailAddress.parse("ada@isp.test"), "test", NOW);

    wish(Source.WEBHOOK, FeedbackKind.COMPLAINT, "ada@isp.test");

    assertThat(database.texts("SELECT kind FROM suppression")).containsExactly("hash");
  }

  private void wish(Source source, FeedbackKind kind, String... addresses) {
    List<ReportedRecipient> named =
        Arrays.stream(addresses)
            .map(each -> new ReportedRecipient(each, List.of(), Optional.empty(), Optional.empty()))
            .toList();
    inbox.take(
        new Arrival(
            new Feedback(
                kind,
                Optional.empty(),
                named,
                OriginalMessage.UNKNOWN,
                Optional.empty(),
                Optional.empty()),
            source,
            kind + " " + named,
            "grid",
            NOW));
  }
}
