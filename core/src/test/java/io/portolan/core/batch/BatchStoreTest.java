package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignState;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchStoreTest extends BatchFixture {
  @Test
  void claimsAQueuedBatchAndLoadsWhatIsOpen() {
    long campaign = planned(3);
    database.execute("UPDATE delivery SET state = 'accepted' WHERE address = 'User2@gmail.com'");

    ClaimedBatch batch = claim(firstBatch());

    assertThat(batch.campaignId()).isEqualTo(campaign);
    assertThat(batch.platform()).isEqualTo("gmail");
    assertThat(batch.epoch()).isEqualTo(1);
    assertThat(batch.content().subject()).isEqualTo("Hello {{name}}");
    assertThat(batch.deliveries())
        .extracting(ClaimedDelivery::address)
        .containsExactly("User1@gmail.com", "User3@gmail.com");
    assertThat(batch.deliveries().getFirst().attributes()).isEqualTo(Map.of("name", "User 1"));
    assertThat(database.texts("SELECT state::text || claimed_by FROM batch"))
        .containsExactly("claimednode-a");
  }

  @Test
  void batchesInHandShareTheContentOfTheirCampaignUntilItIsAnother() {
    planned(3);
    ClaimedBatch first = claim(splitOff("User1@gmail.com"));
    ClaimedBatch second = claim(splitOff("User2@gmail.com"));
    assertThat(second.content()).isSameAs(first.content());

    database.execute(
        "UPDATE campaign SET content = jsonb_set(content, '{subject}', '\"Changed\"')");

    assertThat(claim(firstBatch()).content().subject()).isEqualTo("Changed");
  }

  @Test
  void leavesWhatADeadNodeDeferredToItsTime() {
    planned(3);
    ClaimedBatch batch = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusSeconds(900));
    defer("User2@gmail.com", NOW);
    database.execute("UPDATE batch SET state = 'queued', claimed_by = NULL, epoch = epoch + 1");

    ClaimedBatch again = claim(batch.id());

    assertThat(again.deliveries())
        .extracting(ClaimedDelivery::address)
        .containsExactly("User2@gmail.com", "User3@gmail.com");
    database.execute("UPDATE delivery SET state = 'accepted' WHERE address <> 'User1@gmail.com'");
    assertThat(end(again))
        .isInstanceOfSatisfying(
            BatchEnd.Done.class,
            done ->
                assertThat(done.retries())
                    .singleElement()
                    .satisfies(retry -> assertThat(retry.dueAt()).isEqualTo(NOW.plusSeconds(900))));
  }

  @Test
  void loadsADeliveryWhoseRecipientWasDeletedWithoutAttributes() {
    planned(1);
    database.execute("DELETE FROM recipient");

    assertThat(claim(firstBatch()).deliveries().getFirst().attributes()).isEmpty();
  }

  @Test
  void refusesABatchThatAnotherNodeHas() {
    planned(1);
    claim(firstBatch());

    assertThat(batches.claim(firstBatch(), "node-b", NOW)).isEqualTo(new BatchClaim.Refused());
    assertThat(batches.claim(4711, "node-b", NOW)).isEqualTo(new BatchClaim.Refused());
  }

  @Test
  void leavesABatchQueuedWhileItsCampaignDoesNotRun() {
    long campaign = planned(1);
    campaigns.moveTo(campaign, "paused");

    assertThat(batches.claim(firstBatch(), "node-a", NOW))
        .isEqualTo(
            new BatchClaim.NotRunning(
                new QueuedBatch(firstBatch(), campaign, "gmail", NOW), CampaignState.PAUSED));
    assertThat(database.texts("SELECT state::text || epoch FROM batch")).containsExactly("queued0");
  }

  @Test
  void isDoneWhenEveryDeliveryEnded() {
    planned(2);
    ClaimedBatch batch = claim(firstBatch());
    database.execute("UPDATE delivery SET state = 'accepted'");

    assertThat(end(batch)).isEqualTo(new BatchEnd.Done(List.of()));
    assertThat(database.texts("SELECT state || coalesce(claimed_by, '-') FROM batch"))
        .containsExactly("done-");
  }

  @Test
  void queuesWhatWasLeftUntouchedAgain() {
    long campaign = planned(3);
    ClaimedBatch batch = claim(firstBatch());
    database.execute("UPDATE delivery SET state = 'accepted' WHERE address = 'User2@gmail.com'");

    BatchEnd end = batches.end(batch, NOW, Duration.ofSeconds(1));

    assertThat(end)
        .isEqualTo(
            new BatchEnd.Requeued(
                new QueuedBatch(batch.id(), campaign, "gmail", NOW.plusSeconds(1)), List.of()));
    assertThat(database.texts("SELECT state::text || size FROM batch")).containsExactly("queued2");
    assertThat(claim(batch.id()).epoch()).isEqualTo(2);
  }

  @Test
  void putsDeferralsOfTheSameTimeIntoOneRetryBatch() {
    planned(4);
    ClaimedBatch batch = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusSeconds(901));
    defer("User2@gmail.com", NOW.plusSeconds(929));
    defer("User3@gmail.com", NOW.plusSeconds(1_000));
    database.execute("UPDATE delivery SET state = 'bounced' WHERE address = 'User4@gmail.com'");

    BatchEnd end = end(batch);

    assertThat(end).isInstanceOf(BatchEnd.Done.class);
    assertThat(((BatchEnd.Done) end).retries())
        .extracting(QueuedBatch::dueAt)
        .containsExactlyInAnyOrder(NOW.plusSeconds(930), NOW.plusSeconds(1_020));
    assertThat(
            database.texts(
                """
                SELECT b.kind || ' ' || b.state || ' ' || b.size || ' ' || count(d.id) FROM batch b
                  JOIN delivery d ON d.batch_id = b.id AND d.state = 'planned' GROUP BY b.id ORDER BY b.due_at
                """))
        .containsExactly("retry queued 2 2", "retry queued 1 1");
  }

  @Test
  void roundsShortWaitsUpToShorterSteps() {
    planned(3);
    ClaimedBatch batch = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusMillis(1_200));
    defer("User2@gmail.com", NOW.plusSeconds(301));
    defer("User3@gmail.com", NOW.plusSeconds(30));

    BatchEnd.Done end = (BatchEnd.Done) end(batch);

    assertThat(end.retries())
        .extracting(QueuedBatch::dueAt)
        .containsExactlyInAnyOrder(NOW.plusSeconds(2), NOW.plusSeconds(305), NOW.plusSeconds(30));
  }

  @Test
  void sharesARetryBatchWithOtherBatchesOfTheSameTime() {
    planned(2);
    long second = splitOff("User2@gmail.com");
    ClaimedBatch one = claim(firstBatch());
    ClaimedBatch other = claim(second);
    defer("User1@gmail.com", NOW.plusSeconds(910));
    defer("User2@gmail.com", NOW.plusSeconds(925));

    BatchEnd.Done first = (BatchEnd.Done) end(one);
    BatchEnd.Done joined = (BatchEnd.Done) end(other);

    assertThat(joined.retries()).isEqualTo(first.retries());
    assertThat(database.texts("SELECT size FROM batch WHERE kind = 'retry'")).containsExactly("2");
  }

  @Test
  void joinsNoRetryBatchThatIsFullOrClaimed() {
    planned(3);
    long second = splitOff("User2@gmail.com");
    long third = splitOff("User3@gmail.com");
    ClaimedBatch one = claim(firstBatch());
    ClaimedBatch two = claim(second);
    ClaimedBatch three = claim(third);
    for (String user : List.of("User1@gmail.com", "User2@gmail.com", "User3@gmail.com")) {
      defer(user, NOW.plusSeconds(910));
    }
    end(one);
    database.execute("UPDATE batch SET size = 1000 WHERE kind = 'retry'");
    end(two);
    database.execute("UPDATE batch SET state = 'claimed' WHERE kind = 'retry'");
    end(three);

    assertThat(database.texts("SELECT size FROM batch WHERE kind = 'retry' ORDER BY id"))
        .containsExactly("1000", "1", "1");
  }

  @Test
  void separatesUntouchedFromDeferred() {
    planned(2);
    ClaimedBatch batch = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusSeconds(910));
    defer("User2@gmail.com", NOW.minusSeconds(1));

    BatchEnd.Requeued end = (BatchEnd.Requeued) end(batch);

    assertThat(end.batch().id()).isEqualTo(batch.id());
    assertThat(end.retries()).hasSize(1);
    assertThat(claim(batch.id()).deliveries())
        .extracting(ClaimedDelivery::address)
        .containsExactly("User2@gmail.com");
  }

  @Test
  void changesNothingUnderAStaleEpoch() {
    planned(2);
    ClaimedBatch old = claim(firstBatch());
    assertThat(batches.revokeOfDeadNodes())
        .extracting(QueuedBatch::id)
        .containsExactly(firstBatch());
    ClaimedBatch current = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusSeconds(910));

    assertThat(end(old)).isEqualTo(new BatchEnd.Lost());
    assertThat(database.texts("SELECT state::text || epoch FROM batch"))
        .containsExactly("claimed3");
    assertThat(end(current)).isInstanceOf(BatchEnd.Requeued.class);
  }

  @Test
  void leavesTheBatchesOfLiveNodesToThem() {
    planned(1);
    claim(firstBatch());
    database.execute("INSERT INTO qrtz_scheduler_state VALUES ('portolan', 'node-a', 1, 1)");

    assertThat(batches.revokeOfDeadNodes()).isEmpty();
  }

  @Test
  void takesBatchesBackThatTheirNodeDoesNotWorkOn() {
    planned(2);
    long second = splitOff("User2@gmail.com");
    claim(firstBatch());
    claim(second);

    assertThat(batches.revokeLeft("node-b", Set::of)).isEmpty();
    assertThat(batches.revokeLeft("node-a", () -> Set.of(second)))
        .extracting(QueuedBatch::id)
        .containsExactly(firstBatch());
    assertThat(batches.revokeLeft("node-a", Set::of)).hasSize(1);
  }

  /** What a node works on may have changed a hundred times before the statement arrives. */
  @Test
  void leavesAClaimThatIsNewerThanTheLookAtClaims() {
    planned(1);
    ClaimedBatch before = claim(firstBatch());

    assertThat(
            batches.revokeLeft(
                "node-a",
                () -> {
                  end(before);
                  claim(firstBatch());
                  return Set.of();
                }))
        .isEmpty();
    assertThat(database.texts("SELECT state::text FROM batch")).containsExactly("claimed");
  }
}
