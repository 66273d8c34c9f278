package io.portolan.core.matching;

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
import io.portolan.core.reply.Hardness;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An inbox over a real database, and deliveries that were accepted. */
abstract class MatchingInboxFixture {
  static final Instant SENT = Instant.parse("2026-11-24T12:00:30Z");
  static final Instant NOW = Instant.parse("2026-11-24T15:30:00Z");
  static final SoftBounceRule TWO_SOFT =
      new SoftBounceRule(2, Duration.ZERO, Duration.ofDays(180), Duration.ofDays(90));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  final List<LateBounce> alarms = Collections.synchronizedList(new ArrayList<>());
  final List<String> hits = new ArrayList<>();

  /** How many feedbacks others saw when the guards were told. */
  final List<Long> told = new ArrayList<>();

  MatchingInbox inbox;
  long campaign;
  long ada;
  long ben;

  /** Signed is what says so; the core knows no more of tokens. */
  static final class SignedInWords implements TokenReader {
    @Override
    public OptionalLong returnPath(String address) {
      return after("b+signed", address);
    }

    @Override
    public OptionalLong envelopeId(String id) {
      return after("envelope-signed", id + "@");
    }

    @Override
    public OptionalLong messageId(String id) {
      return after("id-signed", id);
    }

    static OptionalLong after(String prefix, String text) {
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
            (hit, category) -> {
              hits.add(hit + " " + category.id());
              return () -> told.add(database.number("SELECT count(*) FROM feedback"));
            },
            alarms::add,
            InstantSource.fixed(NOW));
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    campaign = campaign();
    ada = delivery(campaign, "ada@isp.test");
    ben = delivery(campaign, "ben@isp.test");
  }

  long campaign() {
    return database.number(
        """
        INSERT INTO campaign (name, state, list_id, content)
        SELECT gen_random_uuid(), 'running', id, ?::jsonb FROM mailing_list RETURNING id
        """,
        Json.write(new CampaignContent("", "a@sender.test", "", "s", "", "t", MissingField.EMPTY)));
  }

  /** An accepted one with its attempt. */
  long delivery(long of, String address) {
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

  static Arrival bounce(String key, long delivery, String address, BounceCategory category) {
    return arrival(key, FeedbackKind.BOUNCE, signed(delivery), address, Optional.of(category));
  }

  Receipt take(
      String key,
      FeedbackKind kind,
      OriginalMessage original,
      String address,
      @Nullable BounceCategory category) {
    return inbox.take(arrival(key, kind, original, address, Optional.ofNullable(category)));
  }

  static Arrival arrival(
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

  static ReportedRecipient.Verdict verdict(BounceCategory category, String words) {
    return new ReportedRecipient.Verdict(
        EnhancedStatusCode.parse("5.0.0"),
        OptionalInt.of(550),
        category,
        Hardness.of(category, true),
        words,
        "r");
  }

  static OriginalMessage signed(long delivery) {
    return original(List.of("b+signed" + delivery + "@b.test"), Optional.empty(), Optional.empty());
  }

  static OriginalMessage original(
      List<String> tokens, Optional<String> messageId, Optional<String> feedbackId) {
    return new OriginalMessage(
        tokens, Optional.empty(), messageId, feedbackId, Optional.empty(), List.of());
  }

  String state(long id) {
    return database
        .texts(
            "SELECT state || ' ' || coalesce(category, '-') || ' ' || to_char(ended_at AT TIME ZONE"
                + " 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM delivery WHERE id = ?",
            id)
        .getFirst();
  }

  List<String> rates() {
    return database.texts(
        """
        SELECT to_char(minute AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || isp || ' ' || route || ':' || port || ' ' || outcome
               || ' ' || category || ' ' || count FROM result_rollup ORDER BY outcome
        """);
  }

  List<String> suppressions() {
    return database.texts(
        """
        SELECT value || ' ' || reason || ' ' || CASE WHEN list_id IS NULL THEN 'everything' ELSE 'list' END
          FROM suppression ORDER BY value
        """);
  }

  List<String> effects() {
    return database.texts("SELECT effects FROM feedback ORDER BY id");
  }
}
