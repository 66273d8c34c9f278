package io.portolan.sender.smtp;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a peer offers, as its answer to EHLO says (RFC 5321 section 4.1.1.1).
 *
 * @param lines without codes and without the greeting
 */
record Extensions(List<String> lines) {
  /** What a peer offers that knows only HELO. */
  static final Extensions NONE = new Extensions(List.of());

  private static final Pattern MASKED = Pattern.compile("X{3,}[A-Z]?");

  Extensions {
    lines = List.copyOf(lines);
  }

  /** Reads the lines of a reply, with codes. */
  static Extensions of(List<String> reply) {
    return new Extensions(
        reply.stream()
            .skip(1)
            .filter(line -> line.length() > 4)
            .map(line -> line.substring(4).strip())
            .toList());
  }

  boolean offers(String keyword) {
    return lines.stream().anyMatch(line -> keyword(line).equals(keyword));
  }

  /**
   * The most octets a message may have (RFC 1870); {@link Long#MAX_VALUE} where no limit is stated.
   */
  long maxSize() {
    for (String line : lines) {
      if (keyword(line).equals("SIZE")) {
        return size(line.substring("SIZE".length()).strip());
      }
    }
    return Long.MAX_VALUE;
  }

  /** Whether keywords were overwritten, as Cisco's {@code inspect esmtp} does. */
  boolean masked() {
    return lines.stream().anyMatch(line -> MASKED.matcher(keyword(line)).matches());
  }

  private static long size(String parameter) {
    try {
      long size = Long.parseLong(parameter);
      return size > 0 ? size : Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE; // nothing stated, or nothing that can be understood
    }
  }

  private static String keyword(String line) {
    int end = 0;
    // "AUTH=LOGIN" is an old way to write "AUTH LOGIN"
    while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '=') {
      end++;
    }
    return line.substring(0, end).toUpperCase(Locale.ROOT);
  }
}
