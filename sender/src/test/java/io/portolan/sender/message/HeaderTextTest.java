package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeUtility;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class HeaderTextTest {

  @Test
  void makesOneLine() {
    assertThat(HeaderText.oneLine("a b")).isEqualTo("a b");
    assertThat(HeaderText.oneLine("")).isEmpty();
    assertThat(HeaderText.oneLine(" \r\n a \t\u0000\n b\u2028c\u0085 ")).isEqualTo("a b c");
    assertThat(HeaderText.oneLine("x\uD800y\uDC00 😀")).isEqualTo("x\uFFFDy\uFFFD 😀");
    assertThat(HeaderText.oneLine("\r\n")).isEmpty();
    assertThat(HeaderText.oneLine("a\u00A0b")).isEqualTo("a\u00A0b");
  }

  @Test
  void encodesWhatWouldBeReadAsEncoded() {
    assertThat(HeaderText.unstructured("Subject", "plain text")).isEqualTo("Subject: plain text");
    assertThat(HeaderText.unstructured("Subject", "=?x")).isEqualTo("Subject: =?UTF-8?Q?=3D=3Fx?=");
    assertThat(HeaderText.unstructured("Subject", "a\r\nBcc: b")).isEqualTo("Subject: a Bcc: b");
  }

  @Test
  void isNeverFoldedBehindABackslash() throws Exception {
    String text = "x".repeat(60) + "\\ " + "y".repeat(40);

    String field = HeaderText.unstructured("Subject", text);

    assertThat(MimeUtility.decodeText(MimeUtility.unfold(field.substring("Subject: ".length()))))
        .isEqualTo(text);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void isReadAsItWasWritten(@ForAll("texts") String text) throws Exception {
    String field = HeaderText.unstructured("Subject", text);

    assertThat(field)
        .matches("(?s)[\\x20-\\x7E\\r\\n]*")
        .doesNotContainPattern("\r\n[^ ]|\r\n$|\r[^\n]|[^\r]\n");
    int longest = field.contains("=?") ? 76 : 280;
    assertThat(field.lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(longest));
    String value = MimeUtility.unfold(field.substring("Subject: ".length()));
    assertThat(MimeUtility.decodeText(value)).isEqualTo(HeaderText.oneLine(text));
  }

  @Provide
  Arbitrary<String> texts() {
    return Hostile.words();
  }
}
