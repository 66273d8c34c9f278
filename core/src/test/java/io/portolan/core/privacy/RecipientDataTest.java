package io.portolan.core.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.Eventually;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.batch.BatchClaim;
import io.portolan.core.batch.BatchStore;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.batch.TestCampaigns;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.json.Json;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionFilter;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionStore;
import io.portolan.core.suppression.SuppressionTarget;
import io.portolan.core.suppression.Unsubscriptions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecipientDataTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final EmailAddress USER1 = EmailAddress.parse("User1@gmail.test");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final RecipientData data = new RecipientData(database.database());
  private final SuppressionStore suppressions = new SuppressionStore(database.database());
  private long list;
  private long campaign;

  @BeforeEach
  void keepMuch() {
    list = campaigns.list();
    campaigns.recipients(list, "gmail.test", 12);
    campaigns.resolve("gmail.test", "gmail", "gmail");
    campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 100, NOON, Instant.EPOCH);
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code,
                             open_millis, exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase,
                             outcome, category, reply)
        SELECT now(), id, 1, campaign_id, batch_id, 1, 1, 25, 452, 1, 1, isp, platform, 'r', 'd', 'direct', 'none', 'mx',
               '192.0.2.1', 'rcpt', 'deferred', 'mailbox-full', '452 4.2.2 <' || upper(address) || '> is full'
          FROM delivery
        """);
    database.execute(
        "UPDATE delivery SET held_because = 'lastly with: 452 user1@gmail.test' WHERE address LIKE"
            + " 'User2@%'");
    suppressions.add(
        List.of(
            new Suppression(
                new SuppressionTarget.Address(USER1),
                SuppressionReason.MANUAL,
                "test",
                "user1@gmail.test wrote",
                NOON)));
    long id = suppressions.find(new SuppressionTarget.Address(USER1)).orElseThrow().id();
    suppressions.remove(id, "test", "user1@gmail.test asked", NOON);
    database.execute(
        """
        INSERT INTO import_job (list_id, file_name, state, started_at) SELECT id, 'f', 'finished', now() FROM mailing_list
        """);
    database.execute(
        "INSERT INTO import_reject SELECT id, 2, 'is bad',"
            + " 'USER1@gmail.test,\\u00fc,user11@gmail.test' FROM import_job");
    database.execute(
        "INSERT INTO soft_bounce VALUES ('user1@gmail.test', 'mailbox-full', 1, now(), now(),"
            + " NULL)");
  }

  @Test
  void exportsAndErasesFeedbackThatMatchedNoDelivery() {
    database.execute(
        """
        INSERT INTO feedback (key, at, source, received_from, kind, matched_by, trusted, recipient, diagnostic)
        VALUES ('k1', now(), 'smtp', 'mx', 'bounce', 'none', false, 'user1@gmail.test', '550 no user1@gmail.test'),
               ('k2', now(), 'smtp', 'mx', 'bounce', 'none', false, 'user2@gmail.test', '550')
        """);

    JsonNode feedback = Json.read(data.export(USER1), JsonNode.class).path("otherFeedback");
    assertThat(feedback).hasSize(1);
    assertThat(feedback.get(0).path("recipient").asText()).isEqualTo("user1@gmail.test");
    assertThat(feedback.get(0).has("key")).isFalse();

    data.erase(USER1, "test", NOON);
    assertThat(database.texts("SELECT recipient || ' ' || diagnostic FROM feedback ORDER BY id"))
        .containsExactly("[erased] 550 no [erased]", "user2@gmail.test 550");
  }

  @Test
  void exportsFeedbackBySpellingsThatDeliveriesAloneKnow() {
    database.execute(
        """
        UPDATE delivery SET address_key = lower(address), address = 'user1@spelled.test'
         WHERE lower(address) = 'user1@gmail.test'
        """);
    database.execute(
        """
        INSERT INTO feedback (key, at, source, received_from, kind, matched_by, trusted, recipient, diagnostic)
        VALUES ('k1', now(), 'smtp', 'mx', 'bounce', 'none', false, 'User1@spelled.test', '550')
        """);

    assertThat(Json.read(data.export(USER1), JsonNode.class).path("otherFeedback")).hasSize(1);
  }

  @Test
  void handsOutEverything() {
    JsonNode all = Json.read(data.export(USER1), JsonNode.class);

    assertThat(all.path("lists").path(0).path("attributes").path("name").asText())
        .isEqualTo("User 1");
    assertThat(all.path("deliveries").path(0).path("attemptsMade").path(0).path("reply").asText())
        .contains("is full");
    assertThat(all.path("liftedSuppressions")).hasSize(1);
    assertThat(all.path("softBounces")).hasSize(1);
    assertThat(all.path("rejectedImportRows")).hasSize(1);
    assertThat(all.toString()).doesNotContain("user12@");
  }

  @Test
  void leavesTheAddressInNoTable() {
    assertThat(tablesWith("user1@gmail.test")).isNotEmpty();
    String before = counts();

    RecipientData.Erased erased = data.erase(USER1, "test", NOON);

    assertThat(erased.recipients()).isEqualTo(1);
    assertThat(erased.deliveries()).isEqualTo(1);
    assertThat(tablesWith("user1@gmail.test")).isEmpty();
    assertThat(tablesWith("user11@gmail.test")).as("others stay").isNotEmpty();
    assertThat(database.texts("SELECT content FROM import_reject"))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("[erased]", "user11@gmail.test"));
    assertThat(counts()).isEqualTo(before);
    assertThat(data.erase(USER1, "test", NOON).recipients()).as("once more").isZero();
  }

  @Test
  void keepsTheErasedSuppressedByAHash() {
    data.erase(USER1, "test", NOON);
    assertThat(covering()).containsExactly("erased");

    suppressions.add(
        List.of(
            new Suppression(
                new SuppressionTarget.Address(USER1),
                SuppressionReason.HARD_BOUNCE,
                "test",
                "",
                NOON)));
    assertThat(tablesWith("user1@gmail.test")).as("a late bounce writes nothing").isEmpty();

    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        VALUES (?, 'USER1@gmail.test', 'user1@gmail.test', 'gmail.test')
        """,
        list);
    long next = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(next, 100, NOON, Instant.EPOCH);
    assertThat(
            database.texts(
                "SELECT category FROM delivery WHERE state = 'suppressed' AND campaign_id = ?",
                next))
        .containsExactly("erased");
  }

  @Test
  void endsAnOpenDeliveryOfTheErasedWhenItsTurnComes() {
    data.erase(USER1, "test", NOON);

    BatchClaim claim =
        new BatchStore(database.database())
            .claim(database.number("SELECT id FROM batch"), "node", NOON);

    assertThat(claim)
        .isInstanceOfSatisfying(
            BatchClaim.Granted.class,
            granted -> assertThat(granted.batch().deliveries()).hasSize(11));
    assertThat(
            database.texts(
                "SELECT state || ' ' || category || ' ' || attempts FROM delivery WHERE address ="
                    + " ''"))
        .containsExactly("suppressed erased 0");
    assertThat(database.texts("SELECT count FROM result_rollup WHERE category = 'erased'"))
        .containsExactly("1");
  }

  @Test
  void leavesNoSuppressionOfNobodyBesideAnUnsubscriptionUnderWay() throws Exception {
    Unsubscriptions unsubscriptions =
        new Unsubscriptions(database.database(), InstantSource.fixed(NOON));
    long delivery = database.number("SELECT id FROM delivery WHERE address = 'User1@gmail.test'");
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch mayCommit = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Boolean> clicked =
          pool.submit(
              () ->
                  database
                      .database()
                      .inTransaction(
                          connection -> {
                            unsubscriptions.unsubscribe(
                                connection, delivery, Unsubscriptions.Extent.LIST, "one-click");
                            written.countDown();
                            return passed(mayCommit);
                          }));
      assertThat(passed(written)).isTrue();
      Future<RecipientData.Erased> erasing = pool.submit(() -> data.erase(USER1, "test", NOON));
      Eventually.holds("the erasure waits", () -> erasing.isDone() || isWaiting());
      mayCommit.countDown();
      assertThat(clicked.get()).isTrue();
      assertThat(erasing.get().deliveries()).isEqualTo(1);
    }
    assertThat(suppressions.findPage(SuppressionFilter.ALL, 0, 10))
        .singleElement()
        .satisfies(one -> assertThat(one.suppression().reason().id()).isEqualTo("erased"));
    assertThat(tablesWith("user1@gmail.test")).isEmpty();
  }

  @Test
  void erasesASpellingThatNoListKnowsAnyMore() {
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        VALUES (?, 'Eve@bücher.test', 'eve@xn--bcher-kva.test', 'xn--bcher-kva.test')
        """,
        list);
    campaigns.resolve("xn--bcher-kva.test", "other", "other");
    long next = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(next, 100, NOON, Instant.EPOCH);
    database.execute("DELETE FROM recipient WHERE address LIKE 'Eve@%'");
    database.execute(
        "UPDATE delivery SET held_because = '450 <eve@BÜCHER.test> is busy' WHERE address LIKE"
            + " 'User3@%'");
    EmailAddress eve = EmailAddress.parse("eve@xn--bcher-kva.test");

    assertThat(Json.read(data.export(eve), JsonNode.class).path("deliveries")).hasSize(1);
    assertThat(data.erase(eve, "test", NOON).deliveries()).isEqualTo(1);
    assertThat(tablesWith("eve@bücher.test")).isEmpty();
  }

  private boolean isWaiting() {
    return database.number(
            """
            SELECT count(*) FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database()
            """)
        > 0;
  }

  private static boolean passed(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> covering() {
    return suppressions.findCovering(USER1, MailOrigin.UNKNOWN, NOON).stream()
        .map(found -> found.suppression().reason().id())
        .toList();
  }

  private String counts() {
    return database.number("SELECT count(*) FROM delivery")
        + " "
        + database.number("SELECT count(*) FROM attempt")
        + " "
        + database.texts("SELECT outcome || count FROM result_rollup ORDER BY 1");
  }

  /** Every column of every table whose text has an address that is not a part of a longer one. */
  private List<String> tablesWith(String address) {
    List<String> found = new ArrayList<>();
    for (String column :
        database.texts(
            """
            SELECT quote_ident(c.table_name) || '|' || quote_ident(c.column_name) FROM information_schema.columns c
              JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
               AND c.data_type NOT IN ('bigint', 'integer', 'smallint', 'boolean', 'timestamp with time zone')
            """)) {
      int bar = column.indexOf('|');
      String table = column.substring(0, bar);
      String name = column.substring(bar + 1);
      String pattern = "(^|[^[:alnum:]])" + address.replace(".", "\\.") + "($|[^[:alnum:]])";
      if (database.number(
              "SELECT count(*) FROM " + table + " WHERE " + name + "::text ~* ?", pattern)
          > 0) {
        found.add(column);
      }
    }
    return found;
  }
}
