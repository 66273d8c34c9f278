package io.portolan.sender.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds mail addresses in any text, without expressions, so that no text takes more than its
 * length.
 */
final class MailAddresses {
  private static final String LOCAL = "!#$%&*+-./=?^_`{|}~'";
  private static final int LONGEST = 320;
  private static final int MOST = 200;

  private MailAddresses() {}

  /**
   * An address where it stands.
   *
   * @param address in lower case
   * @param written as it stands
   * @param start in the text
   * @param end exclusive
   */
  record Found(String address, String written, int start, int end) {}

  /** All addresses in a text, in their order. */
  static List<Found> in(String text) {
    List<Found> found = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf('@');
        at >= 0 && found.size() < MOST;
        at = text.indexOf('@', at + 1)) {
      int start = startOfLocal(text, at, from);
      int end = endOfDomain(text, at + 1);
      if (start < at && end > at + 1) {
        String written = text.substring(start, end);
        found.add(new Found(written.toLowerCase(Locale.ROOT), written, start, end));
        from = end;
      }
    }
    return found;
  }

  /** The first address in a text. */
  static Optional<String> first(String text) {
    return in(text).stream().map(Found::address).findFirst();
  }

  private static int startOfLocal(String text, int at, int from) {
    int start = at;
    if (at > from && text.charAt(at - 1) == '"') {
      int quote = text.lastIndexOf('"', at - 2);
      return quote >= from && at - quote < LONGEST ? quote : at;
    }
    while (start > from && at - start < LONGEST && isLocal(text.charAt(start - 1))) {
      start--;
    }
    while (start < at && ("'.`=/".indexOf(text.charAt(start)) >= 0)) {
      start++;
    }
    return start;
  }

  private static boolean isLocal(char c) {
    return Character.isLetterOrDigit(c) || LOCAL.indexOf(c) >= 0;
  }

  private static int endOfDomain(String text, int start) {
    int end = start;
    while (end < text.length()
        && end - start < LONGEST
        && (Character.isLetterOrDigit(text.charAt(end)) || "-._".indexOf(text.charAt(end)) >= 0)) {
      end++;
    }
    while (end > start && "-._".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    int dot = text.lastIndexOf('.', end - 1);
    return dot > start ? end : start;
  }
}
