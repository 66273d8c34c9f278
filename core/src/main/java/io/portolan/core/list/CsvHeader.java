package io.portolan.core.list;

import io.portolan.core.InvalidException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the first row of a CSV file says.
 *
 * @param separator between fields
 * @param columns the names as they stand there, without the spaces around them
 * @param attributes the name of each column's attribute; empty for the address and for what is left
 *     out
 * @param addressColumn the index of the column with the address
 */
public record CsvHeader(
    char separator, List<String> columns, List<String> attributes, int addressColumn) {
  private static final int MOST_COLUMNS = 1_000;
  private static final List<Character> SEPARATORS = List.of(',', ';', '\t');
  private static final List<String> ADDRESS_NAMES = List.of("email", "e-mail", "address", "mail");

  public CsvHeader {
    columns = List.copyOf(columns);
    attributes = List.copyOf(attributes);
  }

  /**
   * Reads the header and leaves the rows set to be read as it says.
   *
   * @throws InvalidException if the file cannot be imported as a whole
   */
  static CsvHeader read(CsvRows rows, ImportOptions options) throws IOException {
    options.separator().ifPresent(CsvHeader::checkSeparator);
    if (rows.next().isEmpty()) {
      throw new InvalidException("file", "is empty");
    }
    List<Character> candidates = options.separator().map(List::of).orElse(SEPARATORS);
    Optional<Character> declared = declaredSeparator(rows.content());
    if (declared.isPresent()) {
      checkSeparator(declared.get());
      candidates = List.of(declared.get());
      if (rows.next().isEmpty()) {
        throw new InvalidException("file", "has no header");
      }
    }
    CsvHeader header = best(rows, candidates, options);
    header.check(options);
    rows.expect(header.separator, header.columns.size());
    return header;
  }

  /** The reading with the separator that yields an address, else the one with most columns. */
  private static CsvHeader best(CsvRows rows, List<Character> candidates, ImportOptions options)
      throws IOException {
    List<CsvHeader> readings = new ArrayList<>();
    List<ImportReject> rejects = new ArrayList<>();
    for (char candidate : candidates) {
      rows.expect(candidate, MOST_COLUMNS);
      switch (rows.again()) {
        case ParsedRow.Bad(ImportReject reject) -> rejects.add(reject);
        case ParsedRow.Good row -> readings.add(reading(candidate, row, options));
      }
    }
    return readings.stream()
        .max(
            Comparator.comparing((CsvHeader reading) -> reading.addressColumn >= 0)
                .thenComparingInt(reading -> reading.columns.size()))
        .orElseThrow(() -> new InvalidException("header", rejects.getFirst().reason()));
  }

  private static CsvHeader reading(char separator, ParsedRow.Good row, ImportOptions options) {
    if (row.count() > MOST_COLUMNS) {
      throw new InvalidException(
          "header", "has %,d columns; %,d are allowed".formatted(row.count(), MOST_COLUMNS));
    }
    List<String> columns = row.fields().stream().map(String::strip).toList();
    int address = addressColumn(columns, options);
    List<String> attributes = new ArrayList<>();
    for (int column = 0; column < columns.size(); column++) {
      String name = columns.get(column);
      attributes.add(
          column == address ? "" : options.attributes().getOrDefault(name, name).strip());
    }
    return new CsvHeader(separator, columns, attributes, address);
  }

  private static int addressColumn(List<String> columns, ImportOptions options) {
    List<String> lowerCase =
        columns.stream().map(column -> column.toLowerCase(Locale.ROOT)).toList();
    List<String> names =
        options
            .addressColumn()
            .map(name -> List.of(name.strip().toLowerCase(Locale.ROOT)))
            .orElse(ADDRESS_NAMES);
    return names.stream()
        .mapToInt(lowerCase::indexOf)
        .filter(index -> index >= 0)
        .findFirst()
        .orElse(-1);
  }

  private void check(ImportOptions options) {
    if (addressColumn < 0) {
      String expected =
          options
              .addressColumn()
              .map(name -> "no column \"" + name + "\"")
              .orElse("no column named " + String.join(", ", ADDRESS_NAMES));
      throw new InvalidException(
          "header", "has " + expected + " for the address; it has: " + String.join(", ", columns));
    }
    Set<String> known = new HashSet<>(columns);
    for (String mapped : options.attributes().keySet().stream().sorted().toList()) {
      if (!known.contains(mapped)) {
        throw new InvalidException(
            "header", "has no column \"" + mapped + "\"; it has: " + String.join(", ", columns));
      }
    }
    refuseDoubles(columns);
    refuseDoubles(attributes);
  }

  private static void refuseDoubles(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!name.isEmpty() && !seen.add(name)) {
        throw new InvalidException("header", "has more than one column for \"" + name + "\"");
      }
    }
  }

  /** The separator in a first line such as {@code sep=;}, which spreadsheets write and read. */
  private static Optional<Character> declaredSeparator(String line) {
    return line.length() == 5 && line.startsWith("sep=")
        ? Optional.of(line.charAt(4))
        : Optional.empty();
  }

  private static void checkSeparator(char separator) {
    if (!SEPARATORS.contains(separator)) {
      throw new InvalidException(
          "separator", "must be a comma, a semicolon or a tab, not '" + separator + "'");
    }
  }
}
