package io.portolan.core.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.database.TestOutage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ImportFailureTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ROWS = 2 * ImportChunk.MOST_ROWS + 500;

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final InstantSource clock = InstantSource.system();
  private final ImportStore imports = new ImportStore(postgres.database(), clock);
  private final RecipientStore recipients = new RecipientStore(postgres.database());
  private long list;

  @BeforeEach
  void makeList() {
    list = new ListStore(postgres.database(), clock).create(UUID.randomUUID().toString(), "").id();
  }

  @Test
  void goesOnWhenItsSessionsAreEnded() throws IOException {
    try (TestOutage network = new TestOutage(postgres.settings());
        Database database = Database.open(network.settings())) {

      ImportJob job =
          run(
              importer(database, PATIENCE),
              progress -> {
                network.cut();
                network.mend();
              });

      assertThat(job.state()).isEqualTo(ImportState.FINISHED);
      assertThat(job.rows()).isEqualTo(new ImportCounts(ROWS, ROWS, 0, 0, 0, 0));
      assertThat(recipients.count(list)).isEqualTo(ROWS);
    }
  }

  @Test
  void waitsForADatabaseThatIsAwayForAWhile() throws IOException {
    try (TestOutage network = new TestOutage(postgres.settings());
        Database database = Database.open(network.settings())) {
      AtomicBoolean once = new AtomicBoolean();

      ImportJob job =
          run(
              importer(database, PATIENCE),
              progress -> {
                if (progress.rows().read() > 0 && once.compareAndSet(false, true)) {
                  network.cut();
                  Thread.ofVirtual().start(() -> mendAfterRefusals(network));
                }
              });

      assertThat(once).isTrue();
      assertThat(job.state()).isEqualTo(ImportState.FINISHED);
      assertThat(job.rows()).isEqualTo(new ImportCounts(ROWS, ROWS, 0, 0, 0, 0));
      assertThat(recipients.count(list)).isEqualTo(ROWS);
    }
  }

  @Test
  void givesUpOnADatabaseThatStaysAwayAndKeepsWhatWasImported() {
    try (TestOutage network = new TestOutage(postgres.settings());
        Database database = Database.open(network.settings())) {

      assertThatThrownBy(
              () ->
                  run(
                      importer(database, Duration.ofMillis(200)),
                      progress -> {
                        if (progress.rows().read() > 0) {
                          network.cut();
                        }
                      }))
          .isInstanceOf(DatabaseException.class);
    }

    ImportJob failed = awaitAbandoned();
    assertThat(failed.state()).isEqualTo(ImportState.FAILED);
    assertThat(failed.error())
        .hasValue(
            "The process that ran it ended. The rows counted here are imported; import the file"
                + " again for the others.");
    assertThat(failed.rows().created())
        .as("the second group may have been counted before the network was cut")
        .isBetween((long) ImportChunk.MOST_ROWS, 2L * ImportChunk.MOST_ROWS)
        .isEqualTo(recipients.count(list));
  }

  @Test
  void failsWithWhatWasReadWhenTheFileBreaksOff() throws IOException {
    InputStream file =
        TestFile.of(
            TestFile.of(RecipientImporterTest.rows(ImportChunk.MOST_ROWS + 1)),
            TestFile.broken("connection reset"));

    ImportJob job = importer(postgres.database(), PATIENCE).run(request(), file, progress -> {});

    assertThat(job.state()).isEqualTo(ImportState.FAILED);
    assertThat(job.error())
        .hasValue(
            "The file could not be read any further: connection reset. The rows counted here are"
                + " imported; import the file again for the others.");
    assertThat(job.rows().created()).isEqualTo(ImportChunk.MOST_ROWS);
    assertThat(imports.get(job.id())).isEqualTo(job);
  }

  @Test
  void recordsThatItWasInterrupted() throws Exception {
    List<ImportJob> outcome = new ArrayList<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread node =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    outcome.add(
                        run(
                            importer(postgres.database(), PATIENCE),
                            progress -> {
                              if (progress.rows().read() > 0) {
                                Thread.currentThread().interrupt();
                              }
                            }));
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                  stillInterrupted.set(Thread.currentThread().isInterrupted());
                });
    node.join();

    assertThat(outcome).extracting(ImportJob::state).containsExactly(ImportState.FAILED);
    assertThat(outcome.getFirst().rows().created())
        .isBetween((long) ImportChunk.MOST_ROWS, 2L * ImportChunk.MOST_ROWS)
        .isEqualTo(recipients.count(list));
    assertThat(stillInterrupted).isTrue();
  }

  @Test
  void recordsAFaultAndPassesItOn() {
    assertThatThrownBy(
            () ->
                run(
                    importer(postgres.database(), PATIENCE),
                    progress -> {
                      throw new IllegalStateException("listener");
                    }))
        .isInstanceOf(IllegalStateException.class);

    ImportJob job = imports.page(list, Optional.empty(), 1).items().getFirst();
    assertThat(job.state()).isEqualTo(ImportState.FAILED);
    assertThat(job.error().orElseThrow()).contains("listener");
  }

  @Test
  void stopsWhenItsRecordWasEndedByAnother() {
    assertThatThrownBy(
            () ->
                run(
                    importer(postgres.database(), PATIENCE),
                    progress ->
                        postgres.execute(
                            "UPDATE import_job SET state = 'failed' WHERE id = ?", progress.id())))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("was ended elsewhere");
    assertThat(recipients.count(list)).isZero();
  }

  @Test
  void marksAbandonedImportsAndLetsRunningOnesGoOn() throws IOException {
    long dead =
        postgres.number(
            """
            INSERT INTO import_job (list_id, file_name, state, started_at)
            VALUES (?, 'dead.csv', 'running', now()) RETURNING id
            """,
            list);
    List<Long> marked = new ArrayList<>();

    ImportJob job =
        run(
            importer(postgres.database(), PATIENCE),
            progress -> imports.failAbandoned().forEach(failed -> marked.add(failed.id())));

    assertThat(marked).containsExactly(dead);
    assertThat(job.state()).isEqualTo(ImportState.FINISHED);
    assertThat(imports.get(dead).progress().finishedAt()).isPresent();
    assertThat(imports.failAbandoned()).isEmpty();
  }

  @Test
  void letsTwoImportsOfTheSamePeopleRunAtOnce() throws Exception {
    RecipientImporter importer = importer(postgres.database(), PATIENCE);
    List<Future<ImportJob>> running = new ArrayList<>();
    List<ImportJob> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (boolean backwards : new boolean[] {false, true}) {
        running.add(
            threads.submit(
                () -> importer.run(request(), TestFile.of(rows(backwards)), progress -> {})));
      }
      for (Future<ImportJob> job : running) {
        done.add(job.get());
      }
    }

    assertThat(done)
        .allSatisfy(job -> assertThat(job.state()).as("%s", job).isEqualTo(ImportState.FINISHED));
    assertThat(done.stream().mapToLong(job -> job.rows().created()).sum()).isEqualTo(ROWS);
    assertThat(recipients.count(list)).isEqualTo(ROWS);
  }

  @Test
  void refusesMoreImportsThanThePoolCanCarry() throws Exception {
    RecipientImporter importer = importer(postgres.database(), PATIENCE);
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    List<Future<ImportJob>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int job = 0; job < 2; job++) {
        running.add(
            threads.submit(
                () ->
                    importer.run(
                        request(),
                        TestFile.of("email\n"),
                        progress -> {
                          begun.countDown();
                          await(end);
                        })));
      }
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

      assertThatThrownBy(() -> importer.run(request(), TestFile.of("email\n"), progress -> {}))
          .isInstanceOf(ConflictException.class)
          .hasMessageStartingWith("2 imports are running already");
      end.countDown();
      for (Future<ImportJob> job : running) {
        assertThat(job.get().state()).isEqualTo(ImportState.FINISHED);
      }
    }
    assertThat(importer.run(request(), TestFile.of("email\n"), progress -> {}).state())
        .isEqualTo(ImportState.FINISHED);
  }

  private static String rows(boolean backwards) {
    StringBuilder file = new StringBuilder("email,n\n");
    for (int row = 0; row < ROWS; row++) {
      int person = backwards ? ROWS - 1 - row : row;
      file.append("p").append(person).append("@a.example,").append(backwards).append('\n');
    }
    return file.toString();
  }

  private ImportJob awaitAbandoned() {
    Instant deadline = clock.instant().plusSeconds(20);
    while (clock.instant().isBefore(deadline)) {
      List<ImportJob> failed = imports.failAbandoned();
      if (!failed.isEmpty()) {
        return failed.getFirst();
      }
      LockSupport.parkNanos(20_000_000); // PostgreSQL has not noticed yet that the session is gone
    }
    throw new AssertionError("no import was marked as failed");
  }

  private static void mendAfterRefusals(TestOutage network) {
    try {
      network.awaitRefused(3);
      network.mend();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private ImportJob run(RecipientImporter importer, Consumer<ImportJob> listener)
      throws IOException {
    return importer.run(request(), TestFile.of(RecipientImporterTest.rows(ROWS)), listener);
  }

  private RecipientImporter importer(Database database, Duration patience) {
    return new RecipientImporter(database, clock, patience);
  }

  private ImportRequest request() {
    return new ImportRequest(list, "people.csv", Optional.empty(), ImportOptions.DEFAULT);
  }
}
