package io.portolan.core.list;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.database.CopyRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A group of rows that is committed as a whole: recipients ready to be copied, each address once,
 * and what was rejected. Not thread-safe.
 */
final class ImportChunk {
  static final int MOST_ROWS = 10_000;
  private static final int MOST_BYTES = 8 << 20;

  private final CsvHeader header;
  private final List<String> keys; // each attribute's name as JSON, with its colon
  private final long bytesBefore;
  private long bytesAfter;
  private long rows;
  private boolean last;
  private final CopyRows recipients = new CopyRows(4);
  private final Set<String> addresses = new HashSet<>();
  private final List<ImportReject> rejects = new ArrayList<>();
  private final StringBuilder json = new StringBuilder();

  private ImportChunk(CsvHeader header, long bytesBefore) {
    this.header = header;
    this.bytesBefore = bytesBefore;
    keys = header.attributes().stream().map(name -> '"' + quoted(name) + "\":").toList();
  }

  /**
   * Reads the next group.
   *
   * @param bytesBefore how much of the file is done
   */
  static ImportChunk read(CsvRows rows, CsvHeader header, long bytesBefore) throws IOException {
    ImportChunk chunk = new ImportChunk(header, bytesBefore);
    while (chunk.rows < MOST_ROWS && chunk.recipients.size() < MOST_BYTES && !chunk.last) {
      rows.next().ifPresentOrElse(row -> chunk.add(row, rows), () -> chunk.last = true);
    }
    chunk.bytesAfter = rows.bytesRead();
    return chunk;
  }

  /** Whether the file ends here. */
  boolean isLast() {
    return last;
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

  /** Columns address, address_key, domain and attributes. */
  CopyRows recipients() {
    return recipients;
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
    if (addresses.add(address.key())) {
      recipients.begin();
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
        json.append(json.length() > 1 ? "," : "").append(keys.get(column)).append('"');
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
