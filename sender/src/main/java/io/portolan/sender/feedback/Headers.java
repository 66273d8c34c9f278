package io.portolan.sender.feedback;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A block of fields as mail and its reports have them (RFC 5322 section 2.2), read leniently: names
 * in lower case, folded lines joined. At most {@value #MAX_FIELDS} fields are kept, each up to
 * {@value #MAX_LENGTH} characters.
 */
final class Headers {
  static final int MAX_FIELDS = 400;
  static final int MAX_LENGTH = 4_000;
  private static final int LONGEST_NAME = 70;

  private final Map<String, List<String>> fields = new HashMap<>();
  private int size;

  private Headers() {}

  /** Reads lines up to the first empty one; lines that are no field are passed over. */
  static Headers read(List<String> lines) {
    Headers headers = new Headers();
    String name = "";
    StringBuilder value = new StringBuilder();
    for (String line : lines) {
      if (line.isBlank()) {
        break;
      }
      if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        if (value.length() < MAX_LENGTH) {
          value.append(' ').append(line.strip());
        }
        continue;
      }
      headers.add(name, value.toString());
      int colon = colonOf(line);
      name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      value.setLength(0);
      if (colon >= 0) {
        value.append(line.substring(colon + 1).strip());
      }
    }
    headers.add(name, value.toString());
    return headers;
  }

  /** The place of the colon that ends a field's name, or -1 in a line that begins no field. */
  static int colonOf(String line) {
    for (int i = 0; i < line.length() && i < LONGEST_NAME; i++) {
      char c = line.charAt(i);
      if (c == ':') {
        return i == 0 ? -1 : i;
      }
      if (c <= ' ' || c > '~') {
        // a space before the colon is obsolete but seen
        return c == ' ' && i > 0 && i + 1 < line.length() && line.charAt(i + 1) == ':' ? i + 1 : -1;
      }
    }
    return -1;
  }

  private void add(String name, String value) {
    if (!name.isEmpty() && size < MAX_FIELDS) {
      size++;
      fields
          .computeIfAbsent(name, _ -> new ArrayList<>(1))
          .add(value.length() > MAX_LENGTH ? value.substring(0, MAX_LENGTH) : value);
    }
  }

  boolean isEmpty() {
    return fields.isEmpty();
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The first value of a field as it stands; empty where there is none. */
  String text(String name) {
    List<String> values = fields.get(name);
    return values == null ? "" : values.getFirst();
  }

  /** The first value of a field that is there and not empty. */
  Optional<String> first(String name) {
    return all(name).stream().filter(value -> !value.isEmpty()).findFirst();
  }

  List<String> all(String name) {
    return fields.getOrDefault(name, List.of());
  }

  /** The first value of a field with its encoded words read (RFC 2047). */
  String decoded(String name) {
    return decodedWords(text(name));
  }

  /** Encoded words read (RFC 2047), and bytes beyond ASCII that were never to be there. */
  static String decodedWords(String text) {
    String clean = text;
    if (text.chars().anyMatch(c -> c >= 0x80 || c == 0x1b)
        && text.chars().noneMatch(c -> c > 0xff)) {
      clean = Charsets.text(text.getBytes(StandardCharsets.ISO_8859_1), "");
    }
    if (!clean.contains("=?")) {
      return clean;
    }
    try {
      return MimeUtility.decodeText(clean);
    } catch (UnsupportedEncodingException | RuntimeException e) {
      return clean; // as it stands: an encoding that nobody knows says nothing more
    }
  }
}
