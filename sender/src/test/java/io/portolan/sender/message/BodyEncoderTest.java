package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
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
