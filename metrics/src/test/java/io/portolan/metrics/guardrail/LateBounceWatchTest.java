package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.guard.Hold;
import io.portolan.core.reply.BounceCategory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Bounces that come after acceptance are judged by when their messages were sent. */
class LateBounceWatchTest extends LateBounceFixture {
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
}
