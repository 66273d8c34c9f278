package io.portolan.core.suppression;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.csv.SafeText;
import io.portolan.core.list.ListStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Suppressions as CSV with a header row: written as they are read, some thousands at a time, so
 * that memory does not grow with the file. Thread-safe; holds no state.
 */
public final class SuppressionCsv {
  /** How many refused rows an import names. */
  public static final int MOST_REJECTS = 1_000;

  private static final int CHUNK = 2_000;
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final char REPLACED = '\uFFFD';
  private static final List<String> COLUMNS =
      List.of(
          "value",
          "reason",
          "list",
          "sending_domain",
          "expires_at",
          "note",
          "source",
          "evidence",
          "created_at");
  private static final List<String> VALUES = List.of("value", "address", "email", "domain");

  private static final String HASH = "hash:";
  private static final Pattern ERASED =
      Pattern.compile(HASH + "(?<key>[0-9a-f]{16}):(?<hash>[0-9a-f]{64})");
  private static final int SHOWN_CHARACTERS = 80;
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final SuppressionStore store;
  private final ListStore lists;
  private final InstantSource clock;

  /**
   * @param lists that suppressions may be for
   */
  public SuppressionCsv(SuppressionStore store, ListStore lists, InstantSource clock) {
    this.store = store;
    this.lists = lists;
    this.clock = clock;
  }

  /** A row that was not imported. */
  public record Reject(long line, String reason) {}

  /**
   * What an import did.
   *
   * @param added new, or prolonged
   * @param existing suppressed already
   * @param rejects the first {@value #MOST_REJECTS} rows that were refused
   */
  public record Imported(
      long rows, long added, long existing, long rejected, List<Reject> rejects) {}

  /** What rows of one import have in common. */
  private record Whole(Set<Long> lists, String hashKey, SuppressionScope usual, String source) {}

