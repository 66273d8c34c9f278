package io.portolan.sender.feedback;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Turns the bytes of a part into text, whatever its labels say. */
final class Charsets {
  private Charsets() {}

  /**
   * Undoes a transfer encoding (RFC 2045 section 6). Where it is not that encoding after all, what
   * could be read stands.
   *
   * @param max bytes to give at most
   */
  static byte[] transferDecoded(byte[] body, String encoding, int max) {
    String name = encoding.strip().toLowerCase(Locale.ROOT);
    if (!name.startsWith("base64") && !name.startsWith("quoted-printable")) {
      return body;
    }
    String known = name.startsWith("base64") ? "base64" : "quoted-printable";
    byte[] out = new byte[Math.min(max, body.length)];
    int length = 0;
    try (InputStream in = MimeUtility.decode(new ByteArrayInputStream(body), known)) {
      while (length < out.length) {
        int read = in.read(out, length, out.length - length);
        if (read < 0) {
          break;
        }
        length += read;
      }
    } catch (MessagingException | IOException | RuntimeException e) {
      // the rest is no such encoding
      return length == 0 ? body : Arrays.copyOf(out, length);
    }
    return Arrays.copyOf(out, length);
  }

  /** The text of bytes in a charset that may be wrong, unknown or not given. */
  static String text(byte[] bytes, String charset) {
    if (!charset.isEmpty()) {
      try {
        Charset known = Charset.forName(MimeUtility.javaCharset(charset.strip()));
        boolean isAscii = known.equals(StandardCharsets.US_ASCII);
        if (!isAscii && !known.equals(StandardCharsets.UTF_8)) {
          return new String(bytes, known);
        }
      } catch (IllegalArgumentException e) {
        // guessed below
      }
    }
    if (hasJapaneseEscape(bytes)) {
      return new String(bytes, Charset.forName("ISO-2022-JP"));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static boolean hasJapaneseEscape(byte[] bytes) {
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == 0x1b && bytes[i + 1] == '$' && (bytes[i + 2] == 'B' || bytes[i + 2] == '@')) {
        return true;
      }
    }
    return false;
  }
}
