package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LaunchAndSendTest {
  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();

  @Test
  void launchesAtItsInstantAndSendsToEachOnce() throws InterruptedException {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(1_200);
    Instant launchAt = Instant.now().plusMillis(1_500);

    node.scheduler().schedule(campaign, launchAt);

    assertThat(node.sender().nextOffered().at()).isAfterOrEqualTo(launchAt);
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 1_200);
    Eventually.holds(
        "no trigger is left",
        () -> fixture.database().number("SELECT count(*) FROM qrtz_triggers") == 0);
  }

  @Test
  void launchesAtTheLaterInstantWhenItWasScheduledAnew() throws InterruptedException {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(1);
    Instant later = Instant.now().plusSeconds(2);
    node.scheduler().schedule(campaign, Instant.now().plusMillis(800));
    node.scheduler().unschedule(campaign);

    node.scheduler().schedule(campaign, later);

    assertThat(node.sender().nextOffered().at()).isAfterOrEqualTo(later);
    fixture.awaitState(campaign, "finished");
  }

  @Test
  void doesNotLaunchWhatWasUnscheduled() throws InterruptedException {
    TestNode node = fixture.startNode();
    long unscheduled = fixture.draft(1);
    long other = fixture.draft(1);
    Instant launchAt = Instant.now().plusMillis(800);
    node.scheduler().schedule(unscheduled, launchAt);
    node.scheduler().schedule(other, launchAt.plusMillis(500));

    node.scheduler().unschedule(unscheduled);

    fixture.awaitState(other, "finished");
    assertThat(fixture.state(unscheduled)).isEqualTo("draft");
  }

  @Test
  void resolvesDomainsThatAreNotKnownYet() {
    TestNode node = fixture.startNode();
    long list = fixture.campaigns().list();
    fixture.campaigns().recipients(list, "orange.fr", 3);
    fixture.campaigns().recipients(list, "unknown.example", 2);
    long campaign = fixture.campaigns().draft(list, Optional.empty());

    node.scheduler().scheduleNow(campaign);

    fixture.awaitState(campaign, "finished");
    assertThat(
            fixture
                .database()
                .texts("SELECT isp || ' ' || recipients FROM campaign_isp ORDER BY isp"))
        .containsExactly("orange 3", "other 2");
  }

  @Test
  void finishesACampaignWhoseRecipientsAreAllSuppressed() {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(5);
    node.scheduler().schedule(campaign, Instant.now().plusSeconds(1));

    fixture.campaigns().suppress("domain", "gmail.com", "manual");

    fixture.awaitState(campaign, "finished");
    assertThat(fixture.campaigns().deliveries(campaign, "suppressed")).isEqualTo(5);
  }

  @Test
  void triesDeferralsAgainAtTheirTime() {
    TestNode node = fixture.startNode();
    Duration wait = Duration.ofMillis(1_500);
    node.sender()
        .follow(
            (_, delivery) ->
                delivery.attempts() == 0
                    ? node.sender().deferred(Instant.now().plus(wait))
                    : node.sender().accepted());
    long campaign = fixture.draft(700);

    node.scheduler().scheduleNow(campaign);

    fixture.awaitState(campaign, "finished");
    assertThat(fixture.campaigns().deliveries(campaign, "accepted")).isEqualTo(700);
    assertThat(
            fixture
                .database()
                .number(
                    """
                    SELECT count(*) FROM attempt one JOIN attempt two USING (delivery_id)
                     WHERE one.number = 1 AND two.number = 2 AND two.at >= one.at + ?::interval
                    """,
                    wait.toMillis() - 1 + " ms"))
        .isEqualTo(700);
    assertThat(fixture.campaigns().rolledUp(campaign, "deferred")).isEqualTo(700);
  }

  @Test
  void triesWhatIsDueAgainBeforeWhatWasNeverSent() throws InterruptedException {
    TestNode node = fixture.startNode(TestNode.settings(1));
    CountDownLatch retryIsDue = new CountDownLatch(1);
    List<Long> inOrder = new CopyOnWriteArrayList<>();
    AtomicReference<@Nullable Instant> again = new AtomicReference<>();
    node.sender()
        .follow(
            (batch, delivery) -> {
              if (!inOrder.contains(batch.id())) {
                inOrder.add(batch.id());
              }
              if (inOrder.size() == 1) {
                again.compareAndSet(null, Instant.now().plusSeconds(3));
                return node.sender().deferred(Objects.requireNonNull(again.get()));
              }
              retryIsDue.await();
              return node.sender().accepted();
            });
    long campaign = fixture.draft(4_000);

    node.scheduler().scheduleNow(campaign);
    Eventually.holds(
        "a retry is due",
        () ->
            fixture
                    .database()
                    .number(
                        "SELECT count(*) FROM batch WHERE kind = 'retry' AND due_at <= clock_timestamp()")
                == 1);
    retryIsDue.countDown();

    fixture.awaitState(campaign, "finished");
    assertThat(fixture.campaigns().deliveries(campaign, "accepted")).isEqualTo(4_000);
    long retry = fixture.database().number("SELECT id FROM batch WHERE kind = 'retry'");
    assertThat(inOrder).hasSize(5).element(2).as("the retry").isEqualTo(retry);
  }

  @Test
  void goesOnWithOtherPlatformsWhileOneDoesNotMove() {
    TestNode node = fixture.startNode();
    node.sender().block("gmail");
    long slow = fixture.draft(5_000);
    long list = fixture.campaigns().list();
    fixture.campaigns().recipients(list, "gmx.net", 1_000);
    long quick = fixture.campaigns().draft(list, Optional.empty());

    node.scheduler().scheduleNow(slow);
    Eventually.holds(
        "all is planned", () -> fixture.campaigns().deliveries(slow, "planned") == 5_000);
    node.scheduler().scheduleNow(quick);

    fixture.awaitState(quick, "finished");
    assertThat(
            fixture
                .database()
                .number(
                    "SELECT count(*) FROM qrtz_triggers WHERE trigger_group = ?",
                    Long.toString(slow)))
        .as("triggers of a campaign of ten batches")
        .isLessThanOrEqualTo(6);
    node.sender().unblock("gmail");
    fixture.awaitState(slow, "finished");
    fixture.assertEachAcceptedOnce(slow, 5_000);
  }

  @Test
  void triesABatchAgainWhoseSenderFails() {
    TestNode node = fixture.startNode();
    node.sender()
        .follow(
            (batch, _) -> {
              if (batch.epoch() == 1) {
                throw new IllegalStateException("a defect");
              }
              return node.sender().accepted();
            });
    long campaign = fixture.draft(3);

    node.scheduler().scheduleNow(campaign);

    Eventually.holds(
        "the batch is queued again",
        () ->
            fixture
                    .database()
                    .number("SELECT count(*) FROM batch WHERE state = 'queued' AND epoch = 1")
                == 1);
    assertThat(
            fixture
                .database()
                .number("SELECT count(*) FROM batch WHERE due_at > now() + interval '20 s'"))
        .isOne();
  }
}
