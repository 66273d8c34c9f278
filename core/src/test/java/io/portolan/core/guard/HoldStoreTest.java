package io.portolan.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.guard.HoldStore.Released;
import io.portolan.core.guard.HoldStore.Steps;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HoldStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");
  private static final String SHOP = "shop.test";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private HoldStore holds;

  @BeforeEach
  void open() {
    holds = new HoldStore(database.database());
  }

  @Test
  void resumesWithTheReleaseOfADomainWhatNothingElseHolds() {
    campaign(1, "paused");
    campaign(2, "paused");
    campaign(3, "paused");
    campaign(4, "running");
    campaign(5, "cancelled");
    add(1, "", SHOP);
    add(2, "yahoo", SHOP);
    add(3, "", SHOP);
    add(3, "gmail", "");
    add(4, "", SHOP);
    add(5, "", SHOP);

    Released released = holds.releaseDomain(SHOP, "", "ada", "asked them", NOW);

    assertThat(released.resumed()).containsExactlyInAnyOrder(1L, 3L);
    assertThat(states())
        .as("whoever paused the second meant to, for its hold at an ISP did not stop it")
        .containsExactly("running", "paused", "running", "running", "cancelled");
  }

  @Test
  void leavesPausedWhatIsStillHeldAsAWhole() {
    campaign(1, "paused");
    add(1, "", "");
    add(1, "yahoo", SHOP);

    assertThat(holds.releaseDomain(SHOP, "", "ada", "asked them", NOW).resumed()).isEmpty();
    assertThat(states()).containsExactly("paused");

    add(1, "gmail", "");
    assertThat(release(1, "gmail").resumed()).isEmpty();
    assertThat(states()).containsExactly("paused");

    assertThat(release(1, "").resumed()).containsExactly(1L);
    assertThat(states()).containsExactly("running");
  }

  @Test
  void pausesOnlyWhatRunsAndIsHeldAsAWhole() {
    campaign(1, "running");
    assertThat(holds.pause(1, NOW)).as("not held").isFalse();
    add(1, "yahoo", SHOP);
    assertThat(holds.pause(1, NOW)).as("held at an ISP").isFalse();
    add(1, "", SHOP);
    assertThat(holds.pause(1, NOW)).isTrue();
    assertThat(holds.pause(1, NOW)).as("paused already").isFalse();
    assertThat(states()).containsExactly("paused");

    holds.releaseDomain(SHOP, "", "ada", "asked them", NOW);

    assertThat(holds.pause(1, NOW)).as("by a node that comes late").isFalse();
    assertThat(states()).containsExactly("running");
  }

  @Test
  void doesNotPauseAfterAnOverrideThatWasUnderWay() throws Exception {
    campaign(1, "running");
    add(1, "", SHOP);
    CompletableFuture<Boolean> paused;
    try (var lock =
        io.portolan.core.database.Hold.ofCommits(
            database, "campaign_hold", "NEW.released_at IS NOT NULL")) {
      CompletableFuture<Released> released =
          lock.stops(1, () -> holds.releaseDomain(SHOP, "", "ada", "asked them", NOW));
      paused = lock.stops(2, () -> holds.pause(1, NOW));
      assertThat(released).isNotDone();
    }

    assertThat(paused.get()).isFalse();
    assertThat(states()).containsExactly("running");
  }

  @Test
  void resumesByAnOverrideWhatIsJustBeingPaused() throws Exception {
    campaign(1, "running");
    add(1, "", SHOP);
    CompletableFuture<Released> released;
    try (var lock =
        io.portolan.core.database.Hold.ofCommits(database, "campaign", "NEW.state = 'paused'")) {
      CompletableFuture<Boolean> paused = lock.stops(1, () -> holds.pause(1, NOW));
      released = lock.stops(2, () -> holds.releaseDomain(SHOP, "", "ada", "asked them", NOW));
      assertThat(paused).isNotDone();
    }

    assertThat(released.get().resumed()).containsExactly(1L);
    assertThat(states()).containsExactly("running");
  }

  @Test
  void overridesWaitForWhoeverJudgesTheDomain() throws Exception {
    campaign(1, "running");
    add(1, "", SHOP);
    add(1, "yahoo", SHOP);
    CompletableFuture<Released> ofDomain;
    CompletableFuture<Released> ofCampaign;
    try (var lock = lockOfDomain()) {
      ofDomain = lock.stops(1, () -> holds.releaseDomain(SHOP, "yahoo", "ada", "asked", NOW));
      ofCampaign = lock.stops(2, () -> release(1, ""));
      assertThat(ofDomain).isNotDone();
      assertThat(ofCampaign).isNotDone();
      assertThat(holds.open(1)).hasSize(2);
    }

    ofDomain.get();
    ofCampaign.get();
    assertThat(holds.open(1)).isEmpty();
  }

  @Test
  void knowsWhatIsHeldHoweverOftenOthersWereReleasedSince() {
    campaign(1, "running");
    add(1, "yahoo", "");
    for (int each = 0; each < 101; each++) {
      add(1, "gmail", "");
      release(1, "gmail");
    }

    assertThat(holds.of(1)).as("the history ends").hasSize(100);
    assertThat(holds.open(1)).extracting(Hold::isp).containsExactly("yahoo");
  }

  private io.portolan.core.database.Hold lockOfDomain() throws SQLException {
    return io.portolan.core.database.Hold.of(
        database, "hashtext('portolan.complaints'), hashtext('shop.test')");
  }

  private Released release(long campaign, String isp) {
    return holds.release(campaign, isp, "ada", "looked", _ -> new Steps(0, 0), NOW);
  }

  private List<String> states() {
    return database.texts("SELECT state FROM campaign ORDER BY id");
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

  private void add(long campaign, String isp, String domain) {
    Hold hold =
        new Hold(
            campaign, isp, domain, "complaint", 5_000, 50, "many", NOW, Optional.empty(), "", "");
    database.database().execute(connection -> HoldStore.add(connection, hold));
  }
}
