package io.portolan.core.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvHeaderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "first,Email,city",
        "first;Email;city",
        "first\tEmail\tcity",
        "\ufeff first , Email , city \r\nx,y,z",
        "\"first\";\"Email\";\"city\"\na;b;c",
        "sep=;\r\nfirst;Email;city",
        "\n\nfirst,Email,city",
      })
  void findsSeparatorAndAddress(String file) throws IOException {
    CsvHeader header = read(file, ImportOptions.DEFAULT);

    assertThat(header.columns()).containsExactly("first", "Email", "city");
    assertThat(header.attributes()).containsExactly("first", "", "city");
    assertThat(header.addressColumn()).isEqualTo(1);
  }

  @Test
  void prefersTheSeparatorThatYieldsAnAddress() throws IOException {
    CsvHeader header = read("email;a,b;c,d,e", ImportOptions.DEFAULT);

    assertThat(header.separator()).isEqualTo(';');
    assertThat(header.columns()).containsExactly("email", "a,b", "c,d,e");
  }

  @Test
  void prefersTheMostTellingNameOfAnAddress() throws IOException {
    assertThat(read("mail,address,E-Mail", ImportOptions.DEFAULT).addressColumn()).isEqualTo(2);
    assertThat(read("mail,address", ImportOptions.DEFAULT).addressColumn()).isEqualTo(1);
  }

  @Test
  void doesAsTheOptionsSay() throws IOException {
    ImportOptions options =
        new ImportOptions(
            Optional.of(';'),
            Optional.of("Contact"),
            Map.of("Vorname", "first_name", "secret", ""));

    CsvHeader header = read("contact;Vorname;secret;a,b,c", options);

    assertThat(header.addressColumn()).isZero();
    assertThat(header.attributes()).containsExactly("", "first_name", "", "a,b,c");
  }

  @Test
  void leavesColumnsWithoutANameOut() throws IOException {
    assertThat(read("email,name,,", ImportOptions.DEFAULT).attributes())
        .containsExactly("", "name", "", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name,city | header: has no column named email, e-mail, address, mail for the address; it"
            + " has: name, city",
        "email,name,name | header: has more than one column for \"name\"",
        "email,email | header: has more than one column for \"email\"",
        "\"email | header: has a quote that is not closed",
        "sep=: | separator: must be a comma, a semicolon or a tab, not ':'",
        "sep=; | file: has no header",
      })
  void refusesAFileThatCannotBeImported(String file, String message) {
    assertThatThrownBy(() -> read(file, ImportOptions.DEFAULT))
        .isInstanceOf(InvalidException.class)
        .hasMessage(message);
  }

  @Test
  void refusesAnEmptyFile() {
    assertThatThrownBy(() -> read("\n", ImportOptions.DEFAULT))
        .isInstanceOf(InvalidException.class)
        .hasMessage("file: is empty");
  }

  @Test
  void refusesOptionsThatDoNotFit() {
    assertThatThrownBy(
            () ->
                read(
                    "email,name",
                    new ImportOptions(Optional.empty(), Optional.of("contact"), Map.of())))
        .hasMessage("header: has no column \"contact\" for the address; it has: email, name");
    assertThatThrownBy(
            () ->
                read(
                    "email,name",
                    new ImportOptions(Optional.empty(), Optional.empty(), Map.of("nam", "x"))))
        .hasMessage("header: has no column \"nam\"; it has: email, name");
    assertThatThrownBy(
            () ->
                read(
                    "email,a,b",
                    new ImportOptions(
                        Optional.empty(), Optional.empty(), Map.of("a", "x", "b", "x"))))
        .hasMessage("header: has more than one column for \"x\"");
    assertThatThrownBy(
            () -> read("email", new ImportOptions(Optional.of('x'), Optional.empty(), Map.of())))
        .hasMessageStartingWith("separator: ");
  }

  @Test
  void refusesTooManyColumns() {
    assertThatThrownBy(() -> read("email" + ",x".repeat(1_000), ImportOptions.DEFAULT))
        .hasMessage("header: has 1,001 columns; 1,000 are allowed");
  }

  private static CsvHeader read(String file, ImportOptions options) throws IOException {
    return RecipientImporter.readHeader(TestFile.of(file), options);
  }
}
