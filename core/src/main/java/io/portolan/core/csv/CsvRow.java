package io.portolan.core.csv;

import io.portolan.core.InvalidException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A row of a {@link CsvTable}, which knows its place for whoever has to correct it. */
public final class CsvRow {
  private final String table;
  private final long line;
  private final Map<String, Integer> header;
  private final List<String> fields;

  CsvRow(String table, long line, Map<String, Integer> header, List<String> fields) {
    this.table = table;
    this.line = line;
    this.header = header;
    this.fields = List.copyOf(fields);
  }

  /**
   * The value of a column without the blanks around it; empty where the table has no such column.
   */
  public String text(String column) {
    Integer index = header.get(column);
    return index == null || index >= fields.size() ? "" : fields.get(index).strip();
  }

  /**
   * The value of a column that must not be empty.
   *
   * @throws InvalidException if it is
   */
  public String required(String column) {
    String text = text(column);
    if (text.isEmpty()) {
      throw invalid(column, "A value is missing.");
    }
    return text;
  }

  /** The values of a column that holds several, separated by semicolons. */
  public List<String> list(String column) {
    return Arrays.stream(text(column).split(";"))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  /** All values as they stand. */
  List<String> fields() {
    return fields;
  }

  /** The line of the file on which the row starts, from 1. */
  public long line() {
    return line;
  }

  /** A refusal of a value, to be thrown. */
  public InvalidException invalid(String column, String reason) {
    return new InvalidException(place() + ", column " + column, reason);
  }

  /** A refusal of the row, to be thrown. */
  public InvalidException invalid(String reason) {
    return new InvalidException(place(), reason);
  }

  /** Where the row stands, such as {@code isp-directory.csv line 7}. */
  public String place() {
    return table + " line " + line;
  }
}
