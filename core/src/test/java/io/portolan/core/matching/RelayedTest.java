package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.reply.BounceCategory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of deliveries that a relay has, by what it says. */
class RelayedTest extends MatchingInboxFixture {
  @BeforeEach
  void relay() {
    database.execute("UPDATE delivery SET relayed_by = 'relay'");
  }

  @Test
  void aDeliveredEventSaysOnceThatTheIspHasIt() {
    delivered("1", ada);
    delivered("1", ada);
    delivered("2", ada);

    assertThat(relayed()).containsExactly("accepted -", "accepted relay");
    assertThat(effects()).containsExactly("confirmed counted", "");
    assertThat(rates()).containsExactly("12:00 isp relay:587 delivered  1");
  }

  @Test
  void aBounceCorrectsIt() {
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.MAILBOX_FULL));
    inbox.take(bounce("2", ada, "ada@isp.test", BounceCategory.MAILBOX_FULL));
    delivered("3", ada);

    assertThat(relayed()).containsExactly("bounced -", "accepted relay");
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce mailbox-full 1");
  }

  @Test
  void aBounceCorrectsWhatWasCalledDelivered() {
    delivered("1", ada);
    inbox.take(bounce("2", ada, "ada@isp.test", BounceCategory.MAILBOX_FULL));

    assertThat(relayed()).containsExactly("bounced -", "accepted relay");
    assertThat(rates())
        .containsExactly(
            "12:00 isp relay:587 delivered  0", "12:00 isp relay:587 late-bounce mailbox-full 1");
  }

  @Test
  void whatIsNotTheRelaysWordOrProvesNothingLeavesIt() {
    take("1", FeedbackKind.COMPLAINT, signed(ada), "", null);
    take("2", FeedbackKind.UNSUBSCRIBE, signed(ada), "", null);
    take("3", FeedbackKind.DELAY, signed(ada), "ada@isp.test", BounceCategory.MAILBOX_FULL);
    take("4", FeedbackKind.DELIVERED, signed(ada), "somebody@else.test", null);
    inbox.take(
        arrival(
            "5",
            FeedbackKind.DELIVERED,
            original(List.of(), Optional.empty(), Optional.empty()),
            "ada@isp.test",
            Optional.empty()));

    assertThat(relayed()).containsExactly("accepted relay", "accepted relay");
  }

  @Test
  void anEventThatWasFasterThanTheRecordIsAppliedOnceItIsThere() {
    database.execute("UPDATE delivery SET state = 'planned', ended_at = NULL, relayed_by = NULL");
    delivered("1", ada);

    database.execute(
        "UPDATE delivery SET state = 'accepted', relayed_by = 'relay', ended_at = ?::timestamptz",
        SENT.toString());
    inbox.settle();

    assertThat(relayed()).containsExactly("accepted -", "accepted relay");
    assertThat(effects()).containsExactly("confirmed counted");
  }

  @Test
  void isSettledThoughItsAttemptIsKeptNoMore() {
    database.execute("DELETE FROM attempt");

    delivered("1", ada);

    assertThat(relayed()).containsExactly("accepted -", "accepted relay");
    assertThat(effects()).containsExactly("confirmed");
  }

  @Test
  void aDirectOneHasNothingToConfirm() {
    database.execute("UPDATE delivery SET relayed_by = NULL");
    database.execute("UPDATE attempt SET route = 'direct', port = 25");

    delivered("1", ada);

    assertThat(relayed()).containsExactly("accepted -", "accepted -");
    assertThat(effects()).containsExactly("counted");
  }

  private void delivered(String key, long delivery) {
    take(key, FeedbackKind.DELIVERED, signed(delivery), "ada@isp.test", null);
  }

  private List<String> relayed() {
    return database.texts(
        "SELECT state || ' ' || coalesce(relayed_by, '-') FROM delivery ORDER BY id");
  }
}
