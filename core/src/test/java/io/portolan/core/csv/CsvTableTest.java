package io.portolan.core.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTableTest {
  private static final List<String> COLUMNS = List.of("id", "names");

  @Test
  void readsRowsByColumnName() {
    CsvTable table =
        parse("# what it is\nnames,id,note\n\"a;b ; ;c\",1,x\n\n,2,\"two\nlines\"\n,3,\n");

    assertThat(table.rows()).extracting(row -> row.text("id")).containsExactly("1", "2", "3");
    assertThat(table.rows()).extracting(CsvRow::line).containsExactly(3L, 5L, 7L);
    assertThat(table.rows().getFirst().list("names")).containsExactly("a", "b", "c");
    assertThat(table.rows().getLast().list("names")).isEmpty();
    assertThat(table.rows().getFirst().text("absent")).isEmpty();
  }

  @Test
  void ignoresAByteOrderMark() {
    assertThat(parse("\ufeffid,names\n1,a\n").rows()).hasSize(1);
  }

  @Test
  void namesThePlaceOfWhatIsWrong() {
    assertRefused("", "test.csv: The file is empty; its first line names the columns.");
    assertRefused(
        "# only this\n", "test.csv: The file is empty; its first line names the columns.");
    assertRefused("id\n1\n", "test.csv line 1: The column names is missing.");
    assertRefused("id,names,id\n", "test.csv line 1: The column id is there twice.");
    assertRefused(
        "id,names\n1,a,b\n", "test.csv line 2: The row has 3 fields where the header has 2.");
    assertRefused(
        "id,names\n1,a\n2\n", "test.csv line 3: The row has 1 fields where the header has 2.");
  }

  @Test
  void namesTheColumnOfAMissingValue() {
    CsvRow row = parse("id,names\n1,a\n , \n").rows().getLast();

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> row.required("id"))
        .withMessage("test.csv line 3, column id: A value is missing.");
  }

  @Test
  void refusesWhatIsNoCsvOrNotInUtf8() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> parse("id,names\n1,\"a\n"))
        .withMessageStartingWith("test.csv: The file is no CSV: ");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () ->
                CsvTable.parse(
                    "test.csv",
                    "id,names\n1,\u00fc\n".getBytes(StandardCharsets.ISO_8859_1),
                    COLUMNS))
        .withMessage("test.csv: The file is not encoded in UTF-8.");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> CsvTable.file(Path.of("no-such-file.csv"), COLUMNS))
        .withMessageStartingWith("no-such-file.csv: The file cannot be read: ");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> CsvTable.resource(CsvTableTest.class, "no-such-resource.csv", COLUMNS))
        .withMessage("no-such-resource.csv: The resource is missing from this build.");
  }

  @Test
  void writesItselfWithOneColumnMore() {
    CsvTable table = parse("id,names,more\na,\"x, y\",1\n# comment\nb, ,2\n");

    assertThat(table.withColumn("twice", row -> row.text("id") + row.text("id")))
        .isEqualTo("id,names,more,twice\r\na,\"x, y\",1,aa\r\nb, ,2,bb\r\n");
  }

  private static CsvTable parse(String content) {
    return CsvTable.parse("test.csv", content.getBytes(StandardCharsets.UTF_8), COLUMNS);
  }

  private static void assertRefused(String content, String message) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> parse(content))
        .withMessage(message);
  }
}
