package io.portolan.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.database.Database;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.guard.HoldEvent.HeldCampaign;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HoldEventStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");
  private static final int CAMPAIGNS = 5;

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void givesEachAlarmToOneNodeHoweverManyAskAtOnce() throws Exception {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        SELECT id, 'campaign ' || id, 'running', '{}' FROM generate_series(1, ?) AS id
        """,
        CAMPAIGNS);
    try (Database one = Database.open(database.settings());
        Database other = Database.open(database.settings());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<HoldEventStore> nodes = List.of(new HoldEventStore(one), new HoldEventStore(other));
      for (int alarm = 0; alarm < 30; alarm++) {
        Instant at = NOW.plusSeconds(alarm);
        holdDomain("yahoo" + alarm, at);

        List<Callable<List<HoldEvent>>> asking =
            IntStream.range(0, 8)
                .<Callable<List<HoldEvent>>>mapToObj(
                    caller -> () -> nodes.get(caller % 2).claimUntold(at))
                .toList();
        List<HoldEvent> told = new ArrayList<>();
        for (Future<List<HoldEvent>> answer : threads.invokeAll(asking)) {
          told.addAll(answer.get());
        }

        assertThat(told)
            .singleElement()
            .satisfies(event -> assertThat(event.campaigns()).hasSize(CAMPAIGNS))
            .satisfies(event -> assertThat(event.isOfDomain()).isTrue())
            .satisfies(event -> assertThat(event.heldAt()).isEqualTo(at));
      }
    }
  }

  @Test
  void tellsOfCampaignsApartAndOfNothingThatIsOverOrWasTold() {
    HoldStore holds = new HoldStore(database.database());
    HoldEventStore events = new HoldEventStore(database.database());
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (1, 'Spring sale', 'running', '{}'), (2, 'News', 'running', '{}'), (3, 'Old', 'cancelled', '{}')
        """);
    add(hold(3, "gmail", ""));
    add(hold(1, "gmail", ""));
    add(hold(1, "", ""));
    add(hold(2, "gmail", ""));
    holds.release(2, "gmail", "ada", "looked", _ -> new HoldStore.Steps(0, 0), NOW);

    assertThat(events.claimUntold(NOW))
        .extracting(HoldEvent::isp, HoldEvent::campaigns)
        .containsExactly(
            tuple("", List.of(held(1, "Spring sale"))),
            tuple("gmail", List.of(held(1, "Spring sale"))));
    assertThat(events.claimUntold(NOW)).isEmpty();
    assertThat(events.ofDomain("")).as("held for themselves").isEmpty();
  }

  @Test
  void holdsNothingAnyMoreOfCampaignsThatEnded() {
    HoldStore holds = new HoldStore(database.database());
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (1, 'one', 'running', '{}'), (2, 'two', 'finished', '{}'), (3, 'three', 'paused', '{}')
        """);
    add(hold(1, "gmail", "shop.test"));
    add(hold(2, "gmail", "shop.test"));
    add(hold(2, "yahoo", "shop.test"));
    add(hold(3, "gmail", "shop.test"));

    assertThat(holds.openOfDomain("shop.test")).containsExactly("gmail");
    assertThat(new HoldEventStore(database.database()).ofDomain("shop.test"))
        .as("the history has all")
        .flatExtracting(HoldEvent::campaigns)
        .extracting(HeldCampaign::id, HeldCampaign::isHeld)
        .containsExactly(tuple(1L, true), tuple(2L, false), tuple(3L, true), tuple(2L, false));
    assertThat(holds.releaseDomain("shop.test", "yahoo", "ada", "asked", NOW).holds()).isEmpty();
    assertThat(holds.releaseDomain("shop.test", "", "ada", "asked", NOW).holds())
        .extracting(Hold::campaignId)
        .containsExactlyInAnyOrder(1L, 3L);
  }

  private static HeldCampaign held(long id, String name) {
    return new HeldCampaign(id, name, true, Optional.empty(), "", "");
  }

  private void holdDomain(String isp, Instant at) {
    database
        .database()
        .execute(
            connection -> {
              for (long campaign = 1; campaign <= CAMPAIGNS; campaign++) {
                HoldStore.add(connection, hold(campaign, isp, "shop.test", at));
              }
            });
  }

  private void add(Hold hold) {
    database.database().execute(connection -> HoldStore.add(connection, hold));
  }

  private static Hold hold(long campaign, String isp, String domain) {
    return hold(campaign, isp, domain, NOW);
  }

  private static Hold hold(long campaign, String isp, String domain, Instant at) {
    return new Hold(
        campaign, isp, domain, "complaint", 5_000, 50, "too many", at, Optional.empty(), "", "");
  }
}
