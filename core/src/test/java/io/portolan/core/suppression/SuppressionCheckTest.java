package io.portolan.core.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuppressionCheckTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final EmailAddress ANNA = EmailAddress.parse("Anna@sub.example.org");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private Instant now = NOON;
  private final InstantSource clock = () -> now;
  private final SuppressionStore store = new SuppressionStore(database.database());

  @Test
  void seesWhatWasSuppressedSinceItLookedLast() {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    suppress("anna@sub.example.org");
    assertThat(isCovered(check, NOON)).isFalse();

    check.refresh();

    assertThat(isCovered(check, NOON)).isTrue();
  }

  @Test
  void seesASuppressedDomainAboveAndOneThatIsLiftedAgain() {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    suppress("example.org");
    check.refresh();
    assertThat(isCovered(check, NOON)).isTrue();

    long id = store.find(SuppressionTarget.parse("example.org")).orElseThrow().id();
    store.remove(id, "test", "", NOON);

    assertThat(isCovered(check, NOON)).as("memory asks, the database says").isFalse();
  }

  @Test
  void asksTheDatabaseWhenMoreChangedThanOneLookReads() {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    database.execute(
        """
        INSERT INTO suppression (kind, value, list_id, reason, source)
        SELECT 'address', 'ben@example.org', n, 'unsubscribe', 'test' FROM generate_series(1, 20001) AS n
        """);
    suppress("anna@sub.example.org");

    check.refresh();

    assertThat(isCovered(check, NOON)).isTrue();
  }

  @Test
  void missesNothingThatIsCommittedLaterThanWhatCameAfterIt() throws Exception {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> slow =
          threads.submit(
              () ->
                  database
                      .database()
                      .execute(
                          connection -> {
                            SuppressionRows.add(
                                connection, List.of(suppression("anna@sub.example.org")));
                            written.countDown();
                            await(read);
                          }));
      written.await();
      suppress("ben@example.org");
      check.refresh();
      check.refresh();
      assertThat(isCovered(check, NOON)).isFalse();
      read.countDown();
      slow.get();
    }

    check.refresh();

    assertThat(isCovered(check, NOON)).isTrue();
  }

  @Test
  void asksTheDatabaseForABatchThatIsOlderThanItsMemory() {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    suppress("anna@sub.example.org");
    check.refresh();
    for (int minutes = 20; minutes <= 120; minutes += 20) {
      now = NOON.plus(Duration.ofMinutes(minutes));
      check.refresh();
    }

    assertThat(isCovered(check, NOON)).as("forgotten, and so looked up").isTrue();
    assertThat(isCovered(check, now.plusSeconds(120))).as("its claim would have seen it").isFalse();
  }

  /** A look reaches an hour back, by the database's clock. */
  @Test
  void asksTheDatabaseAfterANodeStoodStillForLongerThanALookReaches() {
    SuppressionCheck check = new SuppressionCheck(database.database(), clock);
    suppress("anna@sub.example.org");
    database.execute("UPDATE suppression SET changed_at = now() - interval '90 minutes'");
    now = NOON.plus(Duration.ofHours(2));

    assertThat(isCovered(check, NOON)).as("before it looks").isTrue();
    check.refresh();
    assertThat(isCovered(check, NOON)).as("after it looked").isTrue();
    check.refresh();
    assertThat(isCovered(check, now.plusSeconds(120))).as("its claim would have seen it").isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isCovered(SuppressionCheck check, Instant since) {
    return check.findSince(since, ANNA, MailOrigin.UNKNOWN).isPresent();
  }

  private void suppress(String target) {
    store.add(List.of(suppression(target)));
  }

  private static Suppression suppression(String target) {
    return new Suppression(
        SuppressionTarget.parse(target), SuppressionReason.MANUAL, "test", "", NOON);
  }
}
