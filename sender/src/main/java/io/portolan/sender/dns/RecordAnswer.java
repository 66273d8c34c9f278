package io.portolan.sender.dns;

import java.util.List;

/** What the DNS says of a name's records of one type. */
public sealed interface RecordAnswer {

  /**
   * At least one record, as text: an address, a name without its final dot, the strings of a TXT
   * record joined, or of an MX record the preference, a space and the host, which is empty for the
   * null MX.
   */
  record Found(List<String> values) implements RecordAnswer {
    public Found {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("an answer without records is None");
      }
    }
  }

  /**
   * No record of the type.
   *
   * @param nameExists whether there are records of other types
   */
  record None(boolean nameExists) implements RecordAnswer {}

  /** No answer now: a timeout, SERVFAIL and their like. Says nothing of the records. */
  record Failed(String detail) implements RecordAnswer {}
}
