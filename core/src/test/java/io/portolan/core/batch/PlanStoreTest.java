package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.NotFoundException;
import io.portolan.core.address.Domain;
import io.portolan.core.database.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PlanStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final PlanStore plans = new PlanStore(database.database());
  private long list;

  @BeforeEach
  void makeList() {
    list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("yahoo.com", "yahoo", "yahoo");
    campaigns.resolve("aol.com", "aol", "yahoo");
  }

  @Test
  void makesADeliveryOfEachRecipientAndCutsBatchesByPlatform() {
    campaigns.recipients(list, "gmail.com", 2_100);
    campaigns.recipients(list, "yahoo.com", 600);
    campaigns.recipients(list, "aol.com", 600);
    long campaign = campaigns.launched(list);

    PlanStep step = plan(campaign, 10_000);

    assertThat(step).isEqualTo(new PlanStep.Planned(3_300, 0, 0, 5, true));
    assertThat(
            database.texts(
                "SELECT platform || ' ' || size || ' ' || state || ' ' || kind FROM batch ORDER BY platform, size"))
        .containsExactly(
            "gmail 100 queued first",
            "gmail 1000 queued first",
            "gmail 1000 queued first",
            "yahoo 200 queued first",
            "yahoo 1000 queued first");
    assertThat(
            database.number(
                """
                SELECT count(*) FROM batch b WHERE b.size =
                       (SELECT count(*) FROM delivery d WHERE d.batch_id = b.id AND d.platform = b.platform)
                """))
        .isEqualTo(5);
    assertThat(
            database.texts(
                "SELECT isp || ' ' || platform || ' ' || recipients FROM campaign_isp ORDER BY isp"))
        .containsExactly("aol yahoo 600", "gmail gmail 2100", "yahoo yahoo 600");
    assertThat(database.texts("SELECT planned_at IS NOT NULL FROM campaign")).containsExactly("t");
  }

  @Test
  void deliveriesGoWithTheirCampaign() {
    campaigns.recipients(list, "gmail.com", 2);
    long gone = campaigns.launched(list);
    long kept = campaigns.launched(list);
    plan(gone, 10);
    plan(kept, 10);

    database.execute("DELETE FROM campaign WHERE id = ?", gone);

    assertThat(database.texts("SELECT DISTINCT campaign_id FROM delivery"))
        .containsExactly(Long.toString(kept));
  }

  @Test
  void sortsABatchByDomain() {
    campaigns.recipients(list, "yahoo.com", 2);
    campaigns.recipients(list, "aol.com", 2);
    campaigns.recipients(list, "yahoo.com", 1);
    long campaign = campaigns.launched(list);

    plan(campaign, 10_000);

    assertThat(database.texts("SELECT domain FROM delivery ORDER BY id"))
        .containsExactly("aol.com", "aol.com", "yahoo.com", "yahoo.com", "yahoo.com");
  }

  @Test
  void endsTheSuppressedAtOnceByAddressDomainOrParentDomain() {
    campaigns.recipients(list, "gmail.com", 3);
    campaigns.recipients(list, "mail.shop.example", 2);
    campaigns.recipients(list, "myshop.example", 1);
    campaigns.resolve("mail.shop.example", "other", "other");
    campaigns.resolve("myshop.example", "other", "other");
    campaigns.suppress("address", "user2@gmail.com", "complaint");
    campaigns.suppress("domain", "shop.example", "manual");
    long campaign = campaigns.launched(list);

    PlanStep step = plan(campaign, 10_000);

    assertThat(step).isEqualTo(new PlanStep.Planned(6, 3, 0, 2, true));
    assertThat(
            database.texts(
                """
                SELECT lower(address) || ' ' || category || ' ' || (batch_id IS NULL) || ' ' || (ended_at = ?::timestamptz)
                  FROM delivery WHERE state = 'suppressed' ORDER BY recipient_id
                """,
                NOW.toString()))
        .containsExactly(
            "user2@gmail.com complaint true true",
            "user4@mail.shop.example manual true true",
            "user5@mail.shop.example manual true true");
    assertThat(
            database.texts(
                """
                SELECT isp || ' ' || route || port || tls || ' ' || outcome || ' ' || category || ' ' || count
                       || ' ' || extract(epoch FROM minute)::bigint % 60
                  FROM result_rollup ORDER BY isp
                """))
        .containsExactly("gmail 0 suppressed complaint 1 0", "other 0 suppressed manual 2 0");
  }

  @Test
  void goesOnWhereTheLastChunkEnded() {
    campaigns.recipients(list, "gmail.com", 25);
    long campaign = campaigns.launched(list);

    assertThat(plan(campaign, 10)).isEqualTo(new PlanStep.Planned(10, 0, 0, 1, false));
    assertThat(plan(campaign, 10)).isEqualTo(new PlanStep.Planned(10, 0, 0, 0, false));
    assertThat(plan(campaign, 10)).isEqualTo(new PlanStep.Planned(5, 0, 0, 0, true));
    assertThat(plan(campaign, 10)).isEqualTo(new PlanStep.Complete());
    assertThat(campaigns.deliveries(campaign, "planned")).isEqualTo(25);
    assertThat(database.texts("SELECT size || ' ' || state FROM batch"))
        .as("the unclaimed batch is filled up")
        .containsExactly("25 queued");
  }

  @Test
  void startsABatchAnewOnceTheLastOneIsClaimed() {
    campaigns.recipients(list, "gmail.com", 20);
    long campaign = campaigns.launched(list);
    plan(campaign, 10);
    database.execute("UPDATE batch SET state = 'claimed'");

    plan(campaign, 10);

    assertThat(database.texts("SELECT size || ' ' || state FROM batch ORDER BY id"))
        .containsExactly("10 claimed", "10 queued");
  }

  @Test
  void fillsTheLastBatchToTheBrimAndNoFurther() {
    campaigns.recipients(list, "gmail.com", 2_600);
    long campaign = campaigns.launched(list);

    plan(campaign, 800);
    plan(campaign, 800);
    plan(campaign, 800);
    plan(campaign, 800);

    assertThat(database.texts("SELECT size FROM batch ORDER BY id"))
        .containsExactly("1000", "1000", "600");
    assertThat(
            database.number(
                "SELECT count(*) FROM batch b WHERE size = (SELECT count(*) FROM delivery d WHERE d.batch_id = b.id)"))
        .isEqualTo(3);
  }

  @Test
  void repeatsAndSkipsNothingAfterACrashInTheMiddle() {
    campaigns.recipients(list, "gmail.com", 30);
    long campaign = campaigns.launched(list);
    plan(campaign, 10);
    failDeliveriesOf("user15@gmail.com");

    assertThatThrownBy(() -> plan(campaign, 10)).hasMessageContaining("crash");
    assertThat(campaigns.deliveries(campaign, "planned")).isEqualTo(10);
    database.execute("DROP TRIGGER crash ON delivery");
    while (plan(campaign, 10) instanceof PlanStep.Planned planned && !planned.last()) {
      assertThat(planned.recipients()).isEqualTo(10);
    }

    assertThat(campaigns.deliveries(campaign, "planned")).isEqualTo(30);
    assertThat(database.number("SELECT count(DISTINCT recipient_id) FROM delivery")).isEqualTo(30);
    assertThat(database.number("SELECT sum(recipients) FROM campaign_isp")).isEqualTo(30);
  }

  @Test
  void asksForDomainsThatAreNotResolvedBeforeItPlans() {
    campaigns.recipients(list, "gmail.com", 1);
    campaigns.recipients(list, "new.example", 2);
    long campaign = campaigns.launched(list);

    assertThat(plan(campaign, 10))
        .isEqualTo(new PlanStep.Unresolved(List.of(new Domain("new.example"))));
    assertThat(campaigns.deliveries(campaign, "planned")).isZero();

    campaigns.resolve("new.example", "other", "other");
    assertThat(plan(campaign, 10)).isEqualTo(new PlanStep.Planned(3, 0, 0, 2, true));
  }

  @Test
  void takesAnExpiredResolutionWhereItIsToldTo() {
    campaigns.recipients(list, "gmail.com", 1);
    database.execute("UPDATE recipient_domain SET expires_at = '2026-01-01 00:00Z'");
    long campaign = campaigns.launched(list);

    assertThat(plan(campaign, 10)).isInstanceOf(PlanStep.Unresolved.class);
    assertThat(plans.planChunk(campaign, 10, NOW, Instant.EPOCH))
        .isEqualTo(new PlanStep.Planned(1, 0, 0, 1, true));
  }

  @Test
  void endsTheRestAsCancelledOnceTheCampaignIsCancelled() {
    campaigns.recipients(list, "gmail.com", 10);
    campaigns.recipients(list, "unresolved.example", 5);
    campaigns.suppress("address", "user9@gmail.com", "complaint");
    long campaign = campaigns.launched(list);
    plan(campaign, 6);
    campaigns.moveTo(campaign, "cancelled");

    assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Planned(9, 0, 9, 0, true));

    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(9);
    assertThat(campaigns.rolledUp(campaign, "cancelled")).isEqualTo(9);
    assertThat(database.number("SELECT sum(recipients) FROM campaign_isp")).isEqualTo(15);
  }

  @Test
  void plansOnWhilePaused() {
    campaigns.recipients(list, "gmail.com", 10);
    long campaign = campaigns.launched(list);
    campaigns.moveTo(campaign, "paused");

    assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Planned(10, 0, 0, 1, true));
  }

  @Test
  void completesACampaignWithoutRecipients() {
    long campaign = campaigns.launched(list);

    assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Planned(0, 0, 0, 0, true));
    assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Complete());
  }

  @Test
  void doesNothingToACampaignThatIsNotLaunched() {
    campaigns.recipients(list, "gmail.com", 10);
    long campaign = campaigns.launched(list);
    database.execute("UPDATE campaign SET state = 'cancelled', launched_at = NULL");

    assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Complete());
    assertThat(database.number("SELECT count(*) FROM delivery")).isZero();
  }

  @Test
  void leavesACampaignToTheNodeThatIsPlanningIt() throws SQLException {
    campaigns.recipients(list, "gmail.com", 10);
    long campaign = campaigns.launched(list);
    try (Connection other = database.database().dataSource().getConnection();
        Statement statement = other.createStatement()) {
      statement.execute(
          "SELECT pg_advisory_lock(hashtext('portolan.planning'), hashint8(" + campaign + "))");
      assertThat(plan(campaign, 100)).isEqualTo(new PlanStep.Busy());
      statement.execute("SELECT pg_advisory_unlock_all()");
    }

    assertThat(plan(campaign, 100)).isInstanceOf(PlanStep.Planned.class);
  }

  @Test
  void refusesACampaignThatDoesNotExist() {
    assertThatThrownBy(() -> plan(4711, 100)).isInstanceOf(NotFoundException.class);
  }

  private PlanStep plan(long campaign, int size) {
    return plans.planChunk(campaign, size, NOW, NOW);
  }

  private void failDeliveriesOf(String address) {
    database.execute(
        """
        CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'crash'; END $$
        """);
    database.execute(
        "CREATE TRIGGER crash BEFORE INSERT ON delivery FOR EACH ROW"
            + " WHEN (lower(NEW.address) = '"
            + address
            + "') EXECUTE FUNCTION crash()");
  }
}
