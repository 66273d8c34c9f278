package io.portolan.core.list;

import java.util.Map;
import java.util.Optional;

/**
 * How a CSV file is to be understood.
 *
 * @param separator between fields: comma, semicolon or tab; empty to find out from the header
 * @param addressColumn the column that holds the address; empty for the first of email, e-mail,
 *     address and mail that there is, in any case
 * @param attributes the attribute's name for a column that is to have another name than its own; an
 *     empty name leaves the column out
 */
public record ImportOptions(
    Optional<Character> separator, Optional<String> addressColumn, Map<String, String> attributes) {
  public static final ImportOptions DEFAULT =
      new ImportOptions(Optional.empty(), Optional.empty(), Map.of());

  public ImportOptions {
    attributes = Map.copyOf(attributes);
  }
}
