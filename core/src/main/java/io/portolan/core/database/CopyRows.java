package io.portolan.core.database;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the binary format of {@code COPY}, which needs no escaping, kept until they are sent.
 * Columns are added in the order in which the statement names them, {@link #begin} before those of
 * each row. Not thread-safe.
 */
public final class CopyRows {
  private static final byte[] HEADER = "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0".getBytes(ISO_8859_1);
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final int PIECE = 65_536;

  private final int columns;
  private byte[] bytes = new byte[PIECE];
  private int size;
  private int[] starts = new int[64]; // where each row begins
  private int rows;

  /**
   * @param columns in each row
   */
  public CopyRows(int columns) {
    this.columns = columns;
    append(HEADER);
  }

  /** How many rows have been begun. */
  public int rows() {
    return rows;
  }

  /** How many bytes they take. */
  public int size() {
    return size;
  }

  /** Begins a row. */
  public void begin() {
    if (rows == starts.length) {
      starts = Arrays.copyOf(starts, 2 * rows);
    }
    starts[rows++] = size;
    reserve(2);
    putShort(columns);
  }

  /** Adds a column of type {@code bigint}. */
  public void add(long value) {
    reserve(12);
    putInt(8);
    putInt((int) (value >>> 32));
    putInt((int) value);
  }

  /** Adds a column of type {@code text}. */
  public void add(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    reserve(4);
    putInt(utf8.length);
    append(utf8);
  }

  /** Adds a column of type {@code integer}. */
  public void addInteger(int value) {
    reserve(8);
    putInt(4);
    putInt(value);
  }

  /** Adds a column of type {@code smallint}; what does not fit becomes the nearest that does. */
  public void addSmall(int value) {
    reserve(6);
    putInt(2);
    putShort(Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE));
  }

  /**
   * Adds a column of type {@code timestamptz}, rounded to the microsecond as the driver rounds a
   * parameter: the same instant is the same in both ways.
   */
  public void add(Instant value) {
    Instant rounded = value.plusNanos(500).truncatedTo(ChronoUnit.MICROS);
    add(ChronoUnit.MICROS.between(EPOCH, rounded));
  }

  /** Adds a NULL. */
  public void addNull() {
    reserve(4);
    putInt(-1);
  }

  /** Adds a column of type {@code jsonb}. */
  public void addJson(CharSequence object) {
    byte[] utf8 = object.toString().getBytes(UTF_8);
    reserve(5);
    putInt(utf8.length + 1);
    bytes[size++] = 1; // the version of the format
    append(utf8);
  }

  /** Gives the first column of a row, of type {@code bigint}, another value. */
  public void replaceFirst(int row, long value) {
    int end = size;
    size = starts[row] + 2;
    add(value);
    size = end;
  }

  /**
   * Sends the rows; they stay, so that the same can be sent again.
   *
   * @param copy a {@code COPY … FROM STDIN (FORMAT binary)}
   */
  public void send(Connection connection, String copy) throws SQLException {
    CopyIn in = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy);
    try {
      for (int sent = 0; sent < size; sent += PIECE) {
        in.writeToCopy(bytes, sent, Math.min(PIECE, size - sent));
      }
      end(in);
    } finally {
      cancelUnlessEnded(in);
    }
  }

  /**
   * Sends some of the rows, in the order in which they are named; else like {@link
   * #send(Connection, String)}.
   *
   * @param chosen their numbers; the row that was begun first is 0
   */
  public void send(Connection connection, String copy, List<Integer> chosen) throws SQLException {
    CopyIn in = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy);
    try {
      in.writeToCopy(bytes, 0, HEADER.length);
      byte[] piece = new byte[PIECE];
      int filled = 0;
      for (int row : chosen) {
        int length = (row + 1 < rows ? starts[row + 1] : size) - starts[row];
        if (filled + length > PIECE) {
          in.writeToCopy(piece, 0, filled);
          filled = 0;
        }
        if (length > PIECE) {
          in.writeToCopy(bytes, starts[row], length);
        } else {
          System.arraycopy(bytes, starts[row], piece, filled, length);
          filled += length;
        }
      }
      in.writeToCopy(piece, 0, filled);
      end(in);
    } finally {
      cancelUnlessEnded(in);
    }
  }

  private static void end(CopyIn in) throws SQLException {
    in.writeToCopy(new byte[] {-1, -1}, 0, 2); // the end of the rows
    in.endCopy();
  }

  private static void cancelUnlessEnded(CopyIn in) throws SQLException {
    if (in.isActive()) {
      in.cancelCopy();
    }
  }

  private void append(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
  }

  private void reserve(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }

  private void putShort(int value) {
    bytes[size++] = (byte) (value >>> 8);
    bytes[size++] = (byte) value;
  }

  private void putInt(int value) {
    putShort(value >>> 16);
    putShort(value);
  }
}
