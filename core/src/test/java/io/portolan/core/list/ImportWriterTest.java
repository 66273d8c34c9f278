package io.portolan.core.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Sql;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ImportWriterTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final String WAITING =
      """
      SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE NOT l.granted AND a.datname = current_database()
      """;

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final InstantSource clock = InstantSource.system();
  private final RecipientStore recipients = new RecipientStore(postgres.database());
  private long list;

  @BeforeEach
  void makeList() {
    list = new ListStore(postgres.database(), clock).create(UUID.randomUUID().toString(), "").id();
  }

  @Test
  void countsAGroupOnceWhoseCommitWasNotHeardOf() throws IOException {
    ImportChunk chunk = chunk("email,n\na@a.example,1\nbad\n");

    ImportJob first = write(chunk, new MetRecipients(10)).job();
    ImportWriter.Written second = write(chunk, new MetRecipients(10));
    postgres.execute("UPDATE import_job SET state = 'finished' WHERE id = ?", chunk.importId());

    assertThat(first.rows()).isEqualTo(new ImportCounts(2, 1, 0, 0, 0, 1));
    assertThat(second.job()).isEqualTo(first);
    assertThat(second.met()).as("who must be known later all the same").hasSize(1);
    assertThat(recipients.count(list)).isEqualTo(1);
  }

  @Test
  void writesNothingBeforeItsTurn() throws IOException {
    CsvRows rows =
        new CsvRows(
            TestFile.of("email,n\n" + "a@a.example,1\n".repeat(10_000) + "b@b.example,2\n"));
    ImportChunk first =
        ImportChunk.first(rows, CsvHeader.read(rows, ImportOptions.DEFAULT), begin());
    ImportChunk second = first.next(rows);

    assertThatThrownBy(() -> write(second, new MetRecipients(10)))
        .isInstanceOf(OutOfTurnException.class);
    assertThat(recipients.count(list)).isZero();

    write(first, new MetRecipients(10));
    ImportJob both = write(second, new MetRecipients(10)).job();
    assertThat(both.rows()).isEqualTo(new ImportCounts(10_001, 2, 0, 0, 9_999, 0));

    // as when its commit was not heard of, and the group behind it is in by now
    assertThat(write(first, new MetRecipients(10)).job()).isEqualTo(both);
  }

  @Test
  void marksWhomItMetWhenTooManyAreRemembered() throws IOException {
    recipients.add(list, EmailAddress.parse("a@a.example"), Map.of("n", "1"));
    Recipient before = recipient();
    MetRecipients full = new MetRecipients(0);
    String bad = "no fields\n".repeat(2 * ImportChunk.MOST_ROWS - 1);
    CsvRows rows = new CsvRows(TestFile.of("email,n\na@a.example,1\n" + bad + "a@a.example,2\n"));
    ImportChunk first =
        ImportChunk.first(rows, CsvHeader.read(rows, ImportOptions.DEFAULT), begin());
    ImportChunk second = first.next(rows);

    assertThat(write(first, full).met()).isEmpty();
    write(second, full);
    ImportJob job = write(second.next(rows), full).job();

    assertThat(job.rows())
        .isEqualTo(new ImportCounts(bad.lines().count() + 2, 0, 0, 1, 1, bad.lines().count()));
    assertThat(recipient().importId()).hasValue(job.id());
    assertThat(recipient().attributes()).isEqualTo(before.attributes());
    assertThat(recipient().updatedAt()).isEqualTo(before.updatedAt());
  }

  @Test
  void takesWhoWasAddedByAnotherMeanwhileForOneWhoWasThere() throws Exception {
    RecipientImporter importer = new RecipientImporter(postgres.database(), clock, DEADLINE);
    CompletableFuture<ImportJob> job = new CompletableFuture<>();
    postgres
        .database()
        .execute(
            connection -> {
              Sql.update(
                  connection,
                  """
                  INSERT INTO recipient (list_id, address, address_key, domain, attributes)
                  VALUES (?, 'a@a.example', 'a@a.example', 'a.example', '{"n": "1"}')
                  """,
                  list);
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          job.complete(
                              importer.run(
                                  new ImportRequest(
                                      list, "f.csv", Optional.empty(), ImportOptions.DEFAULT),
                                  TestFile.of("email,n\nb@b.example,1\na@a.example,1\n"),
                                  progress -> {}));
                        } catch (IOException | RuntimeException e) {
                          job.completeExceptionally(e);
                        }
                      });
              awaitWaiting();
            });

    ImportJob done = job.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    assertThat(done.state()).isEqualTo(ImportState.FINISHED);
    assertThat(done.rows()).isEqualTo(new ImportCounts(2, 1, 0, 1, 0, 0));
  }

  @Test
  void remembersIdsHoweverTheyLie() {
    MetRecipients met = new MetRecipients(3_000);
    met.addAll(LongStream.rangeClosed(1, 100_000).boxed().toList());
    assertThat(met.isFull()).isFalse();
    met.addAll(LongStream.range(0, 2_000).map(i -> i * 1_000_003).boxed().toList());

    assertThat(met.isFull()).isTrue();
    for (long id = 1; id <= 100_000; id++) {
      assertThat(met.contains(id)).isTrue();
    }
    assertThat(met.contains(100_001)).isFalse();
    assertThat(met.contains(1_999L * 1_000_003)).isTrue();
    assertThat(met.contains(1_999L * 1_000_003 + 1)).isFalse();
    assertThat(met.contains(Long.MAX_VALUE)).isFalse();
  }

  private ImportChunk chunk(String file) throws IOException {
    CsvRows rows = new CsvRows(TestFile.of(file));
    return ImportChunk.first(rows, CsvHeader.read(rows, ImportOptions.DEFAULT), begin());
  }

  private ImportJob begin() {
    ImportRequest request =
        new ImportRequest(list, "people.csv", Optional.empty(), ImportOptions.DEFAULT);
    return postgres
        .database()
        .inTransaction(connection -> ImportWriter.begin(connection, request, Instant.EPOCH));
  }

  private static ImportWriter.Written write(ImportChunk chunk, MetRecipients met) {
    return postgres
        .database()
        .inTransaction(connection -> ImportWriter.write(connection, chunk, met, () -> {}));
  }

  private Recipient recipient() {
    return recipients.find(list, EmailAddress.parse("a@a.example")).orElseThrow();
  }

  private static void awaitWaiting() {
    long start = System.nanoTime();
    while (postgres.number(WAITING) == 0) {
      if (System.nanoTime() - start > DEADLINE.toNanos()) {
        throw new AssertionError("the import does not wait for the row");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
