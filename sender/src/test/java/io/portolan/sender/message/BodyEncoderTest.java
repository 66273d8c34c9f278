package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.message.BodyEncoder.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BodyEncoderTest {

  @Test
  void leavesShortAsciiLinesAsTheyAre() {
    assertThat(encoded("a b\tc\nd"))
        .isEqualTo(
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\na b\tc\r\nd");
    assertThat(encoded("x".repeat(998) + "\n")).contains("7bit");
  }

  @Test
  void quotesWhatIsMostlyAscii() {
    assertThat(body("Grüße = x \nend\t"))
        .isEqualTo("quoted-printable|Gr=C3=BC=C3=9Fe =3D x=20\r\nend=09");
    assertThat(body("x".repeat(999)).lines())
        .hasSize(14)
        .allSatisfy(
            line -> assertThat(line.replace("quoted-printable|", "")).hasSizeLessThanOrEqualTo(76));
  }

  @Test
  void breaksNoEscapeAtTheEndOfALine() {
    assertThat(body("x".repeat(74) + "ü" + "y".repeat(10)))
        .isEqualTo("quoted-printable|" + "x".repeat(74) + "=\r\n=C3=BC" + "y".repeat(10));
  }

  @Property(tries = 2_000)
  void quotesAsALookAtEachOctetWould(@ForAll("quotable") String text) {
    byte[] octets = BodyEncoder.canonical(text);
    MessageBuffer out = new MessageBuffer(0);
    BodyEncoder.encode(out, Encoding.QUOTED, octets);

    assertThat(out.text()).isEqualTo(quoted(octets));
  }

  @Provide
  Arbitrary<String> quotable() {
    return Arbitraries.of(
            "\n", " ", "  ", "\t", "=", "ü", "a", "bcd efg", "x".repeat(70), "y".repeat(9))
        .list()
        .ofMaxSize(30)
        .map(pieces -> String.join("", pieces));
  }

  /** By the rules of RFC 2045 section 6.7. */
  private static String quoted(byte[] canonical) {
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (int i = 0; i < canonical.length; i++) {
      if (canonical[i] == '\r') {
        out.append("\r\n");
        column = 0;
        i++;
        continue;
      }
      boolean endsLine = i + 1 == canonical.length || canonical[i + 1] == '\r';
      boolean blank = canonical[i] == ' ' || canonical[i] == '\t';
      boolean plain = blank ? !endsLine : canonical[i] > ' ' && canonical[i] != '=';
      String written =
          plain
              ? String.valueOf((char) canonical[i])
              : String.format(Locale.ROOT, "=%02X", canonical[i] & 0xff);
      if (column + written.length() > 75) {
        out.append("=\r\n");
        column = 0;
      }
      out.append(written);
      column += written.length();
    }
    return out.toString();
  }

  @Test
  void encodesOtherScriptsInBase64() {
    assertThat(body("日本語")).isEqualTo("base64|5pel5pys6Kqe");
    assertThat(body("日".repeat(100)).lines())
        .allSatisfy(line -> assertThat(line.replace("base64|", "")).hasSizeLessThanOrEqualTo(76));
  }

  @Test
  void endsEveryLineWithCrlfAndDropsControls() {
    assertThat(body("a\rb\nc\r\nd\n\re\u0000f\u000Bg\u007Fh"))
        .isEqualTo("7bit|a\r\nb\r\nc\r\nd\r\n\r\ne f g h");
    assertThat(body("\n")).isEqualTo("7bit|\r\n");
    assertThat(body("\r")).isEqualTo("7bit|\r\n");
    assertThat(body("")).isEqualTo("7bit|");
  }

  private static String encoded(String text) {
    MessageBuffer out = new MessageBuffer(0);
    BodyEncoder.write(out, "plain", text);
    return new String(out.toArray(), StandardCharsets.ISO_8859_1);
  }

  /** The encoding and what it made. */
  private static String body(String text) {
    return encoded(text)
        .substring(
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: ".length())
        .replaceFirst("\r\n\r\n", "|");
  }
}
