package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldEvent;
import io.portolan.core.guard.HoldEvent.HeldCampaign;
import io.portolan.core.guard.HoldEventStore;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayReporting.EventWay;
import io.portolan.metrics.report.LoopProof;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ComplaintWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final List<Long> stopped = new ArrayList<>();
  private LoopProof loops = LoopProof.byComplaints();

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

  @Test
  void isNotBlindAfterAGoodWeek() {
    long before = campaign("before", "finished", "a@shop.test");
    long running = campaign("running", "running", "b@shop.test");
    sent(before, "yahoo", "accepted", 900_000, Duration.ofDays(3));
    sent(before, "yahoo", "complaint", 270, Duration.ofDays(3));
    sent(running, "yahoo", "accepted", 100_000, Duration.ofHours(4));
    look();
    assertThat(stopped).isEmpty();

    sent(running, "yahoo", "complaint", 900, Duration.ofHours(4));
    // whose complaints are still to come
    sent(running, "yahoo", "accepted", 500_000, Duration.ofHours(2));
    look();

    assertThat(stopped).containsExactly(running);
    assertThat(holds().open(running))
        .singleElement()
        .satisfies(hold -> assertThat(hold.reason()).contains("900 of 100,000"));
  }

  @Test
  void holdsAnIspAloneWhereTheOthersComplainLittle() {
    long running = campaign("running", "running", "b@shop.test");
    sent(running, "outlook", "accepted", 95_000, Duration.ofHours(2));
    sent(running, "outlook", "complaint", 20, Duration.ofHours(2));
    sent(running, "yahoo", "accepted", 5_000, Duration.ofHours(2));
    sent(running, "yahoo", "complaint", 50, Duration.ofHours(2));

    look();

    assertThat(stopped).containsExactly(running);
    assertThat(holds().open(running))
        .singleElement()
        .satisfies(hold -> assertThat(hold.isp()).isEqualTo("yahoo"))
        .satisfies(hold -> assertThat(hold.reason()).contains("shop.test at yahoo", "50 of 5,000"));

    holds().release(running, "yahoo", "ada", "looked", _ -> new Steps(0, 0), NOW.minusSeconds(60));
    look();
    assertThat(holds().open(running)).as("what was overridden is not counted again").isEmpty();
  }

  @Test
  void takesTheSilenceOfALoopThatIsNotProvenForNoPraise() {
    long running = campaign("running", "running", "b@shop.test");
    sent(running, "outlook", "accepted", 95_000, Duration.ofHours(2));
    sent(running, "yahoo", "accepted", 5_000, Duration.ofHours(2));
    sent(running, "yahoo", "complaint", 50, Duration.ofHours(2));

    look();

    assertThat(holds().open(running))
        .as("nobody knows that complaints of outlook would come")
        .singleElement()
        .satisfies(hold -> assertThat(hold.isp()).isEmpty());

    long other = campaign("other", "running", "b@other.test");
    sent(other, "outlook", "accepted", 95_000, Duration.ofHours(2));
    sent(other, "yahoo", "accepted", 5_000, Duration.ofHours(2));
    sent(other, "yahoo", "complaint", 50, Duration.ofHours(2));
    loops = named("outlook");
    look();

    assertThat(holds().open(other))
        .as("somebody has signed up, and there were none")
        .singleElement()
        .satisfies(hold -> assertThat(hold.isp()).isEqualTo("yahoo"));
  }

  @Test
  void doesNotThinComplaintsOutByMailOfRelaysThatTellNone() {
    long running = campaign("running", "running", "b@shop.test");
    sent(running, "yahoo", "accepted", 1_000, Duration.ofHours(2));
    sent(running, "yahoo", "complaint", 20, Duration.ofHours(2));
    sent(running, "yahoo", "accepted", 100_000, Duration.ofHours(2), "silent");

    look();

    assertThat(holds().open(running))
        .singleElement()
        .satisfies(hold -> assertThat(hold.reason()).contains("20 of 1,000"));
  }

  /** As if somebody had signed up for these loops, and the events of a relay came here. */
  private static LoopProof named(String... loops) {
    return LoopProof.of(
        List.of(loops),
        new RelayReporting(
            _ -> Optional.empty(), List.of(new EventWay("generic", Optional.of("ses"))), false));
  }

  @Test
  void holdsACampaignAloneAmongOthersOfItsDomain() {
    long good = campaign("good", "running", "a@shop.test");
    long bad = campaign("bad", "running", "b@shop.test");
    sent(good, "yahoo", "accepted", 900_000, Duration.ofHours(2));
    sent(good, "yahoo", "complaint", 180, Duration.ofHours(2));
    sent(bad, "yahoo", "accepted", 10_000, Duration.ofHours(2));
    sent(bad, "yahoo", "complaint", 60, Duration.ofHours(2));

    look();

    assertThat(stopped).containsExactly(bad);
    assertThat(holds().open(bad).getFirst())
        .satisfies(hold -> assertThat(hold.isOfCampaign()).isTrue())
        .satisfies(hold -> assertThat(hold.reason()).contains("60 of 10,000"));
  }

  @Test
  void holdsAllMailOfADomainInOneStepThatOneOverrideUndoes() {
    loops = named("outlook");
    long one = campaign("one", "running", "a@shop.test");
    long two = campaign("two", "running", "b@shop.test");
    sent(one, "outlook", "accepted", 95_000, Duration.ofHours(2));
    sent(one, "yahoo", "accepted", 5_000, Duration.ofHours(2));
    sent(one, "yahoo", "complaint", 50, Duration.ofHours(2));
    look();
    long late = campaign("late", "running", "c@shop.test");
    look(NOW.plusSeconds(60));

    List<HoldEvent> events = events().ofDomain("shop.test");
    assertThat(events)
        .as("the latest first; the week counts for who comes later, too")
        .extracting(event -> event.campaigns().stream().map(HeldCampaign::id).toList())
        .containsExactly(List.of(late), List.of(one, two));
    assertThat(events.getLast())
        .satisfies(event -> assertThat(event.isp()).isEqualTo("yahoo"))
        .satisfies(event -> assertThat(event.heldAt()).isEqualTo(NOW))
        .satisfies(event -> assertThat(event.trials()).isEqualTo(5_000))
        .satisfies(event -> assertThat(event.hits()).isEqualTo(50));

    Instant then = NOW.plusSeconds(120);
    assertThat(holds().releaseDomain("other.test", "", "ada", "no", then).holds()).isEmpty();
    assertThat(holds().releaseDomain("shop.test", "outlook", "ada", "no", then).holds()).isEmpty();
    assertThat(holds().releaseDomain("shop.test", "yahoo", "ada", "asked them", then).holds())
        .extracting(Hold::campaignId)
        .containsExactlyInAnyOrder(one, two, late);
    assertThat(holds().releaseDomain("shop.test", "yahoo", "ben", "so did I", then).holds())
        .as("lifted twice")
        .isEmpty();
    look(then);

    assertThat(events().ofDomain("shop.test"))
        .as("what was overridden is not counted again")
        .hasSize(2)
        .flatExtracting(HoldEvent::campaigns)
        .allSatisfy(held -> assertThat(held.note()).isEqualTo("asked them"))
        .allSatisfy(held -> assertThat(held.releasedBy()).isEqualTo("ada"))
        .allSatisfy(held -> assertThat(held.releasedAt()).hasValue(then));
  }

  @Test
  void holdsNothingByCountsFromBeforeAnOverride() throws Exception {
    long one = campaign("one", "running", "a@shop.test");
    sent(one, "yahoo", "accepted", 1_000, Duration.ofHours(2));
    sent(one, "yahoo", "complaint", 20, Duration.ofHours(2));
    look();
    assertThat(holds().open(one)).hasSize(1);
    long late = campaign("late", "running", "b@shop.test");
    CompletableFuture<Boolean> looked;
    try (var lock =
        io.portolan.core.database.Hold.of(
            database, "hashtext('portolan.complaints'), hashtext('shop.test')")) {
      looked =
          lock.stops(
              1,
              () -> {
                look();
                return true;
              });
      assertThat(looked).as("it has counted").isNotDone();
      database.execute("UPDATE campaign_hold SET released_at = ?::timestamptz", NOW.toString());
    }
    looked.get();

    assertThat(holds().open(one)).isEmpty();
    assertThat(holds().open(late)).isEmpty();
    assertThat(stopped).containsExactly(one);

    sent(late, "yahoo", "accepted", 1_000, Duration.ofHours(-2));
    sent(late, "yahoo", "complaint", 20, Duration.ofHours(-2));
    look(NOW.plus(Duration.ofHours(3)));
    assertThat(holds().open(late)).as("what was sent since still counts").hasSize(1);
  }

  @Test
  void countsACampaignThatIsHeldForItselfAsNoHoldOfItsDomain() {
    long good = campaign("good", "running", "a@shop.test");
    long bad = campaign("bad", "running", "b@shop.test");
    sent(good, "yahoo", "accepted", 900_000, Duration.ofHours(2));
    sent(good, "yahoo", "complaint", 180, Duration.ofHours(2));
    sent(bad, "yahoo", "accepted", 10_000, Duration.ofHours(2));
    sent(bad, "yahoo", "complaint", 60, Duration.ofHours(2));
    look();

    assertThat(holds().open(bad)).hasSize(1);
    assertThat(events().ofDomain("shop.test")).isEmpty();
    assertThat(holds().releaseDomain("shop.test", "", "ada", "why", NOW).holds()).isEmpty();
  }

  private void look() {
    look(NOW);
  }

  private void look(Instant now) {
    new ComplaintWatch(
            database.database(),
            GuardSettings.DEFAULT,
            loops,
            InstantSource.fixed(now),
            stopped::add)
        .look();
  }

  private HoldEventStore events() {
    return new HoldEventStore(database.database());
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
    sent(campaign, isp, outcome, count, ago, "direct");
  }

  private void sent(
      long campaign, String isp, String outcome, long count, Duration ago, String route) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, date_trunc('minute', ?::timestamptz), ?, ?, ?, 25, 'opportunistic', ?, '', ?)
        """,
        campaign,
        NOW.minus(ago).toString(),
        isp,
        isp,
        route,
        outcome,
        count);
  }
}
