package io.portolan.metrics.guardrail;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Released;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.AcceptedAttempt;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.recorder.Rollup;
import io.portolan.core.reply.BounceCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Campaigns of which mail bounces after acceptance. */
abstract class LateBounceFixture {
  static final Instant START = Results.NOW;
  private static final Path RELAY = new Path("relay", 587, TlsMode.OPPORTUNISTIC);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  final AtomicReference<Instant> now = new AtomicReference<>(START.plus(Duration.ofHours(2)));
  final List<Long> told = new ArrayList<>();
  private Guardrails guardrails;
  LateBounceWatch watch;

  @BeforeEach
  void start() {
    guardrails = new Guardrails(GuardSettings.DEFAULT, now::get);
    watch = watch();
    watch.look();
  }

  LateBounceWatch watch() {
    return new LateBounceWatch(database.database(), GuardSettings.DEFAULT, now::get, told::add);
  }

  /** A bounce of a message that was sent so many minutes after the start. */
  record Bounce(String isp, int minute) {}

  void campaign(long id, String state) {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (?, ?, ?::campaign_state, '{"fromAddress": "news@shop.test"}')
        """,
        id,
        "campaign " + id,
        state);
  }

  static Instant minute(int minute) {
    return START.plus(Duration.ofMinutes(minute));
  }

  /** Messages that a relay accepts: as results are judged, and as they are counted. */
  void accepted(long campaign, String isp, int minute, int count) throws Exception {
    List<RecordedResult> results =
        Collections.nCopies(count, Results.of(campaign, isp, /* refused= */ false));
    database
        .database()
        .execute(
            connection -> {
              guardrails.record(connection, results);
            });
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, encryption, outcome, category, count)
        VALUES (?, ?::timestamptz, ?, ?, 'relay', 587, 'opportunistic', 'tls', 'accepted', '', ?)
        """,
        campaign,
        minute(minute).toString(),
        isp,
        isp,
        count);
  }

  void bounces(long campaign, String isp, int minute, int count) {
    late(campaign, BounceCategory.BAD_MAILBOX, Collections.nCopies(count, new Bounce(isp, minute)));
  }

  void late(long campaign, BounceCategory category, List<Bounce> bounces) {
    Runnable afterCommit = watch.bounced(campaign, category);
    write(campaign, category, bounces);
    afterCommit.run();
  }

  void write(long campaign, BounceCategory category, List<Bounce> bounces) {
    database
        .database()
        .execute(
            connection -> {
              Rollup rollup = new Rollup();
              for (Bounce bounce : bounces) {
                rollup.add(
                    new AcceptedAttempt(
                        minute(bounce.minute()), campaign, bounce.isp(), bounce.isp(), RELAY),
                    FeedbackKind.BOUNCE,
                    category.id());
              }
              rollup.write(connection);
            });
  }

  Released release(long campaign, String isp, Instant at) {
    return new HoldStore(database.database())
        .release(
            campaign,
            isp,
            "ada",
            "",
            hold -> guardrails.restart(hold, CampaignGuards.AS_CONFIGURED),
            at);
  }

  List<Hold> holds(long campaign) {
    return new HoldStore(database.database()).open(campaign);
  }
}
