package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.matching.FeedbackAlarm.LateBounce;
import io.portolan.core.privacy.RecipientData;
import io.portolan.core.reply.BounceCategory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MatchingInboxTest extends MatchingInboxFixture {
  @Test
  void movesALateBounceInTheMinuteOfSending() {
    Receipt receipt = inbox.take(bounce("k", ada, "Ada@ISP.test", BounceCategory.BAD_MAILBOX));

    assertThat(receipt).isEqualTo(new Receipt.Matched(ada));
    assertThat(state(ada)).isEqualTo("bounced bad-mailbox 2026-11-24 12:00:30");
    assertThat(state(ben)).isEqualTo("accepted - 2026-11-24 12:00:30");
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce bad-mailbox 1");
    assertThat(suppressions()).containsExactly("ada@isp.test hard-bounce everything");
    assertThat(effects()).containsExactly("late-bounce suppressed");
    assertThat(hits).containsExactly(campaign + " bad-mailbox");
    assertThat(told).as("told when it was durable").containsExactly(1L);
    assertThat(alarms).isEmpty();
  }

  @Test
  void countsTheSameOnceAcrossInboxesAtOnce() throws Exception {
    MatchingInbox second =
        new MatchingInbox(
            database.database(),
            new SignedInWords(),
            TWO_SOFT,
            LateBounceHook.NONE,
            alarms::add,
            InstantSource.fixed(NOW));
    List<Receipt> receipts = new ArrayList<>();
    try (ExecutorService both = Executors.newFixedThreadPool(4)) {
      List<Callable<Receipt>> takes =
          IntStream.range(0, 16)
              .<Callable<Receipt>>mapToObj(
                  n ->
                      () ->
                          (n % 2 == 0 ? inbox : second)
                              .take(
                                  bounce(
                                      "k" + n / 8,
                                      ada,
                                      "ada@isp.test",
                                      BounceCategory.MAILBOX_FULL)))
              .toList();
      for (Future<Receipt> each : both.invokeAll(takes)) {
        receipts.add(each.get());
      }
    }

    assertThat(receipts).filteredOn(new Receipt.Matched(ada)::equals).as("two mails").hasSize(2);
    assertThat(receipts).filteredOn(new Receipt.Duplicate()::equals).hasSize(14);
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce mailbox-full 1");
    assertThat(database.number("SELECT bounces FROM soft_bounce")).isEqualTo(1);
  }

  @Test
  void suppressesAfterSoftBouncesInARow() {
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.MAILBOX_FULL));
    assertThat(suppressions()).isEmpty();
    for (int n = 2; n <= 5; n++) {
      long next = delivery(campaign(), "ada@isp.test");
      database.execute(
          "UPDATE delivery SET ended_at = ended_at + interval '1 second' * ? WHERE id = ?",
          n,
          next);
      inbox.take(bounce("" + n, next, "ada@isp.test", BounceCategory.MAILBOX_FULL));
    }
    assertThat(suppressions()).containsExactly("ada@isp.test soft-bounce everything");
  }

  @Test
  void doesNothingAboutADelayOrAnAnswer() {
    for (FeedbackKind kind :
        List.of(FeedbackKind.DELAY, FeedbackKind.AUTO_REPLY, FeedbackKind.AUTH_REPORT)) {
      take(kind.id(), kind, signed(ada), "ada@isp.test", BounceCategory.BAD_MAILBOX);
    }
    assertThat(state(ada)).startsWith("accepted");
    assertThat(suppressions()).isEmpty();
    assertThat(rates()).isEmpty();
    assertThat(effects()).containsExactly("", "", "");
  }

  @Test
  void honoursComplaintsAndUnsubscriptionsOnce() {
    // feedback loops hide whom they are about
    take("1", FeedbackKind.COMPLAINT, signed(ada), "redacted@isp.test", null);
    take("2", FeedbackKind.COMPLAINT, signed(ada), "ada@isp.test", null);
    take("3", FeedbackKind.UNSUBSCRIBE, signed(ben), "ben@isp.test", null);

    assertThat(suppressions())
        .containsExactly("ada@isp.test complaint everything", "ben@isp.test unsubscribe list");
    assertThat(rates())
        .containsExactly("12:00 isp relay:587 complaint  1", "12:00 isp relay:587 unsubscribe  1");
    assertThat(effects()).containsExactly("counted suppressed", "", "counted suppressed");
    assertThat(state(ada)).startsWith("accepted");
  }

  @Test
  void countsAConfirmationUntilABounceComes() {
    take("1", FeedbackKind.DELIVERED, signed(ada), "ada@isp.test", null);
    take("2", FeedbackKind.DELIVERED, signed(ada), "ada@isp.test", null);
    inbox.take(bounce("3", ben, "ben@isp.test", BounceCategory.UNKNOWN));
    take("4", FeedbackKind.DELIVERED, signed(ben), "ben@isp.test", null);

    assertThat(rates())
        .containsExactly(
            "12:00 isp relay:587 delivered  1", "12:00 isp relay:587 late-bounce unknown 1");
    assertThat(suppressions()).as("nobody on a guess").isEmpty();
  }

  @Test
  void tellsTheOperatorOfWhatIsOurFault() {
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.AUTH_FAILURE));
    inbox.take(bounce("2", ada, "ada@isp.test", BounceCategory.AUTH_FAILURE));

    assertThat(alarms).singleElement().extracting(LateBounce::category).isEqualTo("auth-failure");
    assertThat(suppressions()).isEmpty();
  }

  @Test
  void keepsNoAddressOfTheErased() {
    new RecipientData(database.database()).erase(EmailAddress.parse("ada@isp.test"), "test", NOW);

    inbox.take(
        new Arrival(
            new Feedback(
                FeedbackKind.BOUNCE,
                Optional.empty(),
                List.of(
                    new ReportedRecipient(
                        "Ada@isp.test",
                        List.of(),
                        Optional.of(
                            verdict(BounceCategory.MAILBOX_FULL, "550 <ADA@isp.test> is full")),
                        Optional.empty())),
                signed(ada),
                Optional.empty(),
                Optional.empty()),
            Source.SMTP,
            "1",
            "mx.isp.test",
            NOW));
    take(
        "2",
        FeedbackKind.BOUNCE,
        original(List.of(), Optional.empty(), Optional.empty()),
        "ADA@isp.test",
        BounceCategory.BAD_MAILBOX);

    assertThat(database.texts("SELECT recipient || '|' || diagnostic FROM feedback ORDER BY id"))
        .containsExactly("|550 <[erased]> is full", "|no");
    assertThat(state(ada)).as("the rates stay right").startsWith("bounced mailbox-full");
    assertThat(database.number("SELECT count(*) FROM soft_bounce")).isZero();
  }

  @Test
  void countsNoSoftBounceInARowBesideAnAcceptanceOfAnotherSpelling() {
    String key = "eve@xn--bcher-kva.test";
    long first = delivery(campaign(), "eve@bücher.test");
    long second = delivery(campaign(), "eve@bücher.test");
    inbox.take(bounce("1", first, key, BounceCategory.MAILBOX_FULL));
    long third = delivery(campaign(), "eve@bücher.test");
    database.execute("UPDATE delivery SET address_key = ? WHERE address LIKE 'eve@%'", key);
    end(third, NOW.plusSeconds(60));
    inbox.take(bounce("2", second, key, BounceCategory.MAILBOX_FULL));

    assertThat(database.texts("SELECT bounces::text FROM soft_bounce")).containsExactly("1");
    assertThat(suppressions()).isEmpty();
  }

  /** A relay's acceptance says nothing of a mailbox, until no bounce has come for five days. */
  @Test
  void countsSoftBouncesInARowPastMailThatARelayTook() {
    String address = "eve@isp.test";
    long first = delivery(campaign(), address);
    long second = delivery(campaign(), address);
    inbox.take(bounce("1", first, address, BounceCategory.MAILBOX_FULL));
    database.execute(
        "UPDATE soft_bounce SET last_at = ?::timestamptz",
        NOW.minus(Duration.ofDays(9)).toString());
    database.execute("UPDATE delivery SET relayed_by = 'ses' WHERE id = ?", second);

    end(second, NOW.minus(Duration.ofDays(4)));
    long third = delivery(campaign(), address);
    inbox.take(bounce("2", third, address, BounceCategory.MAILBOX_FULL));
    assertThat(database.texts("SELECT bounces::text FROM soft_bounce")).containsExactly("2");

    database.execute(
        "UPDATE soft_bounce SET last_at = ?::timestamptz",
        NOW.minus(Duration.ofDays(9)).toString());
    end(second, NOW.minus(Duration.ofDays(6)));
    long fourth = delivery(campaign(), address);
    inbox.take(bounce("3", fourth, address, BounceCategory.MAILBOX_FULL));
    assertThat(database.texts("SELECT bounces::text FROM soft_bounce")).containsExactly("1");
  }

  @Test
  void appliesWhatCameBeforeTheAcceptanceOnceThatIsRecorded() {
    database.execute("UPDATE delivery SET state = 'planned', ended_at = NULL");
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.AUTH_FAILURE));
    take("2", FeedbackKind.DELIVERED, signed(ben), "ben@isp.test", null);
    take("3", FeedbackKind.COMPLAINT, signed(ben), "", null);
    inbox.settle();
    assertThat(database.texts("SELECT DISTINCT state::text FROM delivery"))
        .as("what is open stays so")
        .containsExactly("planned");
    assertThat(rates()).isEmpty();
    assertThat(suppressions()).containsExactly("ben@isp.test complaint everything");
    database.execute("DELETE FROM suppression");

    database.execute(
        "UPDATE delivery SET state = 'accepted', ended_at = ?::timestamptz", SENT.toString());
    inbox.settle();
    inbox.settle();

    assertThat(state(ada)).isEqualTo("bounced auth-failure 2026-11-24 12:00:30");
    assertThat(rates())
        .containsExactly(
            "12:00 isp relay:587 complaint  1",
            "12:00 isp relay:587 delivered  1",
            "12:00 isp relay:587 late-bounce auth-failure 1");
    assertThat(effects()).containsExactly("late-bounce alarm", "counted", "suppressed counted");
    assertThat(alarms).singleElement().extracting(LateBounce::diagnostic).isEqualTo("no");
    assertThat(suppressions()).as("what a person lifted stays lifted").isEmpty();
  }

  @Test
  void forgetsWhatWaitedForADeliveryThatWasNotAccepted() {
    database.execute("UPDATE delivery SET state = 'planned', ended_at = NULL");
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.MAILBOX_FULL));
    inbox.take(bounce("2", ben, "ben@isp.test", BounceCategory.MAILBOX_FULL));
    database.execute("UPDATE delivery SET state = 'expired', ended_at = now() WHERE id = ?", ada);
    database.execute("DELETE FROM delivery WHERE id = ?", ben);

    inbox.settle();

    assertThat(database.number("SELECT count(*) FROM feedback WHERE pending")).isZero();
    assertThat(rates()).isEmpty();
    assertThat(state(ada)).startsWith("expired");
  }

  @Test
  void takesNothingUnderASpentKey() {
    inbox.spend("1", NOW);
    inbox.spend("1", NOW);

    assertThat(inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.BAD_MAILBOX)))
        .isEqualTo(new Receipt.Duplicate());
    assertThat(state(ada)).startsWith("accepted");
    new FeedbackStore(database.database()).expire(NOW);
    assertThat(
            database.number("SELECT count(*) FROM spent_key WHERE at < now() - interval '2 days'"))
        .isZero();
  }

  @Test
  void endsOtherDeliveriesNeverAgain() {
    for (String state : List.of("planned", "expired", "suppressed", "cancelled", "bounced")) {
      database.execute("UPDATE delivery SET state = ?::delivery_state WHERE id = ?", state, ada);
      inbox.take(bounce(state, ada, "ada@isp.test", BounceCategory.BAD_MAILBOX));
      assertThat(state(ada)).startsWith(state);
    }
    assertThat(rates()).isEmpty();
  }

  @Test
  void leavesNothingOfATrial() {
    MatchingInbox.Taken tried =
        inbox.tryOut(bounce("1", ada, "ada@isp.test", BounceCategory.BAD_MAILBOX));

    assertThat(tried.feedback().effects()).containsExactly("late-bounce", "suppressed");
    assertThat(state(ada)).startsWith("accepted");
    assertThat(suppressions()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM feedback")).isZero();
    assertThat(inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.BAD_MAILBOX)))
        .isEqualTo(new Receipt.Matched(ada));
  }

  @Test
  void keepsTheDeliveryWhereRatesHaveNoRowAnyMore() {
    database.execute("DELETE FROM attempt");
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.BAD_MAILBOX));
    assertThat(state(ada)).startsWith("bounced");
    assertThat(rates()).isEmpty();
  }

  @Test
  void takesWhatStrangersWrite() {
    String nasty = "\0\u001b[31m" + "\ud83d\ude00".repeat(600);
    Feedback feedback =
        new Feedback(
            FeedbackKind.BOUNCE,
            Optional.of(nasty),
            List.of(
                new ReportedRecipient(
                    nasty,
                    List.of(nasty),
                    Optional.of(verdict(BounceCategory.UNKNOWN, nasty)),
                    Optional.of(nasty))),
            original(
                List.of(nasty, "", "@"), Optional.of(nasty), Optional.of("99999999999999999999:")),
            Optional.of(nasty),
            Optional.empty());
    assertThat(inbox.take(new Arrival(feedback, Source.SMTP, nasty, nasty, NOW)))
        .isEqualTo(new Receipt.Unmatched());
    assertThat(inbox.take(new Arrival(Feedback.NONE, Source.SMTP, "none", "x", NOW)))
        .isEqualTo(new Receipt.Ignored());
    assertThat(database.number("SELECT max(length(diagnostic)) FROM feedback")).isLessThan(501);
  }

  @Test
  void pagesAndForgets() {
    FeedbackStore store = new FeedbackStore(database.database());
    for (int n = 0; n < 5; n++) {
      inbox.take(bounce("k" + n, n % 2 == 0 ? ada : ben, "x@isp.test", BounceCategory.UNKNOWN));
    }
    FeedbackQuery of = FeedbackQuery.ofDelivery(ada, 2);
    Page<StoredFeedback> first = store.page(of);
    assertThat(first.items()).hasSize(2);
    assertThat(first.next()).isPresent();
    assertThat(first.items().getFirst().report().category()).contains("unknown");
    store.expire(NOW);
    assertThat(database.number("SELECT count(*) FROM feedback")).isEqualTo(5);
    store.expire(NOW.plusSeconds(1));
    assertThat(database.number("SELECT count(*) FROM feedback")).isZero();
  }

  private void end(long delivery, Instant at) {
    database.execute(
        "UPDATE delivery SET ended_at = ?::timestamptz WHERE id = ?", at.toString(), delivery);
  }
}
