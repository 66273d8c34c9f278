package io.portolan.api.configuration;

import java.util.List;
import java.util.Optional;

/**
 * A part of the configuration whose entries have names of their own, such as the relays.
 *
 * @param name such as {@code relays}
 * @param entry what the name of an entry is, such as {@code NAME}
 * @param example the name of an entry, for the example
 * @param meaning one sentence
 */
record SettingGroup(String name, String entry, String example, String meaning, List<Field> fields) {
  SettingGroup {
    fields = List.copyOf(fields);
  }

  /**
   * A setting of each entry.
   *
   * @param example a value as it would be written
   * @param meaning one sentence
   */
  record Field(String name, boolean isRequired, String example, String meaning) {}

  Optional<Field> field(String field) {
    return fields.stream().filter(each -> each.name().equals(field)).findFirst();
  }
}
