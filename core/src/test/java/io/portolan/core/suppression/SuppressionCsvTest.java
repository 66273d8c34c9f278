package io.portolan.core.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.database.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuppressionCsvTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private SuppressionCsv.Imported read(String csv, Charset charset) throws IOException {
    return new SuppressionCsv(
            new SuppressionStore(database.database()),
            InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z")))
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
}
