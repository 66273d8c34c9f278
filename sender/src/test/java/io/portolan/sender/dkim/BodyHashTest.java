package io.portolan.sender.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BodyHashTest {

  @Test
  void canonicalisesTheExampleOfTheStandard() {
    // RFC 6376 3.4.5
    assertThat(relaxed(" C \r\nD \t E\r\n\r\n\r\n")).isEqualTo(" C\r\nD E\r\n");
    assertThat(DkimSigner.relaxed("A: X")).isEqualTo("a:X");
    assertThat(DkimSigner.relaxed("B : Y\t\r\n\tZ  ")).isEqualTo("b:Y Z");
  }

  @Test
  void hashesAnEmptyBodyAsTheStandardDoes() {
    // RFC 6376 3.4.4
    String empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    assertThat(new BodyHash().base64()).isEqualTo(empty);
    assertThat(hash(List.of("\r\n", " \t\r\n"))).isEqualTo(empty);
  }

  @Property(tries = 1_000)
  void hashesPiecesAsTheWhole(@ForAll("lines") List<String> lines) throws Exception {
    String whole = relaxed(String.join("", lines));

    assertThat(hash(lines))
        .isEqualTo(
            Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(octets(whole))));
    // by the words of the standard, line after line
    String expected = String.join("", lines).replaceAll("[ \t]+", " ").replaceAll(" \r\n", "\r\n");
    assertThat(whole)
        .isEqualTo(expected.replaceAll("(\r\n)+\\z", "\r\n").replaceAll("\\A\r\n\\z", ""));
  }

  @Property(tries = 200)
  void goesOnFromACopy(
      @ForAll("lines") List<String> start,
      @ForAll("lines") List<String> one,
      @ForAll("lines") List<String> other) {
    BodyHash common = new BodyHash();
    start.forEach(line -> common.feed(RelaxedLines.of(octets(line))));

    for (List<String> end : List.of(one, other)) {
      BodyHash hash = common.copy();
      end.forEach(line -> hash.feed(octets(line), 0, octets(line).length));
      assertThat(hash.base64())
          .isEqualTo(hash(List.of(String.join("", start) + String.join("", end))));
    }
  }

  @Provide
  Arbitrary<List<String>> lines() {
    return Arbitraries.of(
            "", " ", "\t", "  \t ", "a", "a b", " a", "a  b \t", ".", "=", "a bc def ghij klm")
        .list()
        .ofMaxSize(3)
        .map(pieces -> String.join("", pieces) + "\r\n")
        .list()
        .ofMaxSize(6);
  }

  private static String hash(List<String> pieces) {
    BodyHash hash = new BodyHash();
    pieces.forEach(piece -> hash.feed(RelaxedLines.of(octets(piece))));
    return hash.base64();
  }

  private static String relaxed(String lines) {
    RelaxedLines relaxed = RelaxedLines.of(octets(lines));
    return new String(relaxed.octets(), 0, relaxed.length(), StandardCharsets.US_ASCII);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
