package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.database.DatabaseException;
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
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bounces that come after acceptance are judged by when their messages were sent. */
class LateBounceWatchTest {
  private static final Instant START = Results.NOW;
  private static final Path RELAY = new Path("relay", 587, TlsMode.OPPORTUNISTIC);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final AtomicReference<Instant> now =
      new AtomicReference<>(START.plus(Duration.ofHours(2)));
  private final List<Long> told = new ArrayList<>();
  private Guardrails guardrails;
  private LateBounceWatch watch;

  @BeforeEach
  void start() {
    guardrails = new Guardrails(GuardSettings.DEFAULT, now::get);
    watch = watch();
    watch.look();
  }

  private LateBounceWatch watch() {
    return new LateBounceWatch(database.database(), GuardSettings.DEFAULT, now::get, told::add);
  }

  @Test
  void burstsAfterACleanCampaignOfAHundredThousandHoldNothing() throws Exception {
    campaign(1, "running");
    List<String> isps = List.of("gmail", "yahoo", "orange", "gmx");
    SplittableRandom random = new SplittableRandom(3);
    List<Bounce> bounces = new ArrayList<>();
    for (int minute = 0; minute < 100; minute++) {
      for (String isp : isps) {
        accepted(1, isp, minute, 250);
        for (int each = 0; each < 250; each++) {
          if (random.nextInt(100) == 0) {
            bounces.add(new Bounce(isp, minute));
          }
        }
      }
    }
    Collections.shuffle(bounces, new Random(5));

    // ten in one mailbox poll, again and again, and then all at once
    for (int each = 0; each < 500; each += 10) {
      late(1, BounceCategory.BAD_MAILBOX, bounces.subList(each, each + 10));
      watch.look();
    }
    late(1, BounceCategory.BAD_MAILBOX, bounces.subList(500, bounces.size()));
    watch.look();

    assertThat(bounces).hasSizeBetween(900, 1_100);
    assertThat(holds(1)).isEmpty();
    assertThat(told).isEmpty();
    assertThat(database.number("SELECT sum(hits)::bigint FROM guard_test"))
        .as("tests of results at once know nothing of them")
        .isZero();
  }

  @Test
  void aListThatBouncesLateAtOneIspIsHeldThereAlone() throws Exception {
    campaign(1, "running");
    for (int minute = 0; minute < 10; minute++) {
      accepted(1, "choosy", minute, 50);
      accepted(1, "healthy", minute, 200);
      bounces(1, "choosy", minute, 6);
      bounces(1, "healthy", minute, 2);
    }

    watch.look();
    watch.look();

    assertThat(holds(1))
        .singleElement()
        .satisfies(hold -> assertThat(hold.isp()).isEqualTo("choosy"))
        .extracting(Hold::reason)
        .asString()
        .startsWith(
            "hard bounces at choosy, with those that came late, of mail sent from 2026-11-24 10:30 UTC"
                + " on: 60 of 500: 12.00 %")
        .contains("where 2.00 % is usual and 10.00 % too many");
    assertThat(told).containsExactly(1L);
    assertThat(
            database.texts(
                "SELECT isp || ' ' || trials || ' ' || apart FROM guard_test WHERE guard ="
                    + " 'hard-bounce' ORDER BY isp"))
        .as("and what it added is taken off the campaign")
        .containsExactly(" 2000 false", "choosy 500 true", "healthy 2000 false");
  }

  @Test
  void aChangeForTheWorseIsFoundBehindMuchThatWentWell() throws Exception {
    campaign(1, "running");
    for (int minute = 0; minute < 60; minute++) {
      accepted(1, "isp", minute, 500);
    }
    for (int minute = 60; minute < 65; minute++) {
      accepted(1, "isp", minute, 60);
      bounces(1, "isp", minute, 9);
    }
    accepted(1, "isp", 70, 5_000); // of which nothing is known yet

    watch.look();

    assertThat(holds(1))
        .singleElement()
        .extracting(Hold::reason)
        .asString()
        .contains("45 of 300", "11:30 UTC");
  }

