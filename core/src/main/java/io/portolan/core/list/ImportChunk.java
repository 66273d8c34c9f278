package io.portolan.core.list;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.database.CopyRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A group of rows that is committed as a whole: recipients ready to be copied, each address once
 * and none that the group before had, and what was rejected. Not thread-safe.
 */
final class ImportChunk {
  static final int MOST_ROWS = 10_000;
  private static final int MOST_BYTES = 8 << 20;

  private final CsvHeader header;
  private final List<String> names; // each attribute's name as JSON, with its colon
  private final ImportJob job;
  private final long number;
  private final long bytesBefore;
  private long bytesAfter;
  private long rows;
  private boolean last;
  private final CopyRows recipients = new CopyRows(6);
  private final List<Place> places = new ArrayList<>();
  private final Set<String> addresses = new HashSet<>();
  private Set<String> addressesBefore;
  private final List<ImportReject> rejects = new ArrayList<>();
  private final StringBuilder json = new StringBuilder();

  /**
   * One of the recipients.
   *
   * @param key of its address
   * @param row its number among {@link #recipients()}
   */
  record Place(String key, int row) {}

  private ImportChunk(
      CsvHeader header, ImportJob job, long number, long bytesBefore, Set<String> before) {
    this.header = header;
    this.job = job;
    this.number = number;
    this.bytesBefore = bytesBefore;
    addressesBefore = before;
    names = header.attributes().stream().map(name -> '"' + quoted(name) + "\":").toList();
  }

  /** Reads the first group of an import. */
  static ImportChunk first(CsvRows rows, CsvHeader header, ImportJob job) throws IOException {
    return new ImportChunk(header, job, 0, 0, Set.of()).read(rows);
  }

  /** Reads the group behind this one. */
  ImportChunk next(CsvRows rows) throws IOException {
    return new ImportChunk(header, job, number + 1, bytesAfter, addresses).read(rows);
  }

  private ImportChunk read(CsvRows source) throws IOException {
    while (rows < MOST_ROWS && recipients.size() < MOST_BYTES && !last) {
      source.next().ifPresentOrElse(row -> add(row, source), () -> last = true);
    }
    bytesAfter = source.bytesRead();
    addressesBefore = Set.of();
    places.sort(Comparator.comparing(Place::key));
    return this;
  }

  /** Whether the file ends here. */
  boolean isLast() {
    return last;
  }

  long listId() {
    return job.listId();
  }

  long importId() {
    return job.id();
  }

  /** How many groups are before it. */
  long number() {
    return number;
  }

  long bytesBefore() {
    return bytesBefore;
  }

  long bytesAfter() {
    return bytesAfter;
  }

  long rows() {
    return rows;
  }

  /** Columns import_id, list_id, address, address_key, domain and attributes. */
  CopyRows recipients() {
    return recipients;
  }

  /**
   * The recipients in the order in which they are written: neighbours in the index come together,
   * and two imports of the same people do not wait for each other.
   */
  List<Place> places() {
    return places;
  }

  List<ImportReject> rejects() {
    return rejects;
  }

  private void add(ParsedRow row, CsvRows source) {
    switch (row) {
      case ParsedRow.Bad(ImportReject reject) -> {
        rows++;
        rejects.add(reject);
      }
      case ParsedRow.Good good -> {
        // spreadsheets write rows of separators alone behind the last one
        if (!good.fields().stream().allMatch(String::isBlank)) {
          rows++;
          add(good, source);
        }
      }
    }
  }

  private void add(ParsedRow.Good row, CsvRows source) {
    int expected = header.columns().size();
    if (row.count() != expected) {
      reject(row, "has %d fields where the header has %d".formatted(row.count(), expected), source);
      return;
    }
    String written = row.fields().get(header.addressColumn());
    if (written.isBlank()) {
      reject(row, "has no address", source);
      return;
    }
    try {
      add(EmailAddress.parse(written), row.fields());
    } catch (InvalidAddressException e) {
      reject(row, "has an address that " + e.reason(), source);
    }
  }

  private void add(EmailAddress address, List<String> fields) {
    if (!addressesBefore.contains(address.key()) && addresses.add(address.key())) {
      places.add(new Place(address.key(), recipients.rows()));
      recipients.begin();
      recipients.add(job.id());
      recipients.add(job.listId());
      recipients.add(address.asWritten());
      recipients.add(address.key());
      recipients.add(address.domain().name());
      recipients.addJson(attributes(fields));
    }
  }

  private void reject(ParsedRow.Good row, String reason, CsvRows source) {
    rejects.add(new ImportReject(row.line(), reason, source.content()));
  }

  /** The columns that have a value, as a JSON object of texts. */
  private CharSequence attributes(List<String> fields) {
    json.setLength(0);
    json.append('{');
    for (int column = 0; column < fields.size(); column++) {
      String value = fields.get(column);
      if (!header.attributes().get(column).isEmpty() && !value.isBlank()) {
        json.append(json.length() > 1 ? "," : "").append(names.get(column)).append('"');
        JsonStringEncoder.getInstance().quoteAsString(value, json);
        json.append('"');
      }
    }
    return json.append('}');
  }

  private static String quoted(String text) {
    return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
  }
}
