package io.portolan.core.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.database.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuppressionCsvTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private SuppressionCsv csv() {
    return new SuppressionCsv(
        new SuppressionStore(database.database()),
        InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z")));
  }

  private SuppressionCsv.Imported read(String csv, Charset charset) throws IOException {
    return csv()
        .read(
            new InputStreamReader(
                new ByteArrayInputStream(csv.getBytes(charset)), StandardCharsets.UTF_8),
            SuppressionScope.EVERYTHING,
            "test");
  }

  @Test
  void takesWhatSpreadsheetsSaveAsUtf8() throws Exception {
    SuppressionCsv.Imported imported =
        read("\uFEFFemail,note\r\nanna@example.org,jürgen\r\n", StandardCharsets.UTF_8);

    assertThat(imported.added()).isEqualTo(1);
    assertThat(database.texts("SELECT value || ' ' || note FROM suppression"))
        .containsExactly("anna@example.org jürgen");
  }

  @Test
  void namesTheLineThatIsNotUtf8AndTakesTheOthers() throws Exception {
    SuppressionCsv.Imported imported =
        read(
            "email,note\nanna@example.org,a\nben@example.org,jürgen\neve@example.org,b\n",
            StandardCharsets.ISO_8859_1);

    assertThat(imported.added()).isEqualTo(2);
    assertThat(imported.rejects())
        .singleElement()
        .satisfies(
            reject -> {
              assertThat(reject.line()).isEqualTo(3);
              assertThat(reject.reason()).contains("UTF-8");
            });
  }

  @Test
  void refusesAFileWithoutAColumnOfAddresses() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> read("e-post,note\nanna@example.org,a\n", StandardCharsets.UTF_8))
        .withMessageContaining("column value, address, email or domain");
  }

  @Test
  void writesNoFormulaAndReadsBackWhatItWrote() throws Exception {
    read(
        """
        email,note,evidence
        anna@example.org,"=HYPERLINK(1)",+1 554
        ben@example.org,''@x,it's fine
        """,
        StandardCharsets.UTF_8);
    String before = rows();
    StringWriter written = new StringWriter();
    csv().write(written, SuppressionFilter.ALL);

    assertThat(written.toString())
        .contains(",'=HYPERLINK(1),", ",'+1 554,", ",''@x,", ",it's fine,");

    database.execute("DELETE FROM suppression");
    read(written.toString(), StandardCharsets.UTF_8);
    assertThat(rows()).isEqualTo(before);
  }

  private String rows() {
    return String.join(
        "\n",
        database.texts(
            "SELECT value || '|' || reason || '|' || note || '|' || evidence FROM suppression ORDER"
                + " BY value"));
  }
}