  @Test
  void whatIsRefusedLateForOurReputationIsABlock() throws Exception {
    campaign(1, "running");
    for (int minute = 0; minute < 5; minute++) {
      accepted(1, "gmail", minute, 40);
      late(1, BounceCategory.SPAM_CONTENT, Collections.nCopies(8, new Bounce("gmail", minute)));
      late(1, BounceCategory.MAILBOX_FULL, Collections.nCopies(30, new Bounce("gmail", minute)));
    }

    watch.look();

    assertThat(holds(1)).extracting(Hold::guard).containsExactly("block");
  }

  @Test
  void severalIspsTogetherHoldTheCampaign() throws Exception {
    campaign(1, "running");
    for (int isp = 0; isp < 20; isp++) {
      accepted(1, "isp" + isp, isp % 4, 40);
      bounces(1, "isp" + isp, isp % 4, 6);
    }

    watch.look();

    assertThat(holds(1)).extracting(Hold::isp).containsExactly("");
    assertThat(holds(1).getFirst().reason()).contains("over all ISPs", "120 of 800");
  }

  @Test
  void onlyWhatIsSentAfterAnOverrideCountsByLaxerSteps() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    bounces(1, "isp", 0, 60);
    watch.look();
    release(1, "isp", minute(10).plusSeconds(20));

    bounces(1, "isp", 0, 100);
    accepted(1, "isp", 10, 100);
    bounces(1, "isp", 10, 90);
    watch.look();
    assertThat(holds(1)).as("the person knew of them, or could").isEmpty();

    accepted(1, "isp", 11, 500);
    bounces(1, "isp", 11, 60);
    watch.look();
    assertThat(holds(1)).as("as many as before are usual now").isEmpty();

