package io.portolan.core.address;

import java.text.Normalizer;
import java.util.Locale;

/** The rules for what stands before the @: RFC 5321 section 4.1.2 and RFC 6531 section 3.3. */
final class LocalPart {
  // RFC 5321 4.5.3.1.1
  private static final int MAX_OCTETS = 64;

  private LocalPart() {}

  /**
   * Checks the local part at the head of an address.
   *
   * @return the index of the @ that ends it
   */
  static int end(String address) {
    if (address.isEmpty()) {
      throw new InvalidAddressException(address, "is empty");
    }
    int at = address.charAt(0) == '"' ? endOfQuoted(address) : endOfDotString(address);
    int octets = octets(address, at);
    if (octets > MAX_OCTETS) {
      throw new InvalidAddressException(
          address, "has " + octets + " octets before the @; " + MAX_OCTETS + " are allowed");
    }
    return at;
  }

  /** The form of a checked local part in which it is compared. */
  static String canonical(String localPart) {
    String plain = localPart.charAt(0) == '"' ? requoted(localPart) : localPart;
    boolean ascii = true;
    boolean lower = true;
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      ascii &= c < 0x80;
      lower &= c < 'A' || c > 'Z';
    }
    if (ascii) {
      return lower ? plain : plain.toLowerCase(Locale.ROOT);
    }
    // RFC 6532 3.1 recommends NFC; lower-casing can undo it
    String lowered = Normalizer.normalize(plain, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(lowered, Normalizer.Form.NFC);
  }

  static int octets(String localPart) {
    return octets(localPart, localPart.length());
  }

  private static int octets(String text, int end) {
    int octets = 0;
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      // each half of a surrogate pair stands for two of its four octets
      octets += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return octets;
  }

  private static int endOfDotString(String address) {
    int length = address.length();
    int i = 0;
    boolean afterDot = true;
    while (i < length) {
      char c = address.charAt(i);
      if (Characters.isAtom(c)) {
        afterDot = false;
        i++;
      } else if (c == '.') {
        if (afterDot) {
          throw new InvalidAddressException(
              address, i == 0 ? "begins with a dot" : "has two dots in a row before the @");
        }
        afterDot = true;
        i++;
      } else if (c == '@') {
        if (i == 0) {
          throw new InvalidAddressException(address, "has nothing before the @");
        }
        if (afterDot) {
          throw new InvalidAddressException(address, "has a dot right before the @");
        }
        return i;
      } else {
        i += checkInternational(address, i);
        afterDot = false;
      }
    }
    throw new InvalidAddressException(address, "has no @");
  }

  private static int endOfQuoted(String address) {
    int length = address.length();
    for (int i = 1; i < length; ) {
      char c = address.charAt(i);
      if (c == '"') {
        return atAfterQuote(address, i);
      }
      if (c == '\\') {
        // RFC 5321: quoted-pairSMTP is a backslash and one printable ASCII character
        if (i + 1 == length || address.charAt(i + 1) < ' ' || address.charAt(i + 1) > '~') {
          throw new InvalidAddressException(address, "has a backslash that quotes nothing");
        }
        i += 2;
      } else if (c >= ' ' && c <= '~') {
        i++;
      } else {
        i += checkInternational(address, i);
      }
    }
    throw new InvalidAddressException(address, "has a quote that is not closed");
  }

  private static int atAfterQuote(String address, int closing) {
    if (closing == 1) {
      throw new InvalidAddressException(address, "has nothing before the @");
    }
    if (closing + 1 == address.length() || address.charAt(closing + 1) != '@') {
      throw new InvalidAddressException(address, "has no @ after the closing quote");
    }
    return closing + 1;
  }

  /** Passes one character above ASCII and returns its length in chars, or refuses it. */
  private static int checkInternational(String address, int index) {
    int point = address.codePointAt(index);
    if (point < 0x80 || !Characters.isVisible(point)) {
      throw new InvalidAddressException(
          address, "has " + Characters.named(point) + " before the @");
    }
    return Character.charCount(point);
  }

  /*
   * RFC 5321 4.1.2: quoting only hides characters from the parser, so "anna"@ and anna@ are one
   * mailbox; the form with the fewest quotes stands for all.
   */
  private static String requoted(String quoted) {
    StringBuilder content = new StringBuilder(quoted.length());
    boolean dotString = true;
    boolean afterDot = true;
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c == '\\') {
        c = quoted.charAt(++i);
      }
      if (c == '.') {
        dotString &= !afterDot;
        afterDot = true;
      } else {
        dotString &= Characters.isAtom(c) || c >= 0x80;
        afterDot = false;
      }
      content.append(c);
    }
    if (dotString && !afterDot) {
      return content.toString();
    }
    StringBuilder out = new StringBuilder(content.length() + 4).append('"');
    for (int i = 0; i < content.length(); i++) {
      char c = content.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    return out.append('"').toString();
  }
}
