package io.portolan.core.address;

import static java.lang.Character.COMBINING_SPACING_MARK;
import static java.lang.Character.CONTROL;
import static java.lang.Character.DECIMAL_DIGIT_NUMBER;
import static java.lang.Character.ENCLOSING_MARK;
import static java.lang.Character.FORMAT;
import static java.lang.Character.LINE_SEPARATOR;
import static java.lang.Character.LOWERCASE_LETTER;
import static java.lang.Character.MODIFIER_LETTER;
import static java.lang.Character.NON_SPACING_MARK;
import static java.lang.Character.OTHER_LETTER;
import static java.lang.Character.PARAGRAPH_SEPARATOR;
import static java.lang.Character.PRIVATE_USE;
import static java.lang.Character.SPACE_SEPARATOR;
import static java.lang.Character.SURROGATE;
import static java.lang.Character.UNASSIGNED;

/**
 * The character classes of addresses and domains, and the names by which a refused character is
 * reported.
 */
final class Characters {
  private static final int MIDDLE_DOT = 0xB7;
  private static final boolean[] ATOM = new boolean[0x80];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      ATOM[c] = true;
      ATOM[Character.toUpperCase(c)] = true;
    }
    for (char c = '0'; c <= '9'; c++) {
      ATOM[c] = true;
    }
    // RFC 5322 3.2.3
    for (char c : "!#$%&'*+-/=?^_`{|}~".toCharArray()) {
      ATOM[c] = true;
    }
  }

  private Characters() {}

  static boolean isAtom(char c) {
    return c < 0x80 && ATOM[c];
  }

  static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a code point above ASCII shows something on paper: no control, blank, invisible or
   * unassigned one.
   */
  static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case CONTROL,
          FORMAT,
          SURROGATE,
          PRIVATE_USE,
          UNASSIGNED,
          LINE_SEPARATOR,
          PARAGRAPH_SEPARATOR,
          SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  static boolean isMark(int point) {
    return switch (Character.getType(point)) {
      case NON_SPACING_MARK, COMBINING_SPACING_MARK, ENCLOSING_MARK -> true;
      default -> false;
    };
  }

  /**
   * Whether a code point may stand in a label that is not all ASCII (RFC 5892 2.1, with the middle
   * dot of 2.6).
   */
  static boolean isInternationalLabelCharacter(int point) {
    if (point < 0x80) {
      return point == '-' || (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z');
    }
    return switch (Character.getType(point)) {
      case LOWERCASE_LETTER,
          OTHER_LETTER,
          MODIFIER_LETTER,
          NON_SPACING_MARK,
          COMBINING_SPACING_MARK,
          DECIMAL_DIGIT_NUMBER ->
          true;
      default -> point == MIDDLE_DOT;
    };
  }

  /** A character in words, so that an invisible one can be found by whoever reads the message. */
  static String named(int point) {
    return switch (point) {
      case '\r', '\n' -> "a line break";
      case '\t' -> "a tab";
      case ' ' -> "a space";
      default -> {
        if (point < 0x20 || point == 0x7F) {
          yield "a control character (U+%04X)".formatted(point);
        }
        if (point < 0x7F || isVisible(point)) {
          yield "the character '" + Character.toString(point) + "'";
        }
        yield "an invisible character (U+%04X)".formatted(point);
      }
    };
  }
}
