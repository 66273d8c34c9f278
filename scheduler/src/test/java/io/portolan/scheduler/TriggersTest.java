package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.database.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.quartz.TriggerKey;

class TriggersTest {
  private static final int ROUNDS = 100;

  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();

  /** Who ends a batch may store the trigger of one that a person makes due at that moment. */
  @Test
  void replacesATriggerThatIsStoredAtTheSameMoment() throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Instant late = now.plus(Duration.ofHours(1));
    try (Database database = Database.openFor("triggers", fixture.database().settings());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      QuartzNode node = QuartzNode.create(database.dataSource(), TestNode.settings());
      try {
        Triggers triggers = new Triggers(node.scheduler());
        triggers.storeJobs();
        for (long id = 1; id <= ROUNDS; id++) {
          QueuedBatch batch = new QueuedBatch(id, 7, "host.test", late);
          CyclicBarrier together = new CyclicBarrier(2);
          Future<?> stored =
              threads.submit(
                  () -> {
                    together.await();
                    triggers.storeBatch(batch, late);
                    return true;
                  });
          Future<?> replaced =
              threads.submit(
                  () -> {
                    together.await();
                    triggers.replaceBatch(batch, now);
                    return true;
                  });
          stored.get();
          replaced.get();

          assertThat(
                  node.scheduler()
                      .getTrigger(new TriggerKey(Long.toString(id), "7"))
                      .getStartTime())
              .as("start of batch %d", id)
              .isEqualTo(Date.from(now));
        }
      } finally {
        node.shutDown();
      }
    }
  }
}
