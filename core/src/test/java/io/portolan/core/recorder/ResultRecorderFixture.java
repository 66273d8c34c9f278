package io.portolan.core.recorder;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.Database;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.core.suppression.MailOrigin;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A recorder over a real database, and batches to record results of. */
abstract class ResultRecorderFixture {
  static final Instant NOW = Instant.parse("2026-11-24T23:59:58.250Z");
  static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  static final Decision DECISION = new Decision(3, "gmail", "direct:25 open");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  final List<RecordedResult> heard = new ArrayList<>();

  /** Accepts every delivery of a batch; the one in the middle with a reply of its own. */
  List<Recorded> acceptAll(ClaimedBatch batch, String replyInTheMiddle) throws Exception {
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    try (ResultRecorder recorder = recorder()) {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        boolean middle = done.size() == batch.deliveries().size() / 2;
        done.add(
            recorder.record(
                batch,
                delivery,
                new Accepted(attempt(middle ? replyInTheMiddle : "250 2.0.0 ok"))));
      }
    }
    List<Recorded> recorded = new ArrayList<>();
    for (CompletableFuture<Recorded> each : done) {
      recorded.add(each.get(10, TimeUnit.SECONDS));
    }
    return recorded;
  }

  /** Lets the database refuse rows of a table for good. */
  void refuse(String table, String event, String condition) {
    database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            + condition
            + " THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$");
    database.execute(
        "CREATE TRIGGER refuse BEFORE "
            + event
            + " ON "
            + table
            + " FOR EACH ROW EXECUTE FUNCTION refuse()");
  }

  static PathFailure pathFailure(ClaimedBatch batch, String detail) {
    return new PathFailure(
        NOW,
        batch.campaignId(),
        "gmail",
        "gmail",
        DIRECT,
        3,
        "mx.gmail.test",
        Phase.CONNECT,
        "connect-timeout",
        detail,
        Duration.ofSeconds(10));
  }

  ResultRecorder recorder() {
    return recorder(database.database(), 1_000);
  }

  ResultRecorder recorder(Duration linger) {
    return recorder(database.database(), 1_000, linger);
  }

  ResultRecorder recorder(Database to, int groupSize) {
    return recorder(to, groupSize, Duration.ofMillis(8));
  }

  ResultRecorder recorder(Database to, int groupSize, Duration linger) {
    return new ResultRecorder(
        to,
        (applied, failures) -> heard.addAll(applied),
        InstantSource.fixed(NOW),
        new ResultRecorder.Settings(groupSize, linger, Duration.ofSeconds(20)));
  }

  static Attempt attempt(String reply) throws Exception {
    return new Attempt(
        NOW.minusMillis(120),
        DIRECT,
        DECISION,
        "mx.gmail.test",
        "198.51.100.1",
        true,
        Phase.DOT,
        Optional.of(SmtpReply.parse(reply)),
        Duration.ZERO,
        Duration.ofMillis(120));
  }

  ClaimedBatch claimedBatch(int size, int epoch) {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    database.execute(
        "INSERT INTO campaign (name, state, list_id, content) SELECT 'c', 'running', id, '{}' FROM"
            + " mailing_list");
    database.execute(
        """
        INSERT INTO batch (campaign_id, platform, state, epoch, due_at, size, kind)
        SELECT id, 'gmail', 'claimed', ?, now(), ?, 'first' FROM campaign
        """,
        epoch,
        size);
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT l.id, 'r' || n || '@gmail.test', 'r' || n || '@gmail.test', 'gmail.test'
          FROM mailing_list l, generate_series(1, ?) n ORDER BY n
        """,
        size);
    database.execute(
        """
        INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform)
        SELECT c.id, r.id, b.id, r.address, r.domain, 'gmail', 'gmail'
          FROM campaign c, recipient r, batch b ORDER BY r.id
        """);
    List<ClaimedDelivery> deliveries = new ArrayList<>();
    for (String id : database.texts("SELECT id FROM delivery ORDER BY id")) {
      deliveries.add(
          new ClaimedDelivery(
              Long.parseLong(id),
              0,
              "r" + id + "@gmail.test",
              "gmail.test",
              "gmail",
              0,
              Map.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }
    return new ClaimedBatch(
        database.number("SELECT id FROM batch"),
        database.number("SELECT id FROM campaign"),
        "gmail",
        epoch,
        new CampaignContent("", "a@sender.test", "", "s", "", "t", MissingField.EMPTY),
        InDoubt.RESEND,
        MailOrigin.UNKNOWN,
        deliveries);
  }
}
