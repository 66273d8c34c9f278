package io.portolan.api.configuration;

import java.util.Map;

/** The fields of one entry of a group, such as those of a relay. Immutable. */
final class Fields {
  private final String name;
  private final Map<String, ConfigurationFile.Entry> given;

  Fields(String name, Map<String, ConfigurationFile.Entry> given) {
    this.name = name;
    this.given = given;
  }

  String required(String field) {
    String value = optional(field);
    if (value.isEmpty()) {
      throw new ConfigurationException(name + ": \"" + field + "\" is missing.");
    }
    return value;
  }

  String optional(String field) {
    ConfigurationFile.Entry entry = given.get(field);
    return entry == null ? "" : entry.value();
  }

  ConfigurationException refused(String why) {
    return new ConfigurationException(
        given.values().iterator().next().place() + ": " + name + ": " + why + ".");
  }

  ConfigurationException refused(String field, String why) {
    ConfigurationFile.Entry entry = given.get(field);
    return Values.refused(
        name + "." + field, entry == null ? new ConfigurationFile.Entry("", name) : entry, why);
  }
}