  /**
   * Imports suppressions; rows that cannot be taken, or that would suppress nobody, are reported
   * with field and value, the others stand. A failure in the middle leaves what was read before;
   * the same file may be imported again.
   *
   * @param csv of bytes that are not UTF-8 the replacement character U+FFFD; a row with one is
   *     refused
   * @param usual scope of rows that name none
   * @param source who imports
   * @throws InvalidException if it is no CSV, or has no column value, address, email or domain
   */
  public Imported read(Reader csv, SuppressionScope usual, String source) throws IOException {
    BufferedReader text = withoutByteOrderMark(csv);
    Whole whole = new Whole(lists.ids(), store.hashKey(), usual, source);
    List<Suppression> chunk = new ArrayList<>();
    List<Reject> rejects = new ArrayList<>();
    long rows = 0;
    long added = 0;
    long rejected = 0;
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder().detectBomHeader(false).ofNamedCsvRecord(text)) {
      for (NamedCsvRecord row : reader) {
        if (rows == 0) {
          valueColumn(row);
        }
        rows++;
        try {
          chunk.add(suppression(row, whole));
        } catch (InvalidException e) {
          rejected++;
          if (rejects.size() < MOST_REJECTS) {
            rejects.add(new Reject(row.getStartingLineNumber(), String.valueOf(e.getMessage())));
          }
        }
        if (chunk.size() == CHUNK) {
          added += store.add(chunk);
          chunk.clear();
        }
      }
    } catch (CsvParseException e) {
      throw new InvalidException("file", "is no CSV after " + rows + " rows: " + e.getMessage());
    }
    added += store.add(chunk);
    return new Imported(rows, added, rows - rejected - added, rejected, rejects);
  }

  /** Writes what a filter shows, with the columns that {@link #read} takes. */
  public void write(Writer csv, SuppressionFilter filter) throws IOException {
    String hashKey = store.hashKey();
    try (CsvWriter writer = CsvWriter.builder().build(csv)) {
      writer.writeRecord(COLUMNS);
      List<StoredSuppression> page = store.findPage(filter, 0, CHUNK);
      while (!page.isEmpty()) {
        for (StoredSuppression stored : page) {
          write(writer, stored.suppression(), hashKey);
        }
        page = store.findPage(filter, page.getLast().id(), CHUNK);
      }
    }
  }

  private static void write(CsvWriter writer, Suppression suppression, String hashKey) {
    writer.writeRecord(
        suppression.target() instanceof SuppressionTarget.Erased(String hash)
            ? HASH + hashKey + ":" + hash
            : suppression.target().value(),
        suppression.reason().id(),
        SuppressionRows.listId(suppression.scope()).map(String::valueOf).orElse(""),
        SuppressionRows.sendingDomain(suppression.scope()).orElse(""),
        suppression.expiresAt().map(Instant::toString).orElse(""),
        SafeText.written(suppression.note()),
        SafeText.written(suppression.source()),
        SafeText.written(suppression.evidence().text()),
        suppression.at().toString());
  }

  /** Spreadsheets that write UTF-8 begin with one. */
  private static BufferedReader withoutByteOrderMark(Reader csv) throws IOException {
    BufferedReader text = new BufferedReader(csv);
    text.mark(1);
    if (text.read() != BYTE_ORDER_MARK) {
      text.reset();
    }
    return text;
  }

  private Suppression suppression(NamedCsvRecord row, Whole whole) {
    if (row.getFields().stream().anyMatch(field -> field.indexOf(REPLACED) >= 0)) {
      throw new InvalidException("row", "has bytes that are not UTF-8; save the file as UTF-8");
    }
    return new Suppression(
        target(row, whole.hashKey()),
        scope(row, whole.lists()).orElse(whole.usual()),
        field(row, "reason")
            .map(
                id ->
                    SuppressionReason.of(id)
                        .orElseThrow(
                            () -> new InvalidException("reason", shown(id) + " is no reason")))
            .orElse(SuppressionReason.IMPORT),
        whole.source(),
        new Suppression.Evidence(
            field(row, "evidence").map(SafeText::read).orElse(""),
            Optional.empty(),
            Optional.empty()),
        field(row, "note").map(SafeText::read).orElse(""),
        time(row, "created_at").orElseGet(clock::instant),
        end(row));
  }

  private Optional<Instant> end(NamedCsvRecord row) {
    Optional<Instant> end = time(row, "expires_at");
    end.filter(at -> !at.isAfter(clock.instant()))
        .ifPresent(
            at -> {
              throw new InvalidException(
                  "expires_at",
                  shown(at.toString())
                      + " is past, so that it would suppress nobody; write a later time, or leave"
                      + " the field empty to suppress without end");
            });
    return end;
  }

  private static String valueColumn(NamedCsvRecord row) {
    return VALUES.stream()
        .filter(row.getHeader()::contains)
        .findFirst()
        .orElseThrow(
            () -> new InvalidException("header", "has no column value, address, email or domain"));
  }

  private static SuppressionTarget target(NamedCsvRecord row, String hashKey) {
    String column = valueColumn(row);
    String value = field(row, column).orElse("");
    if (value.startsWith(HASH)) {
      return erased(column, value, hashKey);
    }
    try {
      return SuppressionTarget.parse(value);
    } catch (InvalidAddressException e) {
      throw new InvalidException(column, String.valueOf(e.getMessage()));
    }
  }

  private static SuppressionTarget erased(String column, String value, String hashKey) {
    Matcher parts = ERASED.matcher(value);
    if (!parts.matches()) {
      throw new InvalidException(
          column,
          shown(value)
              + " is no hash with its key as an export writes it, so that it would suppress nobody;"
              + " export it again, or write the address");
    }
    if (!parts.group("key").equals(hashKey)) {
      throw new InvalidException(
          column,
          shown(value)
              + " is a hash by the key of another installation, so that it would suppress nobody"
              + " here; only the address itself can be brought along");
    }
    return new SuppressionTarget.Erased(parts.group("hash"));
  }

  private static Optional<SuppressionScope> scope(NamedCsvRecord row, Set<Long> lists) {
    Optional<String> list = field(row, "list");
    Optional<String> domain = field(row, "sending_domain");
    if (list.isPresent() && domain.isPresent()) {
      throw new InvalidException(
          "list",
          shown(list.get())
              + " and sending_domain "
              + shown(domain.get())
              + " are both there; give one of them");
    }
    if (list.isPresent()) {
      if (!list.get().matches("\\d{1,18}") || !lists.contains(Long.parseLong(list.get()))) {
        throw new InvalidException(
            "list",
            shown(list.get())
                + " is no id of a list here, so that it would suppress nobody; write the id of a"
                + " list that there is, or leave the field empty");
      }
      return Optional.of(new SuppressionScope.OfList(Long.parseLong(list.get())));
    }
    try {
      return domain.map(name -> new SuppressionScope.OfSendingDomain(new Domain(name)));
    } catch (InvalidAddressException e) {
      throw new InvalidException("sending_domain", String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Instant> time(NamedCsvRecord row, String column) {
    Optional<String> written = field(row, column);
    try {
      Optional<Instant> time = written.map(Instant::parse);
      if (time.filter(at -> at.isBefore(EARLIEST) || at.isAfter(LATEST)).isPresent()) {
        throw new InvalidException(
            column, shown(written.orElse("")) + " is not in the years 1970 to 9999");
      }
      return time;
    } catch (DateTimeException e) {
      throw new InvalidException(
          column, shown(written.orElse("")) + " is no time such as 2026-12-31T00:00:00Z");
    }
  }

  private static String shown(String text) {
    String cut =
        text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
    return "\"" + cut.replaceAll("\\p{Cntrl}", " ") + "\"";
  }

  private static Optional<String> field(NamedCsvRecord row, String column) {
    return row.findField(column).map(String::strip).filter(text -> !text.isEmpty());
  }
}
