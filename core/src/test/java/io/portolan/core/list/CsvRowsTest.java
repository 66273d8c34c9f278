package io.portolan.core.list;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import io.portolan.core.InvalidException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CsvRowsTest {

  @Test
  void readsRowsAndTheirLines() throws IOException {
    assertThat(read("a,b\n\"x\ny\",\"say \"\"hi\"\"\"\r\n\r\n,\rlast,"))
        .containsExactly(
            good(1, "a", "b"), good(2, "x\ny", "say \"hi\""), good(5, "", ""), good(6, "last", ""));
  }

  @Test
  void readsNothingFromAnEmptyFile() throws IOException {
    assertThat(read("")).isEmpty();
    assertThat(read("\r\n\n\n")).isEmpty();
    assertThat(read("\ufeff")).isEmpty();
  }

  @Test
  void passesOverAByteOrderMark() throws IOException {
    assertThat(read("\ufeffa,b\n")).containsExactly(good(1, "a", "b"));
  }

  @Test
  void refusesUtf16() {
    assertThatThrownBy(() -> read("a,b\n".getBytes(UTF_16)))
        .isInstanceOf(InvalidException.class)
        .hasMessage("file: is UTF-16; save it as CSV in UTF-8");
  }

  @Test
  void takesAQuoteWithinAFieldForItself() throws IOException {
    assertThat(read("5\" pipe,a\"b\"\n")).containsExactly(good(1, "5\" pipe", "a\"b\""));
  }

  @Test
  void givesUpARowWithTextBehindAClosingQuote() throws IOException {
    assertThat(read("\"a\"b,c\nd,e\n"))
        .containsExactly(bad(1, "has text behind a closing quote", "\"a\"b,c"), good(2, "d", "e"));
  }

  @Test
  void losesOneRowToAQuoteThatIsNotClosed() throws IOException {
    assertThat(read("\"a,b\nc,d\n\"e\",f\ng,h"))
        .containsExactly(
            bad(1, "has text behind a closing quote", "\"a,b"),
            good(2, "c", "d"),
            good(3, "e", "f"),
            good(4, "g", "h"));
    assertThat(read("a,b\nc,\"d\r\ne,f\r\ng,h\r\n"))
        .containsExactly(
            good(1, "a", "b"),
            bad(2, "has a quote that is not closed", "c,\"d"),
            good(3, "e", "f"),
            good(4, "g", "h"));
    assertThat(read("\"")).containsExactly(bad(1, "has a quote that is not closed", "\""));
  }

  @Test
  void rejectsARowThatIsNotUtf8AndShowsIt() throws IOException {
    byte[] latin = "a,Müller\nb,Meier\n".getBytes(ISO_8859_1);

    assertThat(read(latin))
        .containsExactly(bad(1, "is not in UTF-8", "a,Müller"), good(2, "b", "Meier"));
  }

  @Test
  void rejectsARowWithANulCharacter() throws IOException {
    assertThat(read("a,\0\nb,c\n"))
        .containsExactly(bad(1, "has a NUL character", "a,\ufffd"), good(2, "b", "c"));
  }

  @Test
  void rejectsALongLineInBoundedMemory() throws IOException {
    InputStream file =
        TestFile.of(
            TestFile.of("a,b\n"),
            TestFile.repeated('x', 10 << 20),
            TestFile.of("\nc,d\n"),
            TestFile.repeated('"', 10 << 20),
            TestFile.of("\ne,f"));

    List<ParsedRow> rows = all(new CsvRows(file));

    assertThat(rows)
        .containsExactly(
            good(1, "a", "b"),
            bad(2, "is longer than 65,536 bytes", "x".repeat(1_000)),
            good(3, "c", "d"),
            bad(4, "is longer than 65,536 bytes", "\"".repeat(1_000)),
            good(5, "e", "f"));
  }

  @Test
  void givesUpALongFieldLineByLine() throws IOException {
    InputStream file =
        TestFile.of(
            TestFile.of("a,\"\n"), TestFile.repeated('y', 1 << 20), TestFile.of("\"\nc,d\n"));

    assertThat(all(new CsvRows(file)))
        .containsExactly(
            bad(1, "has a quote that is not closed", "a,\""),
            bad(2, "is longer than 65,536 bytes", "y".repeat(1_000)),
            good(3, "c", "d"));
  }

  @Test
  void countsAllFieldsButKeepsTheWantedOnes() throws IOException {
    CsvRows rows = new CsvRows(new ByteArrayInputStream("a;b;c;d\n".getBytes(UTF_8)));
    rows.expect(';', 2);

    assertThat(rows.next()).hasValue(new ParsedRow.Good(1, List.of("a", "b"), 4));
  }

  @Test
  void readsTheSameRowAgainWithAnotherSeparator() throws IOException {
    CsvRows rows = new CsvRows(new ByteArrayInputStream("a;b\nc;d\n".getBytes(UTF_8)));

    assertThat(rows.next()).hasValue(good(1, "a;b"));
    rows.expect(';', 10);
    assertThat(rows.again()).isEqualTo(good(1, "a", "b"));
    assertThat(rows.next()).hasValue(good(2, "c", "d"));
  }

  @Test
  void cutsContentBetweenCharacters() throws IOException {
    String row = "\"" + "x".repeat(998) + "\ud83d\ude00" + "z".repeat(10);

    ParsedRow read = read(row).getFirst();

    assertThat(read).isEqualTo(bad(1, "has a quote that is not closed", "\"" + "x".repeat(998)));
  }

  @Test
  void saysHowMuchOfTheFileIsRead() throws IOException {
    CsvRows rows = new CsvRows(new ByteArrayInputStream("\ufeffa,b\ncc,dd\n".getBytes(UTF_8)));

    rows.next();
    assertThat(rows.bytesRead()).isEqualTo(6);
    rows.next();
    assertThat(rows.bytesRead()).isEqualTo(12);
    rows.next();
    assertThat(rows.bytesRead()).isEqualTo(13);
  }

  @Property(tries = 500)
  void readsWhatAnotherImplementationWrote(
      @ForAll("tables") List<List<String>> table, @ForAll("lineEnds") LineDelimiter lineEnd)
      throws IOException {
    StringWriter written = new StringWriter();
    try (CsvWriter writer =
        CsvWriter.builder()
            .lineDelimiter(lineEnd)
            .quoteStrategy(QuoteStrategies.ALWAYS)
            .build(written)) {
      table.forEach(writer::writeRecord);
    }

    // in small pieces, so that rows cross the ends of what is read
    List<ParsedRow> rows = all(new CsvRows(TestFile.inPieces(written.toString(), 7)));

    assertThat(rows.stream().map(row -> ((ParsedRow.Good) row).fields()).toList()).isEqualTo(table);
  }

  @Property(tries = 2_000)
  void readsWhatAnotherImplementationReads(@ForAll("texts") String text) throws IOException {
    List<List<String>> expected = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .allowUnclosedQuote(false)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(text)) {
      reader.forEach(row -> expected.add(row.getFields()));
    } catch (RuntimeException e) {
      // it refuses the file as a whole: this one must still read it to its end
      assertThat(read(text)).hasSizeLessThanOrEqualTo(text.length());
      return;
    }

    List<List<String>> found =
        read(text).stream()
            .filter(ParsedRow.Good.class::isInstance)
            .map(row -> ((ParsedRow.Good) row).fields())
            .toList();

    assertThat(found).isEqualTo(expected);
  }

  @Property(tries = 1_000)
  void losesNothingBehindABrokenRow(@ForAll("texts") String broken) throws IOException {
    // a row that no text before it can swallow: the quotes before it are closed or given up
    List<ParsedRow> rows = read(broken.replace("\"", "") + "\n\"open,x\nsafe,row\nend,row\n");

    assertThat(rows).extracting(row -> fields(row)).contains(List.of("safe", "row"));
  }

  @Provide
  Arbitrary<List<List<String>>> tables() {
    return Arbitraries.of("a", "b", ",", ";", "\"", "\r", "\n", "\t", " ", "ä", "€", "😀")
        .list()
        .ofMaxSize(8)
        .map(characters -> String.join("", characters))
        .list()
        .ofMinSize(2)
        .ofMaxSize(4)
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<LineDelimiter> lineEnds() {
    return Arbitraries.of(LineDelimiter.LF, LineDelimiter.CRLF, LineDelimiter.CR);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab,\"\r\n ä").ofMaxLength(24);
  }

  private static List<String> fields(ParsedRow row) {
    return switch (row) {
      case ParsedRow.Good good -> good.fields();
      case ParsedRow.Bad bad -> List.of();
    };
  }

  private static List<ParsedRow> read(String text) throws IOException {
    return read(text.getBytes(UTF_8));
  }

  private static List<ParsedRow> read(byte[] bytes) throws IOException {
    return all(new CsvRows(new ByteArrayInputStream(bytes)));
  }

  private static List<ParsedRow> all(CsvRows rows) throws IOException {
    List<ParsedRow> all = new ArrayList<>();
    for (Optional<ParsedRow> row = rows.next(); row.isPresent(); row = rows.next()) {
      all.add(row.get());
    }
    return all;
  }

  private static ParsedRow good(long line, String... fields) {
    return new ParsedRow.Good(line, List.of(fields), fields.length);
  }

  private static ParsedRow bad(long line, String reason, String content) {
    return new ParsedRow.Bad(new ImportReject(line, reason, content));
  }
}
