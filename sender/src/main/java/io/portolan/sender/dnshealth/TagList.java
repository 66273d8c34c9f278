package io.portolan.sender.dnshealth;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The tags of a DKIM key record or a DMARC policy (RFC 6376 section 3.2, RFC 7489 section 6.4),
 * their names in lower case. Of what is no tag nothing is kept.
 */
record TagList(Map<String, String> tags) {
  TagList {
    tags = Map.copyOf(tags);
  }

  static TagList parse(String record) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (String part : record.split(";", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        tags.putIfAbsent(
            part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            part.substring(equals + 1).strip());
      }
    }
    return new TagList(tags);
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(tags.get(name));
  }

  /** The value in lower case, or another one where the tag is absent. */
  String word(String name, String absent) {
    return tags.getOrDefault(name, absent).toLowerCase(Locale.ROOT);
  }
}
