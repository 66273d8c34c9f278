package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one ISP does is held there, and what many do is held as a whole, by nodes in turn. */
class CampaignAlarmTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  private final List<Long> told = new ArrayList<>();
  private final List<Guardrails> nodes = List.of(node(), node());

  @BeforeEach
  void startAnew() {
    database.execute("DELETE FROM guard_test");
    database.execute("DELETE FROM campaign_hold");
    database.execute("DELETE FROM campaign");
  }

  @Test
  void whatOneIspRefusesNeverHoldsTheOthers() throws Exception {
    for (int list = 1; list <= 40; list++) {
      SplittableRandom random = new SplittableRandom(list);
      double rate = List.of(0.12, 0.3, 1.0).get(list % 3);
      int group = List.of(1, 25, 100, 400).get(list % 4) * 2;
      // messages under way when the ISP was held are answered too
      for (int sent = 0; sent < 800; sent += group) {
        List<RecordedResult> results = new ArrayList<>();
        for (int each = 0; each < group; each++) {
          boolean choosy = random.nextInt(3) == 0;
          boolean refused = choosy && random.nextDouble() < rate;
          results.add(Results.of(list, choosy ? "choosy" : "isp" + random.nextInt(5), refused));
        }
        record(random.nextInt(2), results);
      }

      assertThat(holds(list))
          .as("list %s, %s refused, groups of %s", list, rate, group)
          .extracting(Hold::isp)
          .containsExactly("choosy");
    }
  }

  @Test
  void takesWhatAHeldIspAddedOffTheCampaignsNumbers() throws Exception {
    List<RecordedResult> results = new ArrayList<>();
    for (int each = 0; each < 661; each++) {
      results.add(Results.of(1, each % 3 == 0 ? "choosy" : "healthy", each % 3 == 0 && each < 75));
    }
    record(0, results);
    record(1, List.of(Results.of(1, "choosy", true)));

    assertThat(holds(1)).extracting(Hold::isp).containsExactly("choosy");
    assertThat(holds(1).getFirst().reason()).contains("25 of 221");
    assertThat(
            database.number(
                "SELECT 1000 * trials + hits FROM guard_test WHERE isp = '' AND guard ="
                    + " 'hard-bounce'"))
        .as("440 at the healthy ISP, all taken")
        .isEqualTo(440_000);
  }

  @Test
  void whatAllIspsRefuseTogetherHoldsTheCampaign() throws Exception {
    for (int round = 0; round < 40; round++) {
      List<RecordedResult> results = new ArrayList<>();
      for (int isp = 0; isp < 20; isp++) {
        results.add(Results.of(1, "isp" + isp, (round + isp) % 10 == 0));
      }
      record(round % 2, results);
    }

    assertThat(holds(1)).extracting(Hold::isp).containsExactly("");
    assertThat(holds(1).getFirst().reason()).contains("hard bounces over all ISPs");
  }

  @Test
  void refusalsForTheReputationOfOurDomainAreBlocksAndNoBounces() throws Exception {
    campaign(1);
    for (int group = 0; group < 4; group++) {
      List<RecordedResult> results = new ArrayList<>();
      for (int each = 0; each < 25; each++) {
        results.add(
            Results.of(
                1,
                "gmail",
                new DeliveryOutcome.Bounced(
                    Results.attempt("550 5.7.1 low reputation of the sending domain"),
                    BounceCategory.SPAM_CONTENT.id(),
                    Hardness.NEITHER)));
      }
      record(0, results);
    }
    for (int each = 0; each < 50; each++) {
      assertThat(nodes.getFirst().enter(1, "gmail")).isTrue();
    }

    assertThat(holds(1))
        .singleElement()
        .satisfies(hold -> assertThat(hold.guard()).isEqualTo("block"))
        .satisfies(hold -> assertThat(hold.trials()).isLessThanOrEqualTo(50));
    assertThat(nodes.getFirst().enter(1, "gmail"))
        .as("it is not known whether the mailboxes exist")
        .isFalse();
  }

  @Test
  void campaignsHaveGuardsOfTheirOwn() throws Exception {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content, guards) OVERRIDING SYSTEM VALUE
        VALUES (1, 'as configured', 'running', '{}', '{}'),
               (2, 'old list', 'running', '{}', '{"hardBounce": "15% to 40%"}'),
               (3, 'strict', 'running', '{}', '{"hardBounce": "0.1% to 2%", "block": null}'),
               (4, 'off', 'running', '{}', '{"hardBounce": "off"}')
        """);
    for (int campaign = 1; campaign <= 4; campaign++) {
      int each = campaign == 3 ? 33 : 10; // 3 % at the strict one, 10 % at the others
      for (int group = 0; group < 10; group++) {
        List<RecordedResult> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          results.add(Results.of(campaign, "isp", i % each == 0));
        }
        record(group % 2, results);
      }
    }

    assertThat(holds(1)).singleElement().extracting(Hold::reason).asString().contains("10.00 %");
    assertThat(holds(2)).isEmpty();
    assertThat(holds(3))
        .singleElement()
        .satisfies(hold -> assertThat(hold.trials()).isLessThanOrEqualTo(300))
        .extracting(Hold::reason)
        .asString()
        .contains("where 0.10 % is usual and 2.00 % too many");
    assertThat(holds(4)).isEmpty();
    for (int i = 0; i < 200; i++) {
      assertThat(nodes.getFirst().enter(4, "isp")).as("what is off holds nothing up").isTrue();
    }
  }

  private Guardrails node() {
    Guardrails node = new Guardrails(GuardSettings.DEFAULT, InstantSource.fixed(Results.NOW));
    node.onAlarm(
        campaign -> {
          assertThat(holds(campaign)).isNotEmpty();
          told.add(campaign);
        });
    return node;
  }

  private static void campaign(long id) {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (?, 'runs', 'running', '{}')
        """,
        id);
  }

  private void record(int node, List<RecordedResult> results) {
    database
        .database()
        .inTransaction(
            connection -> {
              nodes.get(node).record(connection, results);
              return true;
            });
  }

  private static List<Hold> holds(long campaign) {
    return new HoldStore(database.database()).open(campaign);
  }
}
