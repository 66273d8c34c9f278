package io.portolan.sender.message;

import io.portolan.core.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes the text of a part as a MIME entity that passes any mail system: UTF-8 in 7bit,
 * quoted-printable or base64, whichever is the first that fits (RFC 2045 section 6). Lines end with
 * CRLF, however they ended before, and control characters become spaces.
 */
final class BodyEncoder {
  // RFC 5322 2.1.1, without CRLF
  private static final int LONGEST_LINE = 998;

  // RFC 2045 6.7 rule 5, without the = of a soft line break
  private static final int LONGEST_QUOTED = 75;

  private static final int QUOTED_WIDTH = 3;

  private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private BodyEncoder() {}

  /** How a part travels. */
  enum Encoding {
    SEVEN_BIT("7bit"),
    QUOTED("quoted-printable"),
    BASE64("base64");

    private final String word;

    Encoding(String word) {
      this.word = word;
    }
  }

  /**
   * What decides how a text is encoded.
   *
   * @param octets all of them
   * @param above those above ASCII
   * @param longestLine in octets, without CRLF
   */
  record Traits(int octets, int above, int longestLine) {
    static final Traits EMPTY = new Traits(0, 0, 0);

    /** Of canonical text. */
    static Traits of(byte[] octets) {
      int above = 0;
      int longest = 0;
      int lineStart = 0;
      for (int i = Octets.endOfPlain(octets, 0, octets.length);
          i < octets.length;
          i = Octets.endOfPlain(octets, i + 1, octets.length)) {
        if (octets[i] < 0) {
          above++;
        } else if (octets[i] == '\n') {
          longest = Math.max(longest, i - 1 - lineStart);
          lineStart = i + 1;
        }
      }
      return new Traits(octets.length, above, Math.max(longest, octets.length - lineStart));
    }

    /** Of both, if one begins on a new line behind the other. */
    Traits and(Traits other) {
      return new Traits(
          octets + other.octets, above + other.above, Math.max(longestLine, other.longestLine));
    }

    Encoding encoding() {
      if (above == 0 && longestLine <= LONGEST_LINE) {
        return Encoding.SEVEN_BIT;
      }
      return above <= octets / 2 ? Encoding.QUOTED : Encoding.BASE64;
    }
  }

  /**
   * Appends the fields that describe the part, an empty line, and the encoded text.
   *
   * @param subtype such as {@code plain}
   */
  static void write(MessageBuffer out, String subtype, String text) {
    byte[] octets = canonical(text);
    Encoding encoding = Traits.of(octets).encoding();
    out.ascii(fields(subtype, encoding)).crlf();
    encode(out, encoding, octets);
  }

  /** The fields that describe a part. */
  static String fields(String subtype, Encoding encoding) {
    return "Content-Type: text/"
        + subtype
        + "; charset=UTF-8\r\nContent-Transfer-Encoding: "
        + encoding.word
        + "\r\n";
  }

  /**
   * Appends encoded text. In 7bit and quoted-printable each line is encoded by itself, so that
   * lines may come one after another; base64 takes a part as a whole.
   *
   * @param octets canonical
   */
  static void encode(MessageBuffer out, Encoding encoding, byte[] octets) {
    switch (encoding) {
      case SEVEN_BIT -> out.octets(octets);
      case QUOTED -> quotedPrintable(out, octets);
      case BASE64 -> out.octets(BASE64.encode(octets));
    }
  }

  /** Text in UTF-8 whose lines end with CRLF and that has no other control character than tabs. */
  static byte[] canonical(String text) {
    return canonical(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] canonical(byte[] utf8) {
    int breaks = 0;
    boolean clean = true;
    for (int i = Octets.endOfPlain(utf8, 0, utf8.length);
        i < utf8.length;
        i = Octets.endOfPlain(utf8, i + 1, utf8.length)) {
      byte octet = utf8[i];
      if (octet == '\n' && (i == 0 || utf8[i - 1] != '\r')) {
        breaks++;
      } else if (octet == '\r' && (i + 1 == utf8.length || utf8[i + 1] != '\n')) {
        breaks++;
      } else if (isControl(octet)) {
        clean = false;
      }
    }
    if (breaks == 0 && clean) {
      return utf8;
    }
    byte[] octets = new byte[utf8.length + breaks];
    int length = 0;
    for (int i = 0; i < utf8.length; i++) {
      int plain = Octets.endOfPlain(utf8, i, utf8.length);
      System.arraycopy(utf8, i, octets, length, plain - i);
      length += plain - i;
      i = plain;
      if (i == utf8.length) {
        break;
      }
      byte octet = utf8[i];
      if (octet == '\r' || octet == '\n') {
        octets[length++] = '\r';
        octets[length++] = '\n';
        if (octet == '\r' && i + 1 < utf8.length && utf8[i + 1] == '\n') {
          i++;
        }
      } else {
        octets[length++] = isControl(octet) ? (byte) ' ' : octet;
      }
    }
    return octets;
  }

  private static boolean isControl(byte octet) {
    return (octet >= 0 && octet < ' ' && octet != '\t' && octet != '\r' && octet != '\n')
        || octet == 0x7F;
  }

  private static void quotedPrintable(MessageBuffer out, byte[] octets) {
    int column = 0;
    int i = 0;
    while (i < octets.length) {
      int plain = endOfUnquoted(octets, i);
      while (i < plain) {
        if (column == LONGEST_QUOTED) {
          out.octet('=').crlf();
          column = 0;
        }
        int count = Math.min(plain - i, LONGEST_QUOTED - column);
        out.octets(octets, i, i + count);
        column += count;
        i += count;
      }
      if (i == octets.length) {
        return;
      }
      byte octet = octets[i++];
      if (octet == '\r') {
        // canonical text has no other
        out.crlf();
        column = 0;
        i++;
        continue;
      }
      if (column + QUOTED_WIDTH > LONGEST_QUOTED) {
        out.octet('=').crlf();
        column = 0;
      }
      out.octet('=').octet(HEX[octet >> 4 & 15]).octet(HEX[octet & 15]);
      column += QUOTED_WIDTH;
    }
  }

  /** Where the first octet is, from a place on, that is not written as it is. */
  private static int endOfUnquoted(byte[] octets, int from) {
    int i = Octets.endOfPlainBut((byte) '=', octets, from, octets.length);
    while (i < octets.length && octets[i] == '\t' && !endsLine(octets, i)) {
      i = Octets.endOfPlainBut((byte) '=', octets, i + 1, octets.length);
    }
    // RFC 2045 6.7 rule 3: a blank at the end of a line is quoted
    return i > from && octets[i - 1] == ' ' && endsLine(octets, i - 1) ? i - 1 : i;
  }

  private static boolean endsLine(byte[] octets, int place) {
    return place + 1 == octets.length || octets[place + 1] == '\r';
  }
}
