package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Steps;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ComplaintWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final List<Long> stopped = new ArrayList<>();

  @Test
  void poolsTheCampaignsOfASendingDomainOverDays() {
    long before = campaign("before", "finished", "a@shop.test");
    long running = campaign("running", "running", "b@shop.test");
    long other = campaign("other", "running", "c@other.test");
    sent(before, "yahoo", "accepted", 2_000, Duration.ofDays(2));
    sent(before, "yahoo", "complaint", 6, Duration.ofDays(2));
    sent(before, "gmail", "complaint", 90, Duration.ofDays(2));
    sent(running, "yahoo", "accepted", 1_000, Duration.ofHours(2));
    sent(running, "yahoo", "complaint", 2, Duration.ofHours(2));
    sent(other, "yahoo", "accepted", 3_000, Duration.ofHours(2));
    sent(other, "yahoo", "complaint", 3, Duration.ofHours(2));

    look();
    assertThat(stopped).as("8 of 3,000 do not yet tell 0.3 % from 0.1 %").isEmpty();

    sent(running, "yahoo", "complaint", 4, Duration.ofHours(3));
    look();

    assertThat(stopped).containsExactly(running);
    assertThat(holds().open(running))
        .singleElement()
        .satisfies(hold -> assertThat(hold.reason()).contains("shop.test", "12 of 3,000"));
  }

  @Test
  void goesOnWithWhatIsSentAfterAnOverride() {
    long running = campaign("running", "running", "b@shop.test");
    sent(running, "yahoo", "accepted", 1_000, Duration.ofHours(2));
    sent(running, "yahoo", "complaint", 20, Duration.ofHours(2));
    look();
    holds()
        .release(running, "", "ada", "looked into it", _ -> new Steps(0, 0), NOW.minusSeconds(60));

    look();

    assertThat(stopped).containsExactly(running);
    assertThat(holds().open(running)).isEmpty();
  }

  private void look() {
    new ComplaintWatch(
            database.database(), GuardSettings.DEFAULT, InstantSource.fixed(NOW), stopped::add)
        .look();
  }

  private HoldStore holds() {
    return new HoldStore(database.database());
  }

  private long campaign(String name, String state, String from) {
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES (?, ?::campaign_state, jsonb_build_object('fromAddress', ?::text))",
        name,
        state,
        from);
    return database.number("SELECT max(id) FROM campaign");
  }

  private void sent(long campaign, String isp, String outcome, long count, Duration ago) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, date_trunc('minute', ?::timestamptz), ?, ?, 'direct', 25, 'opportunistic', ?, '', ?)
        """,
        campaign,
        NOW.minus(ago).toString(),
        isp,
        isp,
        outcome,
        count);
  }
}
