package io.portolan.core.list;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientImporterTest {
  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final InstantSource clock = InstantSource.system();
  private final ImportStore imports = new ImportStore(postgres.database(), clock);
  private final RecipientStore recipients = new RecipientStore(postgres.database());
  private final RecipientImporter importer =
      new RecipientImporter(postgres.database(), clock, Duration.ofSeconds(30));
  private long list;

  @BeforeEach
  void makeList() {
    list = new ListStore(postgres.database(), clock).create(UUID.randomUUID().toString(), "").id();
  }

  @Test
  void makesRecipientsWithAttributes() throws IOException {
    ImportJob job =
        run("email,name,city\nAnna@a.example,\"Anna \"\"A\"\", Ms\",Köln\nben@b.example,,\n");

    assertThat(job.state()).isEqualTo(ImportState.FINISHED);
    assertThat(job.error()).isEmpty();
    assertThat(job.rows()).isEqualTo(new ImportCounts(2, 2, 0, 0, 0, 0));
    Recipient anna = recipient("anna@a.example");
    assertThat(anna.address()).isEqualTo("Anna@a.example");
    assertThat(anna.attributes()).isEqualTo(Map.of("name", "Anna \"A\", Ms", "city", "Köln"));
    assertThat(anna.importId()).hasValue(job.id());
    assertThat(recipient("ben@b.example").attributes()).isEmpty();
  }

  @Test
  void changesNothingWhenTheSameFileComesAgain() throws IOException {
    String file = "email,name\nanna@a.example,Anna\nben@b.example,Ben\n";
    run(file);
    Recipient before = recipient("anna@a.example");

    ImportJob again = run(file);

    assertThat(again.rows()).isEqualTo(new ImportCounts(2, 0, 0, 2, 0, 0));
    Recipient after = recipient("anna@a.example");
    assertThat(after).isEqualTo(before);
  }

  @Test
  void replacesTheAttributesOfThoseWhoAreOnTheList() throws IOException {
    run("email,name,city\nanna@a.example,Anna,Rome\nben@b.example,Ben,Rome\nc@c.example,C,Rome\n");

    ImportJob job = run("email,name\nAnna@a.example,Anna\nben@b.example,Benny\nd@d.example,D\n");

    assertThat(job.rows()).isEqualTo(new ImportCounts(3, 1, 2, 0, 0, 0));
    assertThat(recipient("anna@a.example").attributes()).isEqualTo(Map.of("name", "Anna"));
    assertThat(recipient("anna@a.example").address()).isEqualTo("Anna@a.example");
    assertThat(recipient("c@c.example").attributes()).containsEntry("city", "Rome");
  }

  @Test
  void letsTheFirstOfSeveralRowsWithOneAddressCount() throws IOException {
    ImportJob job = run("email,n\na@a.example,1\nA@A.example,2\nb@b.example,1\na@a.example,3\n");

    assertThat(job.rows()).isEqualTo(new ImportCounts(4, 2, 0, 0, 2, 0));
    assertThat(recipient("a@a.example").attributes()).isEqualTo(Map.of("n", "1"));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, ImportChunk.MOST_ROWS + 10, 2 * ImportChunk.MOST_ROWS + 10})
  void countsDuplicatesHoweverFarApart(int apart) throws IOException {
    StringBuilder file = new StringBuilder("email,n\n");
    for (int row = 0; row < 2 * apart; row++) {
      file.append("p").append(row % apart).append("@a.example,").append(row).append('\n');
    }
    run("email,n\np0@a.example,0\np1@a.example,other\n");

    ImportJob job = run(file.toString());

    assertThat(job.rows()).isEqualTo(new ImportCounts(2L * apart, apart - 2, 1, 1, apart, 0));
    assertThat(recipient("p0@a.example").attributes()).isEqualTo(Map.of("n", "0"));
    assertThat(recipient("p1@a.example").attributes()).isEqualTo(Map.of("n", "1"));
    assertThat(recipient("p5@a.example").attributes()).isEqualTo(Map.of("n", "5"));
    assertThat(recipients.count(list)).isEqualTo(apart);
  }

  @Test
  void keepsListsWithTheSamePeopleApart() throws IOException {
    long other = list;
    run("email,n\na@a.example,1\nb@b.example,1\n");
    makeList();

    ImportJob job = run("email,n\nb@b.example,2\na@a.example,1\n");

    assertThat(job.rows()).isEqualTo(new ImportCounts(2, 2, 0, 0, 0, 0));
    assertThat(recipients.find(other, EmailAddress.parse("b@b.example")).orElseThrow().attributes())
        .isEqualTo(Map.of("n", "1"));
  }

  @Test
  void keepsEveryBadRowWithLineAndReason() throws IOException {
    String longest = "a".repeat(300) + "@a.example";
    ImportJob job =
        run(
            """
            email,name
            good@a.example,1
            no-domain@,2
            no-at,3
            %s,4
            "a@a.example\r\nBcc: b@b.example",5
            "open,6
            short@a.example
            long@a.example,8,9
            ,10
            "a@a.example"x,11
            also-good@a.example,12
            """
                .formatted(longest));

    assertThat(job.state()).isEqualTo(ImportState.FINISHED);
    assertThat(job.rows()).isEqualTo(new ImportCounts(11, 2, 0, 0, 0, 9));
    List<ImportReject> rejects = imports.rejects(job.id(), 0, 100).items();
    assertThat(rejects)
        .extracting(ImportReject::line)
        .containsExactly(3L, 4L, 5L, 6L, 8L, 9L, 10L, 11L, 12L);
    assertThat(rejects)
        .extracting(ImportReject::reason)
        .contains(
            "has an address that has no @",
            "has an address that is 310 characters long; 254 are allowed",
            "has text behind a closing quote",
            "has 1 fields where the header has 2",
            "has 3 fields where the header has 2",
            "has no address");
    assertThat(rejects.get(6).content()).isEqualTo("long@a.example,8,9");
    assertThat(recipients.count(list)).isEqualTo(2);
  }

  @Test
  void rejectsRowsThatAreNotUtf8OrHoldWhatPostgresqlCannot() throws IOException {
    byte[] file =
        "email,name\na@a.example,Müller\nb@b.example,\0\nc@c.example,C\n".getBytes(ISO_8859_1);

    ImportJob job = run(new ByteArrayInputStream(file), progress -> {});

    assertThat(job.rows()).isEqualTo(new ImportCounts(3, 1, 0, 0, 0, 2));
    assertThat(imports.rejects(job.id(), 0, 10).items())
        .containsExactly(
            new ImportReject(2, "is not in UTF-8", "a@a.example,Müller"),
            new ImportReject(3, "has a NUL character", "b@b.example,\ufffd"));
  }

  @Test
  void goesOnBehindALineOfTenMegabytes() throws IOException {
    ImportJob job =
        run(
            TestFile.of(
                TestFile.of("email,name\na@a.example,\""),
                TestFile.repeated('x', 10 << 20),
                TestFile.of("\"\nb@b.example,B\n")),
            progress -> {});

    assertThat(job.rows()).isEqualTo(new ImportCounts(2, 1, 0, 0, 0, 1));
    assertThat(imports.rejects(job.id(), 0, 10).items().getFirst().reason())
        .isEqualTo("is longer than 65,536 bytes");
  }

  @Test
  void keepsAttributesAsTheyAre() throws IOException {
    run(
        "email,a,b,c\na@a.example,\"\r\nBcc: x@y.example\",\"\\u0000 \\\"\" \u0001\u2028 '\","
            + " 😀 007 \n");

    assertThat(recipient("a@a.example").attributes())
        .isEqualTo(
            Map.of(
                "a", "\r\nBcc: x@y.example", "b", "\\u0000 \\\" \u0001\u2028 '", "c", " 😀 007 "));
  }

  @Test
  void makesNothingOfAHeaderAlone() throws IOException {
    ImportJob job = run("email,name\r\n");

    assertThat(job.state()).isEqualTo(ImportState.FINISHED);
    assertThat(job.rows()).isEqualTo(new ImportCounts(0, 0, 0, 0, 0, 0));
  }

  @Test
  void passesOverRowsOfSeparatorsAlone() throws IOException {
    assertThat(run("email;name\na@a.example;A\n;\n;\n").rows())
        .isEqualTo(new ImportCounts(1, 1, 0, 0, 0, 0));
  }

  @Test
  void refusesAFileWithoutAddressesAsAWhole() {
    assertThatThrownBy(() -> run("name,city\nAnna,Rome\n"))
        .isInstanceOf(InvalidException.class)
        .hasMessage(
            "header: has no column named email, e-mail, address, mail for the address; it has:"
                + " name, city");
    assertThatThrownBy(() -> run("")).isInstanceOf(InvalidException.class);
    assertThat(imports.page(list, Optional.empty(), 10).items()).isEmpty();
  }

  @Test
  void saysThatTheListIsNotThere() {
    assertThatThrownBy(
            () ->
                importer.run(
                    new ImportRequest(-1, "f.csv", Optional.empty(), ImportOptions.DEFAULT),
                    TestFile.of("email\na@a.example\n"),
                    progress -> {}))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("There is no list -1.");
  }

  @Test
  void tellsItsProgressWhileItRuns() throws IOException {
    List<ImportJob> told = new ArrayList<>();
    String file = rows(ImportChunk.MOST_ROWS + 1);

    ImportJob job =
        run(
            TestFile.of(file),
            progress -> {
              // the next group may be counted already
              assertThat(imports.get(progress.id()).rows().read())
                  .isGreaterThanOrEqualTo(progress.rows().read());
              told.add(progress);
            });

    assertThat(told)
        .extracting(progress -> progress.rows().read())
        .containsExactly(0L, (long) ImportChunk.MOST_ROWS, ImportChunk.MOST_ROWS + 1L);
    assertThat(told).extracting(ImportJob::state).containsOnly(ImportState.RUNNING);
    assertThat(told.get(1).progress().bytesRead()).isBetween(1L, (long) file.length());
    assertThat(job.progress().bytesRead()).isEqualTo(file.length());
    assertThat(job.progress().finishedAt()).isPresent();
    assertThat(imports.get(job.id())).isEqualTo(job);
  }

  @Test
  void writesWhatItRejectedAsCsv() throws IOException {
    ImportJob job = run("email,name\n\"b ad\",\"1\"\"\"\nworse\n");
    StringWriter csv = new StringWriter();

    imports.writeRejects(job.id(), csv);

    assertThat(csv.toString().lines())
        .containsExactly(
            "line,reason,content",
            "2,has an address that has a space before the @,\"\"\"b ad\"\",\"\"1\"\"\"\"\"\"\"",
            "3,has 1 fields where the header has 2,worse");
    assertThatThrownBy(() -> imports.writeRejects(-1, new StringWriter()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void listsImportsNewestFirst() throws IOException {
    long first = run("email\na@a.example\n").id();
    long second = run("email\na@a.example\n").id();

    assertThat(imports.page(list, Optional.empty(), 1).items())
        .extracting(ImportJob::id)
        .containsExactly(second);
    assertThat(imports.page(list, Optional.of(second), 1).items())
        .extracting(ImportJob::id)
        .containsExactly(first);
  }

  static String rows(int count) {
    StringBuilder file = new StringBuilder("email,n\n");
    for (int row = 0; row < count; row++) {
      file.append("p").append(row).append("@a.example,").append(row).append('\n');
    }
    return file.toString();
  }

  @Test
  void keepsTheFirstRejectsAloneAndCountsAll() throws IOException {
    int rows = ImportCounts.MOST_REJECTS_KEPT + 10;

    ImportJob job = run("email\n" + "x\n".repeat(rows));

    assertThat(job.state()).isEqualTo(ImportState.FINISHED);
    assertThat(job.rows().rejected()).isEqualTo(rows);
    assertThat(job.rows().rejectsKept()).isEqualTo(ImportCounts.MOST_REJECTS_KEPT);
    assertThat(postgres.number("SELECT count(*) FROM import_reject WHERE import_id = ?", job.id()))
        .isEqualTo(ImportCounts.MOST_REJECTS_KEPT);
  }

  @Test
  void givesAPlaceBackOnce() {
    RecipientImporter.Place first = importer.reserve();
    RecipientImporter.Place second = importer.reserve();
    assertThatThrownBy(importer::reserve).isInstanceOf(ConflictException.class);

    first.close();
    first.close();

    RecipientImporter.Place third = importer.reserve();
    assertThatThrownBy(importer::reserve).isInstanceOf(ConflictException.class);
    third.close();
    second.close();
  }

  private ImportJob run(String file) throws IOException {
    return run(TestFile.of(file), progress -> {});
  }

  private ImportJob run(InputStream file, Consumer<ImportJob> listener) throws IOException {
    return importer.run(
        new ImportRequest(list, "people.csv", Optional.empty(), ImportOptions.DEFAULT),
        file,
        listener);
  }

  private Recipient recipient(String address) {
    return recipients.find(list, EmailAddress.parse(address)).orElseThrow();
  }
}
