package io.portolan.core.address;

import java.text.Normalizer;
import java.util.Locale;

/**
 * The rules by which a written domain becomes its canonical name: RFC 1034, RFC 5321 and UTS #46.
 */
final class DomainSyntax {
  static final String ACE_PREFIX = "xn--";

  // RFC 1035 2.3.4: 255 octets on the wire are 253 characters in a text without the final dot
  private static final int MAX_NAME = 253;
  private static final int MAX_LABEL = 63;
  private static final int MAX_WRITTEN = 1_000;

  private DomainSyntax() {}

  static String canonical(String written) {
    if (written.isEmpty()) {
      throw new InvalidAddressException(written, "has no domain");
    }
    if (written.length() > MAX_WRITTEN) {
      throw tooLong(written, written.length());
    }
    if (written.charAt(0) == '[') {
      throw new InvalidAddressException(written, "has an IP address in place of a domain");
    }
    boolean ascii = true;
    boolean lower = true;
    boolean encoded = false;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      ascii &= c < 0x80;
      lower &= c < 'A' || c > 'Z';
      encoded |= c == '-' && i > 0 && written.charAt(i - 1) == '-';
    }
    String name = written;
    if (!ascii) {
      name = toAscii(written);
    } else if (!lower) {
      name = written.toLowerCase(Locale.ROOT);
    }
    checkName(written, name);
    if (!ascii || encoded) {
      checkEncodedLabels(written, name);
    }
    return name;
  }

  static String decoded(String name) {
    StringBuilder out = new StringBuilder(name.length());
    for (String label : name.split("\\.", -1)) {
      if (!out.isEmpty()) {
        out.append('.');
      }
      out.append(
          label.startsWith(ACE_PREFIX)
              ? Punycode.decode(label.substring(ACE_PREFIX.length()))
              : label);
    }
    return out.toString();
  }

  private static void checkName(String written, String name) {
    if (name.length() > MAX_NAME) {
      throw tooLong(written, name.length());
    }
    int start = 0;
    int labels = 0;
    boolean digitsOnly = false;
    for (int end; start <= name.length(); start = end + 1) {
      end = name.indexOf('.', start);
      if (end < 0) {
        end = name.length();
      }
      digitsOnly = checkLabel(written, name, start, end);
      labels++;
    }
    if (labels == 1) {
      throw new InvalidAddressException(written, "has a domain without a dot");
    }
    if (digitsOnly) {
      throw new InvalidAddressException(
          written, "has an IP address or a number in place of a domain");
    }
  }

  /** Checks one label and says whether it has digits only. */
  private static boolean checkLabel(String written, String name, int start, int end) {
    if (start == end) {
      throw new InvalidAddressException(written, emptyLabel(name, start));
    }
    if (end - start > MAX_LABEL) {
      throw new InvalidAddressException(
          written,
          "has a part of the domain with "
              + (end - start)
              + " characters; "
              + MAX_LABEL
              + " are allowed");
    }
    boolean digitsOnly = true;
    for (int i = start; i < end; i++) {
      char c = name.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      if (!digit && c != '-' && (c < 'a' || c > 'z')) {
        throw new InvalidAddressException(written, "has " + Characters.named(c) + " in the domain");
      }
      digitsOnly &= digit;
    }
    if (name.charAt(start) == '-' || name.charAt(end - 1) == '-') {
      throw new InvalidAddressException(
          written, "has a part of the domain that begins or ends with a hyphen");
    }
    return digitsOnly;
  }

  private static String emptyLabel(String name, int start) {
    if (name.length() == 1) {
      return "has no domain";
    }
    if (start == 0) {
      return "has a domain that begins with a dot";
    }
    return start == name.length()
        ? "has a domain that ends with a dot"
        : "has two dots in a row in the domain";
  }

  private static void checkEncodedLabels(String written, String name) {
    for (String label : name.split("\\.", -1)) {
      if (!label.startsWith(ACE_PREFIX)) {
        // RFC 5891 4.2.3.1: hyphens in the third and fourth place are reserved for encodings
        if (label.startsWith("--", 2)) {
          throw new InvalidAddressException(
              written, "has \"" + label + "\" in the domain, which is no valid encoding");
        }
        continue;
      }
      if (!isLabelOfOurs(label)) {
        throw new InvalidAddressException(
            written, "has \"" + label + "\" in the domain, which is no valid encoding");
      }
    }
  }

  private static boolean isLabelOfOurs(String label) {
    String rest = label.substring(ACE_PREFIX.length());
    try {
      String decoded = Punycode.decode(rest);
      return !Characters.isAscii(decoded)
          && decoded.codePoints().allMatch(point -> Characters.isVisible(point) || isJoiner(point))
          && Punycode.encode(decoded).equals(rest);
    } catch (IllegalArgumentException notPunycode) {
      return false;
    }
  }

  /** Zero-width joiner and non-joiner, which some scripts need (RFC 5892 appendix A). */
  private static boolean isJoiner(int point) {
    return point == 0x200C || point == 0x200D;
  }

  private static String toAscii(String written) {
    String mapped = mapped(written);
    StringBuilder out = new StringBuilder(mapped.length() + 16);
    int start = 0;
    for (int end; start <= mapped.length(); start = end + 1) {
      end = mapped.indexOf('.', start);
      if (end < 0) {
        end = mapped.length();
      }
      String label = mapped.substring(start, end);
      if (start > 0) {
        out.append('.');
      }
      if (Characters.isAscii(label)) {
        out.append(label);
      } else {
        checkUnicodeLabel(written, label);
        out.append(ACE_PREFIX).append(Punycode.encode(label));
      }
    }
    return out.toString();
  }

  /*
   * UTS #46 section 4, steps 1 and 2. Its table maps each code point to the NFKC of its case
   * folding, which lower case between two NFKC passes reproduces for every letter of a registrable
   * name. Soft hyphens and joiners are mapped there and refused here, as all invisible characters
   * are; who needs a joiner writes the label encoded.
   */
  private static String mapped(String written) {
    String composed = Normalizer.normalize(written, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(composed, Normalizer.Form.NFKC).replace('\u3002', '.');
  }

  private static void checkUnicodeLabel(String written, String label) {
    for (int i = 0; i < label.length(); ) {
      int point = label.codePointAt(i);
      if (!Characters.isInternationalLabelCharacter(point)) {
        throw new InvalidAddressException(
            written, "has " + Characters.named(point) + " in the domain");
      }
      // RFC 5891 4.2.3.2
      if (i == 0 && Characters.isMark(point)) {
        throw new InvalidAddressException(
            written, "has a part of the domain that begins with a combining mark");
      }
      i += Character.charCount(point);
    }
    if (label.charAt(0) == '-' || label.charAt(label.length() - 1) == '-') {
      throw new InvalidAddressException(
          written, "has a part of the domain that begins or ends with a hyphen");
    }
  }

  private static InvalidAddressException tooLong(String written, int length) {
    return new InvalidAddressException(
        written, "has a domain of " + length + " characters; " + MAX_NAME + " are allowed");
  }
}
