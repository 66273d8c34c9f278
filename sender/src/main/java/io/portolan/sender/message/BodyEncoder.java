package io.portolan.sender.message;

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

  private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private BodyEncoder() {}

  /**
   * Appends the fields that describe the part, an empty line, and the encoded text.
   *
   * @param subtype such as {@code plain}
   */
  static void write(MessageBuffer out, String subtype, String text) {
    byte[] octets = canonical(text.getBytes(StandardCharsets.UTF_8));
    int above = 0;
    int longest = 0;
    int lineStart = 0;
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] < 0) {
        above++;
      } else if (octets[i] == '\n') {
        longest = Math.max(longest, i - 1 - lineStart);
        lineStart = i + 1;
      }
    }
    longest = Math.max(longest, octets.length - lineStart);
    out.ascii("Content-Type: text/")
        .ascii(subtype)
        .ascii("; charset=UTF-8\r\nContent-Transfer-Encoding: ");
    if (above == 0 && longest <= LONGEST_LINE) {
      out.ascii("7bit\r\n\r\n").octets(octets);
    } else if (above <= octets.length / 2) {
      out.ascii("quoted-printable\r\n\r\n");
      quotedPrintable(out, octets);
    } else {
      out.ascii("base64\r\n\r\n").octets(BASE64.encode(octets));
    }
  }

  private static byte[] canonical(byte[] utf8) {
    int breaks = 0;
    boolean clean = true;
    for (int i = 0; i < utf8.length; i++) {
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
    for (int i = 0; i < octets.length; i++) {
      byte octet = octets[i];
      if (octet == '\r') {
        // canonical text has no other
        out.crlf();
        column = 0;
        i++;
        continue;
      }
      boolean endsLine = i + 1 == octets.length || octets[i + 1] == '\r';
      boolean plain =
          octet > ' ' ? octet != '=' && octet < 0x7F : (octet == ' ' || octet == '\t') && !endsLine;
      int width = plain ? 1 : 3;
      if (column + width > LONGEST_QUOTED) {
        out.octet('=').crlf();
        column = 0;
      }
      if (plain) {
        out.octet(octet);
      } else {
        out.octet('=').octet(HEX[octet >> 4 & 15]).octet(HEX[octet & 15]);
      }
      column += width;
    }
  }
}
