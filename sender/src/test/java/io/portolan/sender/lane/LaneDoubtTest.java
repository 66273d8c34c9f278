package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.batch.BatchClaim;
import io.portolan.core.batch.BatchEnd;
import io.portolan.core.batch.BatchStore;
import io.portolan.core.batch.DoubtStore;
import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.sender.simulation.ServerPhase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Invariant 3: how often a message is sent of which nobody knows whether the peer took it. */
class LaneDoubtTest extends LaneFixture {

  @Test
  void sendsNoSecondCopyWhenACrashLosesTheResultAndTheCampaignHolds() throws Exception {
    inDoubt = InDoubt.HOLD;
    ClaimedBatch lost = sendAndLoseResult("anna");

    ClaimedBatch again = claim(lost.id());
    sender.send(again);

    assertThat(again.deliveries()).isEmpty();
    assertThat(network.mailboxes().messages()).isEqualTo(1);
    assertThat(states()).containsExactly("planned 0");
    assertThat(database.number("SELECT count(*) FROM delivery WHERE in_doubt_since IS NOT NULL"))
        .isEqualTo(1);
  }

  @Test
  void sendsOneMoreCopyWithTheSameMessageIdWhenACrashLosesTheResultAndTheCampaignResends()
      throws Exception {
    ClaimedBatch lost = sendAndLoseResult("anna");

    sender.send(claim(lost.id()));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(network.mailboxes().messages()).isEqualTo(2);
    assertThat(network.mailboxes().duplicates()).isEqualTo(Map.of("anna@isp.test", 1));
  }

  @Test
  void holdsWhatGotNoAnswerAfterTheDotUntilSomebodyDecidesToSendItAgain() throws Exception {
    inDoubt = InDoubt.HOLD;
    server().on(ServerPhase.DOT).keepMessage().close().once();
    ClaimedBatch batch = batch("anna");

    sender.send(batch);

    assertThat(states()).containsExactly("planned 1");
    assertThat(database.texts("SELECT category || ' ' || pinned_route FROM delivery"))
        .containsExactly("no-answer direct");
    Instant now = InstantSource.system().instant();
    QueuedBatch aside = retry(batch, now);
    assertThat(aside.dueAt()).isAfter(now.plus(Duration.ofHours(23)));

    DoubtStore.Resent resent = new DoubtStore(database.database()).resend(batch.campaignId(), now);

    assertThat(resent.deliveries()).isEqualTo(1);
    assertThat(resent.batches()).extracting(QueuedBatch::id).containsExactly(aside.id());
    sender.send(claim(aside.id()));
    assertThat(states()).containsExactly("accepted 2");
    assertThat(network.mailboxes().duplicates()).isEqualTo(Map.of("anna@isp.test", 1));
  }

  @Test
  void takesTheNoteOfAnOfferBackWithItsResult() throws Exception {
    inDoubt = InDoubt.HOLD;

    sender.send(batch("anna", "nobody1", "full1"));

    assertThat(states()).containsExactly("accepted 1", "bounced 1", "planned 1");
    assertThat(database.number("SELECT count(*) FROM delivery WHERE offer_expires_at IS NOT NULL"))
        .isZero();
  }

  @Test
  void notesTheOfferBeforeThePeerHasTheMessage() throws Exception {
    inDoubt = InDoubt.HOLD;
    network
        .mailboxes()
        .watch(
            _ ->
                assertThat(
                        database.number(
                            "SELECT count(*) FROM delivery WHERE offer_expires_at IS NOT NULL"))
                    .isEqualTo(1));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("accepted 1");
  }

  @Test
  void offersNothingUnderAClaimThatWasLost() throws Exception {
    inDoubt = InDoubt.HOLD;
    ClaimedBatch batch = batch("anna", "ben");
    database.execute("UPDATE batch SET epoch = epoch + 1");

    sender.send(batch);

    assertThat(network.mailboxes().messages()).isZero();
    assertThat(states()).containsOnly("planned 0");
  }

  /** Sends a batch of one whose result never comes into the database, and gives the batch back. */
  private ClaimedBatch sendAndLoseResult(String localPart) throws Exception {
    ClaimedBatch batch = batch(localPart);
    database.execute(
        """
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.state = 'accepted' THEN RAISE EXCEPTION 'lost'; END IF;
          RETURN NEW;
        END $$
        """);
    database.execute(
        "CREATE TRIGGER lose BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION lose()");
    sender.send(batch);
    database.execute("DROP TRIGGER lose ON delivery");
    database.execute("UPDATE batch SET state = 'queued'");
    return batch;
  }

  private ClaimedBatch claim(long batchId) {
    return ((BatchClaim.Granted)
            new BatchStore(database.database())
                .claim(batchId, "node-b", InstantSource.system().instant()))
        .batch();
  }

  private QueuedBatch retry(ClaimedBatch batch, Instant now) {
    return ((BatchEnd.Done)
            new BatchStore(database.database()).end(batch, now, Duration.ofSeconds(1)))
        .retries()
        .getFirst();
  }
}
