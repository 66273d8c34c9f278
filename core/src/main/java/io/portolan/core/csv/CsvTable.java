package io.portolan.core.csv;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.core.InvalidException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A small CSV file with a header row (RFC 4180, UTF-8 with or without BOM), read whole. Lines that
 * begin with {@code #} are comments. Immutable.
 */
public final class CsvTable {
  private final String name;
  private final List<String> columns;
  private final List<CsvRow> rows;

  private CsvTable(String name, List<String> columns, List<CsvRow> rows) {
    this.name = name;
    this.columns = List.copyOf(columns);
    this.rows = List.copyOf(rows);
  }

  /**
   * Reads a resource beside a class.
   *
   * @throws InvalidException if it is no such table, naming resource, line and column
   */
  public static CsvTable resource(Class<?> beside, String name, List<String> columns) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new InvalidException(name, "The resource is missing from this build.");
      }
      return parse(name, in.readAllBytes(), columns);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidException if it cannot be read or is no such table, naming file, line and column
   */
  public static CsvTable file(Path file, List<String> columns) {
    try {
      return parse(file.toString(), Files.readAllBytes(file), columns);
    } catch (IOException e) {
      throw new InvalidException(file.toString(), "The file cannot be read: " + e);
    }
  }

  /**
   * Reads a table.
   *
   * @param name under which errors are reported
   * @param columns that must be there; others may be, and are ignored
   * @throws InvalidException if it is no such table, naming line and column
   */
  public static CsvTable parse(String name, byte[] content, List<String> columns) {
    List<String> given = List.of();
    List<CsvRow> rows = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .commentStrategy(CommentStrategy.SKIP)
            .allowUnclosedQuote(false)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .detectBomHeader(false)
            .ofCsvRecord(decoded(name, content))) {
      Map<String, Integer> header = null;
      for (CsvRecord record : reader) {
        if (header == null) {
          header = header(name, record, columns);
          given = record.getFields();
          continue;
        }
        CsvRow row = new CsvRow(name, record.getStartingLineNumber(), header, record.getFields());
        if (record.getFieldCount() != header.size()) {
          throw row.invalid(
              "The row has "
                  + record.getFieldCount()
                  + " fields where the header has "
                  + header.size()
                  + ".");
        }
        rows.add(row);
      }
      if (header == null) {
        throw new InvalidException(name, "The file is empty; its first line names the columns.");
      }
    } catch (CsvParseException e) {
      throw new InvalidException(name, "The file is no CSV: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
    return new CsvTable(name, given, rows);
  }

  public String name() {
    return name;
  }

  public List<CsvRow> rows() {
    return rows;
  }

  /** The same table as CSV, with one more column at the end. */
  public String withColumn(String column, Function<CsvRow, String> value) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      List<String> header = new ArrayList<>(columns);
      header.add(column);
      csv.writeRecord(header);
      for (CsvRow row : rows) {
        List<String> fields = new ArrayList<>(row.fields());
        fields.add(value.apply(row));
        csv.writeRecord(fields);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be written", e);
    }
    return out.toString();
  }

  private static Reader decoded(String name, byte[] content) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return new StringReader(text.startsWith("\ufeff") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      throw new InvalidException(name, "The file is not encoded in UTF-8.");
    }
  }

  private static Map<String, Integer> header(String name, CsvRecord record, List<String> columns) {
    Map<String, Integer> header = new HashMap<>();
    for (int i = 0; i < record.getFieldCount(); i++) {
      String column = record.getField(i);
      if (header.put(column, i) != null) {
        throw new InvalidException(
            name + " line " + record.getStartingLineNumber(),
            "The column " + column + " is there twice.");
      }
    }
    for (String column : columns) {
      if (!header.containsKey(column)) {
        throw new InvalidException(
            name + " line " + record.getStartingLineNumber(),
            "The column " + column + " is missing.");
      }
    }
    return Map.copyOf(header);
  }
}
