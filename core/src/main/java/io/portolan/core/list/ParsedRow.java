package io.portolan.core.list;

import java.util.List;

/** A row of a file as the import reads it. */
sealed interface ParsedRow {

  /**
   * A row that follows RFC 4180.
   *
   * @param line where it begins; the first line of the file is 1
   * @param fields the values of its first fields, as many as were wanted
   * @param count of all its fields
   */
  record Good(long line, List<String> fields, int count) implements ParsedRow {}

  /** A row that does not. */
  record Bad(ImportReject reject) implements ParsedRow {}
}
