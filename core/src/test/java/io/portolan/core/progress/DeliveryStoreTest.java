package io.portolan.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Page;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.batch.TestCampaigns;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeliveryStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final DeliveryStore deliveries = new DeliveryStore(database.database());
  private long campaign;

  @BeforeEach
  void planACampaign() {
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("aol.com", "aol", "yahoo");
    campaign = planned();
  }

  @Test
  void findsAnOpenDelivery() {
    long id = id("User1@gmail.com");

    DeliveryView view = deliveries.find(id).orElseThrow();

    assertThat(view).isInstanceOf(DeliveryView.Open.class);
    assertThat(view.standing()).isEqualTo(DeliveryStanding.PLANNED);
    assertThat(view.head().address()).isEqualTo("User1@gmail.com");
    assertThat(view.head().attempts()).isZero();
    assertThat(((DeliveryView.Open) view).notBefore()).isEmpty();
    assertThat(deliveries.find(id + 1_000)).isEmpty();
  }

  @Test
  void findsAnEndedDelivery() {
    long id = id("User1@gmail.com");
    database.execute(
        "UPDATE delivery SET state = 'bounced', category = 'bad-mailbox', ended_at = '2026-11-24 10:00:00Z'"
            + " WHERE id = ?",
        id);

    DeliveryView.Ended view = (DeliveryView.Ended) deliveries.find(id).orElseThrow();

    assertThat(view.standing()).isEqualTo(DeliveryStanding.BOUNCED);
    assertThat(view.head().category()).contains("bad-mailbox");
    assertThat(view.endedAt()).isEqualTo(Instant.parse("2026-11-24T10:00:00Z"));
  }

  @Test
  void pagesThroughACampaignInTheOrderOfItsList() {
    planned();
    List<String> addresses = new ArrayList<>();
    Optional<Long> after = Optional.empty();
    do {
      Page<DeliveryView> page =
          deliveries.page(
              new DeliveryQuery(
                  Optional.of(campaign),
                  Set.of(),
                  false,
                  Optional.empty(),
                  Optional.empty(),
                  after,
                  2));
      assertThat(page.items().size()).isLessThanOrEqualTo(2);
      page.items().forEach(view -> addresses.add(view.head().address()));
      after = page.next();
    } while (after.isPresent());

    assertThat(addresses)
        .containsExactly(
            "User1@gmail.com",
            "User2@gmail.com",
            "User3@gmail.com",
            "User4@aol.com",
            "User5@aol.com");
  }

  @Test
  void filtersByStateAndIsp() {
    database.execute(
        "UPDATE delivery SET state = 'accepted', ended_at = now() WHERE address IN ('User1@gmail.com', 'User4@aol.com')");

    assertThat(addresses(Optional.of(campaign), Set.of(DeliveryStanding.ACCEPTED), "aol", ""))
        .containsExactly("User4@aol.com");
    assertThat(addresses(Optional.of(campaign), Set.of(DeliveryStanding.PLANNED), "gmail", ""))
        .containsExactly("User2@gmail.com", "User3@gmail.com");
    assertThat(addresses(Optional.empty(), Set.of(DeliveryStanding.ACCEPTED), "", ""))
        .containsExactlyInAnyOrder("User4@aol.com", "User1@gmail.com");
  }

  @Test
  void tellsWhatARelayAcceptedFromWhatTheIspDid() {
    database.execute(
        "UPDATE delivery SET state = 'accepted', ended_at = now() WHERE address IN ('User1@gmail.com', 'User4@aol.com')");
    database.execute("UPDATE delivery SET relayed_by = 'ses' WHERE address = 'User4@aol.com'");
    long other = planned();

    for (Optional<Long> of : List.of(Optional.of(campaign), Optional.<Long>empty())) {
      assertThat(addresses(of, Set.of(DeliveryStanding.RELAYED), "", ""))
          .containsExactly("User4@aol.com");
      assertThat(addresses(of, Set.of(DeliveryStanding.ACCEPTED), "", ""))
          .containsExactly("User1@gmail.com");
    }
    assertThat(
            addresses(
                Optional.of(campaign),
                Set.of(DeliveryStanding.RELAYED, DeliveryStanding.ACCEPTED),
                "",
                ""))
        .containsExactly("User1@gmail.com", "User4@aol.com");
    assertThat(addresses(Optional.empty(), Set.of(DeliveryStanding.RELAYED), "", "user4@aol.com"))
        .containsExactly("User4@aol.com");
    assertThat(addresses(Optional.of(other), Set.of(DeliveryStanding.RELAYED), "", "")).isEmpty();
    assertThat(deliveries.find(id("User4@aol.com")).orElseThrow())
        .isInstanceOfSatisfying(
            DeliveryView.Relayed.class, view -> assertThat(view.relay()).isEqualTo("ses"));
  }

  @Test
  void findsAllDeliveriesToAnAddress() {
    long other = planned();

    assertThat(addresses(Optional.empty(), Set.of(), "", "USER1@GMAIL.COM")).hasSize(2);
    assertThat(addresses(Optional.of(other), Set.of(), "", "user1@gmail.com")).hasSize(1);
    assertThat(addresses(Optional.empty(), Set.of(), "", "nobody@gmail.com")).isEmpty();
  }

  @Test
  void tellsTheAttemptsOfADelivery() {
    long id = id("User1@gmail.com");
    attempt(id, 1, "2026-11-24T10:00:00Z", 421);
    attempt(id, 2, "2026-11-24T10:15:00Z", 250);
    attempt(id("User2@gmail.com"), 1, "2026-11-24T10:15:00Z", 250);
    database.execute(
        "UPDATE delivery SET first_attempt_at = '2026-11-24 10:00:00Z', attempts = 2 WHERE id = ?",
        id);

    List<AttemptView> attempts = deliveries.attempts(id);

    assertThat(attempts)
        .extracting(AttemptView::code)
        .containsExactly(Optional.of(421), Optional.of(250));
    assertThat(attempts.getFirst().where())
        .isEqualTo(
            new AttemptView.Where("direct", 25, "opportunistic", "", "mx.gmail.com", "192.0.2.1"));
    assertThat(attempts.getFirst().why()).isEqualTo(new AttemptView.Why(3, "gmail", "first path"));
    assertThat(attempts.getFirst().exchange()).isEqualTo(Duration.ofMillis(20));
    assertThat(deliveries.attempts(id("User3@gmail.com"))).isEmpty();
  }

  @Test
  void tellsAttemptsUnderALostClaimThatTheDeliveryDoesNotCount() {
    long id = id("User1@gmail.com");
    attempt(id, 1, "2026-11-24T09:58:00Z", 250);
    attempt(id, 1, "2026-11-24T10:00:00Z", 250);
    database.execute(
        "UPDATE delivery SET first_attempt_at = '2026-11-24 10:00:00Z', attempts = 1 WHERE id = ?",
        id);

    assertThat(deliveries.attempts(id))
        .extracting(AttemptView::at)
        .containsExactly(
            Instant.parse("2026-11-24T09:58:00Z"), Instant.parse("2026-11-24T10:00:00Z"));
  }

  private List<String> addresses(
      Optional<Long> ofCampaign, Set<DeliveryStanding> standings, String isp, String address) {
    return deliveries
        .page(
            new DeliveryQuery(
                ofCampaign,
                standings,
                false,
                Optional.of(isp).filter(name -> !name.isEmpty()),
                Optional.of(address).filter(name -> !name.isEmpty()),
                Optional.empty(),
                100))
        .items()
        .stream()
        .map(view -> view.head().address())
        .toList();
  }

  private long planned() {
    long list = campaigns.list();
    campaigns.recipients(list, "gmail.com", 3);
    campaigns.recipients(list, "aol.com", 2);
    long launched = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(launched, 100, NOW, NOW);
    return launched;
  }

  private long id(String address) {
    return database.number(
        "SELECT id FROM delivery WHERE address = ? AND campaign_id = ?", address, campaign);
  }

  @Test
  void tellsThePathFailuresBesideADelivery() {
    long id = id("User1@gmail.com");
    failure("gmail", "2026-11-24T10:00:00Z", 25);
    failure("gmail", "2026-11-24T10:05:00Z", 587);
    failure("yahoo", "2026-11-24T10:05:00Z", 25);
    failure("gmail", "2026-11-24T12:00:00Z", 465);
    database.execute(
        """
        UPDATE delivery SET state = 'bounced', ended_at = '2026-11-24 11:00:00Z'
         WHERE id = ?
        """,
        id);

    assertThat(deliveries.pathFailures(id, 20))
        .as("of its platform, until it ended")
        .extracting(FailureView::port)
        .containsExactly(587, 25);
    assertThat(deliveries.pathFailures(id, 1)).hasSize(1);
    database.execute(
        """
        UPDATE path_failure SET evidence = '{"banner": "220 ****", "errno": "ETIMEDOUT"}'
        """);
    assertThat(deliveries.pathFailures(id, 1).getFirst().evidence().path("banner").asText())
        .isEqualTo("220 ****");
  }

  @Test
  void saysWhyADeliveryIsHeld() {
    long id = id("User1@gmail.com");
    database.execute("UPDATE delivery SET held_because = 'no path is open' WHERE id = ?", id);

    assertThat(((DeliveryView.Open) deliveries.find(id).orElseThrow()).heldBecause())
        .contains("no path is open");
  }

  @Test
  void saysOfWhatWaitsForItsTurnThatAGuardrailHoldsIt() {
    database.execute(
        """
        INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
        VALUES (?, 'gmail', 'hard-bounce', 9, 9, 'too many', now())
        """,
        campaign);

    assertThat(heldBecause("User1@gmail.com")).contains("guardrail: too many");
    assertThat(heldBecause("User4@aol.com")).isEmpty();

    database.execute("UPDATE campaign_hold SET released_at = now()");

    assertThat(heldBecause("User1@gmail.com")).isEmpty();
  }

  private Optional<String> heldBecause(String address) {
    return ((DeliveryView.Open) deliveries.find(id(address)).orElseThrow()).heldBecause();
  }

  private void failure(String platform, String at, int port) {
    database.execute(
        """
        INSERT INTO path_failure (at, campaign_id, policy_version, port, millis, isp, platform, route, tls, host,
                                  phase, kind, detail, source)
        VALUES (?::timestamptz, ?, 3, ?, 10, 'gmail', ?, 'ses', 'starttls', 'mx.gmail.com', 'CONNECT',
                'connect-timeout', 'timed out', '192.0.2.1')
        """,
        at,
        campaign,
        port,
        platform);
  }

  private void attempt(long deliveryId, int number, String at, int code) {
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code,
                             open_millis, exchange_millis, isp, platform, rule, decision, route, tls, host, peer,
                             phase, outcome)
        VALUES (?::timestamptz, ?, ?, ?, 1, 1, 3, 25, ?, 10, 20, 'gmail', 'gmail', 'gmail', 'first path', 'direct',
                'opportunistic', 'mx.gmail.com', '192.0.2.1', 'DOT', 'accepted')
        """,
        at,
        deliveryId,
        number,
        campaign,
        code);
  }
}
