package io.portolan.core.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.list.ListStore;
import io.portolan.core.privacy.RecipientData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuppressionCsvTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private SuppressionCsv csv() {
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z"));
    return new SuppressionCsv(
        new SuppressionStore(database.database()),
        new ListStore(database.database(), clock),
        clock);
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

  @Test
  void namesEachRowThatWouldSuppressNobodyAndTakesTheOthers() throws Exception {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    long list = database.number("SELECT id FROM mailing_list");
    String hash = "0123456789abcdef".repeat(4);

    SuppressionCsv.Imported imported =
        read(
            """
            value,list,created_at,expires_at
            anna@example.org,%d,2026-01-01T00:00:00Z,
            ben@example.org,%d,,
            eve@example.org,two,,
            hash:%s,,,
            hash:%s,,,
            hash:0123456789abcdef:%s,,,
            dan@example.org,,+294277-01-01T00:00:00Z,
            dan@example.org,,-4714-01-01T00:00:00Z,
            dan@example.org,,,+999999999-01-01T00:00:00Z
            dan@example.org,,,tomorrow
            joe@,,,
            kim@example.org,,,9999-12-31T00:00:00Z
            sue@example.org,,,2026-11-24T12:00:00Z
            tom@example.org,,,2026-11-24T12:00:01Z
            """
                .formatted(list, list + 1, hash, hash.toUpperCase(Locale.ROOT), hash),
            StandardCharsets.UTF_8);

    assertThat(imported.rejects())
        .extracting(
            reject ->
                reject.line() + " " + reject.reason().replaceFirst("(^[^\"]*\"[^\"]*\").*", "$1"))
        .containsExactly(
            "3 list: \"" + (list + 1) + "\"",
            "4 list: \"two\"",
            "5 value: \"hash:" + hash + "\"",
            "6 value: \"hash:" + hash.toUpperCase(Locale.ROOT) + "\"",
            "7 value: \"hash:0123456789abcdef:" + hash.substring(0, 58) + "...\"",
            "8 created_at: \"+294277-01-01T00:00:00Z\"",
            "9 created_at: \"-4714-01-01T00:00:00Z\"",
            "10 expires_at: \"+999999999-01-01T00:00:00Z\"",
            "11 expires_at: \"tomorrow\"",
            "12 value: \"joe@\"",
            "14 expires_at: \"2026-11-24T12:00:00Z\"");
    assertThat(imported.rejects())
        .extracting(SuppressionCsv.Reject::reason)
        .anySatisfy(reason -> assertThat(reason).contains("the key of another installation"))
        .anySatisfy(reason -> assertThat(reason).contains("not in the years 1970 to 9999"))
        .anySatisfy(reason -> assertThat(reason).contains("is past, so that it would suppress"));
    assertThat(imported.added()).isEqualTo(3);
    assertThat(rows())
        .contains("anna@example.org|import", "kim@example.org|import", "tom@example.org|import")
        .doesNotContain("sue@example.org");
  }

  @Test
  void takesTheHashesThatThisInstallationWrote() throws Exception {
    new RecipientData(database.database())
        .erase(EmailAddress.parse("anna@example.org"), "test", Instant.EPOCH);
    StringWriter written = new StringWriter();
    csv().write(written, SuppressionFilter.ALL);
    String before = rows();
    database.execute("DELETE FROM suppression");

    assertThat(read(written.toString(), StandardCharsets.UTF_8).added()).isEqualTo(1);

    assertThat(rows()).isEqualTo(before);
    database.execute("UPDATE suppression_key SET inner_pad = outer_pad");
    assertThat(read(written.toString(), StandardCharsets.UTF_8).rejects()).hasSize(1);
  }

  private String rows() {
    return String.join(
        "\n",
        database.texts(
            "SELECT value || '|' || reason || '|' || note || '|' || evidence FROM suppression ORDER"
                + " BY value"));
  }
}
