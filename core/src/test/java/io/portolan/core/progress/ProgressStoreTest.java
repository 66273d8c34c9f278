package io.portolan.core.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.portolan.core.NotFoundException;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.batch.TestCampaigns;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.progress.CampaignProgress.IspProgress;
import io.portolan.core.progress.CampaignProgress.PathShare;
import io.portolan.core.relay.RelayShare;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProgressStoreTest {
  private static final Instant LAUNCH = Instant.parse("2026-11-24T09:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final ProgressStore progress = new ProgressStore(database.database());
  private long campaign;

  @BeforeEach
  void planACampaign() {
    long list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("aol.com", "aol", "yahoo");
    campaigns.recipients(list, "gmail.com", 100);
    campaigns.recipients(list, "aol.com", 40);
    campaigns.suppress("address", "user1@gmail.com", "complaint");
    campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 1_000, LAUNCH, LAUNCH);
  }

  @Test
  void countsByIspAndInTotal() {
    rollUp("09:00", "gmail", "gmail", "direct", 25, "accepted", 30);
    rollUp("09:00", "gmail", "gmail", "direct", 25, "deferred", 7);
    rollUp("09:00", "gmail", "gmail", "direct", 25, "bounced", 5);
    rollUp("09:00", "gmail", "gmail", "", 0, "expired", 2);
    rollUp("09:00", "gmail", "gmail", "direct", 25, "path-failure", 3);
    rollUp("09:00", "aol", "yahoo", "", 0, "cancelled", 10);

    CampaignProgress now = progress.progress(campaign, LAUNCH.plusSeconds(30));

    assertThat(now.state()).isEqualTo(CampaignState.RUNNING);
    assertThat(now.planned()).isTrue();
    assertThat(now.isps()).extracting(IspProgress::isp).containsExactly("gmail", "aol");
    CampaignProgress.Counts gmail = now.isps().getFirst().counts();
    assertThat(gmail.recipients()).isEqualTo(100);
    assertThat(gmail.accepted()).isEqualTo(30);
    assertThat(gmail.bounced()).isEqualTo(5);
    assertThat(gmail.expired()).isEqualTo(2);
    assertThat(gmail.suppressed()).isEqualTo(1);
    assertThat(gmail.deferrals()).isEqualTo(7);
    assertThat(gmail.pathFailures()).isEqualTo(3);
    assertThat(gmail.waiting()).isEqualTo(62);
    assertThat(now.total().waiting()).isEqualTo(92);
    assertThat(now.total().cancelled()).isEqualTo(10);
  }

  @Test
  void tellsWhatRelaysAcceptedFromWhatIspsDidAndAddsUp() {
    rollUp("09:00", "gmail", "gmail", "direct", 25, "accepted", 30);
    rollUp("09:00", "gmail", "gmail", "direct", 25, "late-bounce", 2);
    rollUp("09:00", "gmail", "gmail", "direct", 25, "delivered", 1);
    rollUp("09:00", "gmail", "gmail", "ses", 587, "accepted", 20);
    rollUp("09:00", "gmail", "gmail", "ses", 587, "bounced", 3);
    rollUp("09:00", "gmail", "gmail", "ses", 587, "delivered", 6);
    rollUp("09:00", "gmail", "gmail", "ses", 587, "late-bounce", 4);
    rollUp("09:00", "aol", "yahoo", "ses", 2525, "accepted", 5);
    rollUp("09:01", "aol", "yahoo", "other", 587, "accepted", 7);
    rollUp("09:01", "aol", "yahoo", "told", 587, "accepted", 8);
    rollUp("09:01", "aol", "yahoo", "told", 587, "delivered", 8);

    CampaignProgress now = progress.progress(campaign, LAUNCH.plusSeconds(90));

    CampaignProgress.Counts gmail = now.isps().getFirst().counts();
    assertThat(gmail.relayed()).as("20 less 6 and 4").isEqualTo(10);
    assertThat(gmail.accepted()).as("28 direct, 6 as the relay says").isEqualTo(34);
    assertThat(gmail.bounced()).as("3 at once, 6 later").isEqualTo(9);
    assertThat(gmail.waiting()).as("100 and a suppressed one").isEqualTo(46);
    CampaignProgress.Counts total = now.total();
    assertThat(total.relayed()).isEqualTo(22);
    assertThat(
            total.accepted()
                + total.relayed()
                + total.bounced()
                + total.suppressed()
                + total.waiting())
        .isEqualTo(total.recipients());
    assertThat(now.relays())
        .as("the one that told all of them is not among them")
        .containsExactly(new RelayShare("ses", 15), new RelayShare("other", 7));
  }

  @Test
  void measuresTheRateFromTheLaunchInTheFirstMinute() {
    rollUp("09:00", "gmail", "gmail", "direct", 25, "accepted", 60);

    CampaignProgress now = progress.progress(campaign, LAUNCH.plusSeconds(30));

    assertThat(now.total().perSecond()).isEqualTo(2.0, within(1e-9));
    assertThat(now.total().timeLeft()).contains(Duration.ofSeconds(40));
  }

  @Test
  void measuresTheRateOverTheLastSixtySecondsLater() {
    rollUp("09:03", "gmail", "gmail", "direct", 25, "accepted", 999);
    rollUp("09:04", "gmail", "gmail", "direct", 25, "accepted", 60);
    rollUp("09:05", "gmail", "gmail", "direct", 25, "accepted", 15);

    CampaignProgress now = progress.progress(campaign, LAUNCH.plusSeconds(5 * 60 + 15));

    // 45 of the last minute's 60 and the 15 of this one
    assertThat(now.total().perSecond()).isEqualTo(1.0, within(1e-9));
  }

  @Test
  void knowsNoTimeLeftWhereNothingMoves() {
    assertThat(progress.progress(campaign, LAUNCH.plusSeconds(30)).total().timeLeft()).isEmpty();

    database.execute("UPDATE campaign_isp SET recipients = 0 WHERE isp = 'aol'");
    rollUp("09:00", "gmail", "gmail", "direct", 25, "accepted", 99);
    assertThat(progress.progress(campaign, LAUNCH.plusSeconds(3_600)).total().timeLeft())
        .contains(Duration.ZERO);
  }

  @Test
  void namesThePathsInUse() {
    rollUp("09:04", "gmail", "gmail", "direct", 25, "accepted", 60);
    rollUp("09:05", "gmail", "gmail", "ses", 587, "accepted", 4);
    rollUp("09:05", "gmail", "gmail", "ses", 2525, "accepted", 8);
    rollUp("09:05", "gmail", "gmail", "direct", 25, "path-failure", 9);
    rollUp("09:04", "aol", "yahoo", "direct", 25, "deferred", 2);

    CampaignProgress now = progress.progress(campaign, LAUNCH.plusSeconds(5 * 60 + 15));

    assertThat(now.isps().getFirst().paths())
        .containsExactly(
            new PathShare("ses", 2525, "starttls", 8), new PathShare("ses", 587, "starttls", 4));
    assertThat(now.isps().getLast().paths())
        .containsExactly(new PathShare("direct", 25, "starttls", 2));
    assertThat(progress.progress(campaign, LAUNCH.plusSeconds(7 * 60)).isps().getFirst().paths())
        .isEmpty();
  }

  @Test
  void refusesACampaignThatDoesNotExist() {
    assertThatThrownBy(() -> progress.progress(4711, LAUNCH)).isInstanceOf(NotFoundException.class);
  }

  private void rollUp(
      String minute,
      String isp,
      String platform,
      String route,
      int port,
      String outcome,
      int count) {
    database.execute(
        """
        INSERT INTO result_rollup (minute, campaign_id, isp, platform, route, port, tls, outcome, category, count)
        VALUES (('2026-11-24 ' || ? || ':00Z')::timestamptz, ?, ?, ?, ?, ?, 'starttls', ?, '', ?)
        """,
        minute,
        campaign,
        isp,
        platform,
        route,
        port,
        outcome,
        count);
  }
}