    accepted(1, "isp", 12, 200);
    bounces(1, "isp", 12, 100);
    watch.look();
    assertThat(holds(1)).extracting(Hold::isp).containsExactly("isp");
  }

  @Test
  void whatIsSentBeforeACampaignsOverrideCountsForItsIspsAlone() throws Exception {
    campaign(1, "running");
    for (int isp = 0; isp < 20; isp++) {
      accepted(1, "isp" + isp, 0, 40);
      bounces(1, "isp" + isp, 0, 6);
    }
    watch.look();
    release(1, "", minute(10));

    for (int isp = 0; isp < 20; isp++) {
      bounces(1, "isp" + isp, 0, isp == 3 ? 6 : 5);
    }
    watch.look();
    assertThat(holds(1))
        .as("12 of 40 there, and 11 at each of the others")
        .extracting(Hold::isp)
        .containsExactly("isp3");
  }

  @Test
  void nodesHoldOnceAndTellOnce() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    LateBounceWatch other = watch();
    bounces(1, "isp", 0, 60);

    CompletableFuture<Boolean> first;
    CompletableFuture<Boolean> second;
    try (var lock =
        io.portolan.core.database.Hold.of(
            database, "hashtext('portolan.complaints'), hashtext('shop.test')")) {
      first = lock.stops(1, () -> looked(watch));
      second = lock.stops(2, () -> looked(other));
    }
    assertThat(first.join()).isTrue();
    assertThat(second.join()).isTrue();

    assertThat(holds(1)).hasSize(1);
    assertThat(told).containsExactly(1L);
  }

  @Test
  void anOverrideThatIsUnderWayComesFirst() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    bounces(1, "isp", 0, 60);
    watch.look();
    bounces(1, "isp", 0, 1);
    CompletableFuture<Boolean> look;
    try (var lock =
        io.portolan.core.database.Hold.ofCommits(
            database, "campaign_hold", "NEW.released_at IS NOT NULL")) {
      CompletableFuture<Released> _ = lock.stops(1, () -> release(1, "isp", minute(10)));
      look = lock.stops(2, () -> looked(watch));
    }
    assertThat(look.join()).isTrue();

    assertThat(holds(1)).isEmpty();
  }

  @Test
  void whatANodeThatDiedDidNotJudgeOthersDo() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    write(1, BounceCategory.BAD_MAILBOX, Collections.nCopies(60, new Bounce("isp", 0)));

    watch.look();
    assertThat(holds(1)).as("it heard of nothing").isEmpty();
    now.set(now.get().plus(Duration.ofMinutes(5)));
    watch.look();

    assertThat(holds(1)).extracting(Hold::isp).containsExactly("isp");
    database.execute("DELETE FROM campaign_hold");
    watch().look();
    assertThat(holds(1)).as("a node looks at all when it starts").hasSize(1);
  }

  @Test
  void whatCouldNotBeJudgedIsJudgedByTheNextLook() throws Exception {
    campaign(1, "running");
    campaign(2, "running");
    accepted(1, "isp", 0, 500);
    bounces(1, "isp", 0, 60);
    database.execute("ALTER TABLE result_rollup RENAME TO away");
    assertThatThrownBy(watch::look).isInstanceOf(DatabaseException.class);
    database.execute("ALTER TABLE away RENAME TO result_rollup");

    watch.look();

    assertThat(holds(1)).hasSize(1);
  }

  @Test
  void aCampaignThatTakesLongToLookAtIsLeftAloneForAWhile() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    watch =
        new LateBounceWatch(
            database.database(),
            GuardSettings.DEFAULT,
            () -> now.getAndUpdate(time -> time.plusSeconds(3)),
            told::add);
    bounces(1, "isp", 0, 10);
    watch.look();
    bounces(1, "isp", 0, 50);

    now.set(now.get().plusSeconds(40));
    watch.look();
    assertThat(holds(1)).as("20 times as long as it took").isEmpty();
    now.set(now.get().plusSeconds(20));
    watch.look();

    assertThat(holds(1)).hasSize(1);
  }

  @Test
  void whatWasSentLongAgoIsJudgedByTheHour() throws Exception {
    campaign(1, "running");
    for (int minute = 0; minute < 10; minute++) {
      accepted(1, "isp", minute, 50);
      bounces(1, "isp", minute, 6);
    }
    accepted(1, "isp", 90, 20_000);
    now.set(START.plus(Duration.ofDays(3)));

    watch.look();

    assertThat(holds(1))
        .singleElement()
        .extracting(Hold::reason)
        .asString()
        .contains("from 2026-11-24 10:00 UTC on: 60 of 500");
  }

  @Test
  void whatHasEndedOrIsNotWatchedIsLeftAlone() throws Exception {
    campaign(1, "finished");
    campaign(2, "running");
    campaign(3, "paused");
    database.execute("UPDATE campaign SET guards = '{\"hardBounce\": \"off\"}' WHERE id = 2");
    for (int campaign = 1; campaign <= 3; campaign++) {
      accepted(campaign, "isp", 0, 500);
      bounces(campaign, "isp", 0, 60);
    }

    watch.look();

    assertThat(holds(1)).isEmpty();
    assertThat(holds(2)).isEmpty();
    assertThat(holds(3)).as("it would go on").hasSize(1);
  }

  /** A bounce of a message that was sent so many minutes after the start. */
  private record Bounce(String isp, int minute) {}

  private static boolean looked(LateBounceWatch watch) {
    watch.look();
    return true;
  }

  private void campaign(long id, String state) {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (?, ?, ?::campaign_state, '{"fromAddress": "news@shop.test"}')
        """,
        id,
        "campaign " + id,
        state);
  }

  private static Instant minute(int minute) {
    return START.plus(Duration.ofMinutes(minute));
  }

  /** Messages that a relay accepts: as results are judged, and as they are counted. */
  private void accepted(long campaign, String isp, int minute, int count) throws Exception {
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

  private void bounces(long campaign, String isp, int minute, int count) {
    late(campaign, BounceCategory.BAD_MAILBOX, Collections.nCopies(count, new Bounce(isp, minute)));
  }

  private void late(long campaign, BounceCategory category, List<Bounce> bounces) {
    Runnable afterCommit = watch.bounced(campaign, category);
    write(campaign, category, bounces);
    afterCommit.run();
  }

  private void write(long campaign, BounceCategory category, List<Bounce> bounces) {
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

  private Released release(long campaign, String isp, Instant at) {
    return new HoldStore(database.database())
        .release(
            campaign,
            isp,
            "ada",
            "",
            hold -> guardrails.restart(hold, CampaignGuards.AS_CONFIGURED),
            at);
  }

  private List<Hold> holds(long campaign) {
    return new HoldStore(database.database()).open(campaign);
  }
}
