package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Page;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.feedback.TokenReader;
import io.portolan.core.json.Json;
import io.portolan.core.matching.FeedbackAlarm.LateBounce;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.suppression.SoftBounceRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MatchingInboxTest {
  private static final Instant SENT = Instant.parse("2026-11-24T12:00:30Z");
  private static final Instant NOW = Instant.parse("2026-11-24T15:30:00Z");
  private static final SoftBounceRule TWO_SOFT =
      new SoftBounceRule(2, Duration.ZERO, Duration.ofDays(180), Duration.ofDays(90));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final List<LateBounce> alarms = Collections.synchronizedList(new ArrayList<>());
  private MatchingInbox inbox;
  private long campaign;
  private long ada;
  private long ben;

  /** Signed is what says so; the core knows no more of tokens. */
  private static final class SignedInWords implements TokenReader {
    @Override
    public OptionalLong returnPath(String address) {
      return after("b+signed", address);
    }

    @Override
    public OptionalLong messageId(String id) {
      return after("id-signed", id);
    }

    private static OptionalLong after(String prefix, String text) {
      return text.startsWith(prefix) && text.substring(prefix.length()).matches("\\d+@.*")
          ? OptionalLong.of(Long.parseLong(text.substring(prefix.length(), text.indexOf('@'))))
          : OptionalLong.empty();
    }
  }

  @BeforeEach
  void send() {
    inbox =
        new MatchingInbox(
            database.database(),
            new SignedInWords(),
            TWO_SOFT,
            alarms::add,
            InstantSource.fixed(NOW));
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    campaign = campaign();
    ada = delivery(campaign, "ada@isp.test");
    ben = delivery(campaign, "ben@isp.test");
  }

  @Test
  void movesALateBounceInTheMinuteOfSending() {
    assertThat(inbox.take(bounce("k", ada, "Ada@ISP.test", BounceCategory.BAD_MAILBOX)))
        .isEqualTo(new Receipt.Matched(ada));

    assertThat(state(ada)).isEqualTo("bounced bad-mailbox 2026-11-24 12:00:30");
    assertThat(state(ben)).isEqualTo("accepted - 2026-11-24 12:00:30");
    assertThat(rates()).containsExactly("12:00 isp relay:587 late-bounce bad-mailbox 1");
    assertThat(suppressions()).containsExactly("ada@isp.test hard-bounce everything");
    assertThat(effects()).containsExactly("late-bounce suppressed");
    assertThat(alarms).isEmpty();
  }

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

  @Test
  void countsTheSameOnceAcrossInboxesAtOnce() throws Exception {
    MatchingInbox second =
        new MatchingInbox(
            database.database(),
            new SignedInWords(),
            TWO_SOFT,
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
  void endsOtherDeliveriesNeverAgain() {
    for (String state : List.of("expired", "suppressed", "cancelled", "bounced")) {
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

  private long campaign() {
    return database.number(
        """
        INSERT INTO campaign (name, state, list_id, content)
        SELECT gen_random_uuid(), 'running', id, ?::jsonb FROM mailing_list RETURNING id
        """,
        Json.write(new CampaignContent("", "a@sender.test", "", "s", "", "t", MissingField.EMPTY)));
  }

  /** An accepted one with its attempt. */
  private long delivery(long of, String address) {
    long id =
        database.number(
            """
            INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform, state, attempts, ended_at)
            SELECT ?, coalesce(max(recipient_id), 0) + 1, 1, ?, 'isp.test', 'isp', 'isp', 'accepted', 1, ?::timestamptz
              FROM delivery RETURNING id
            """,
            of,
            address,
            SENT.toString());
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome)
        VALUES (?::timestamptz - interval '1 second', ?, 1, ?, 1, 1, 1, 587, 0, 0, 'isp', 'isp', '', '', 'relay', 'starttls', '',
                '', 'dot', 'accepted')
        """,
        SENT.toString(),
        id,
        of);
    return id;
  }

  private static Arrival bounce(
      String key, long delivery, String address, BounceCategory category) {
    return arrival(key, FeedbackKind.BOUNCE, signed(delivery), address, Optional.of(category));
  }

  private Receipt take(
      String key,
      FeedbackKind kind,
      OriginalMessage original,
      String address,
      @Nullable BounceCategory category) {
    return inbox.take(arrival(key, kind, original, address, Optional.ofNullable(category)));
  }

  private static Arrival arrival(
      String key,
      FeedbackKind kind,
      OriginalMessage original,
      String address,
      Optional<BounceCategory> category) {
    return new Arrival(
        new Feedback(
            kind,
            Optional.empty(),
            List.of(
                new ReportedRecipient(
                    address, List.of(), category.map(it -> verdict(it, "no")), Optional.empty())),
            original,
            Optional.empty(),
            Optional.empty()),
        Source.SMTP,
        key,
        "mx.isp.test",
        NOW);
  }

  private static ReportedRecipient.Verdict verdict(BounceCategory category, String words) {
    return new ReportedRecipient.Verdict(
        EnhancedStatusCode.parse("5.0.0"),
        OptionalInt.of(550),
        category,
        category.isHard(),
        words,
        "r");
  }

  private static OriginalMessage signed(long delivery) {
    return original(List.of("b+signed" + delivery + "@b.test"), Optional.empty(), Optional.empty());
  }

  private static OriginalMessage original(
      List<String> tokens, Optional<String> messageId, Optional<String> feedbackId) {
    return new OriginalMessage(tokens, messageId, feedbackId, Optional.empty(), List.of());
  }

  private String state(long id) {
    return database
        .texts(
            "SELECT state || ' ' || coalesce(category, '-') || ' ' || to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM delivery WHERE id = ?",
            id)
        .getFirst();
  }

  private List<String> rates() {
    return database.texts(
        """
        SELECT to_char(minute AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || isp || ' ' || route || ':' || port || ' ' || outcome
               || ' ' || category || ' ' || count FROM result_rollup ORDER BY outcome
        """);
  }

  private List<String> suppressions() {
    return database.texts(
        """
        SELECT value || ' ' || reason || ' ' || CASE WHEN list_id IS NULL THEN 'everything' ELSE 'list' END
          FROM suppression ORDER BY value
        """);
  }

  private List<String> effects() {
    return database.texts("SELECT effects FROM feedback ORDER BY id");
  }
}
