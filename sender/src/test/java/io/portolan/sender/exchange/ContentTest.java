package io.portolan.sender.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {

  @ParameterizedTest
  @CsvSource({
    "'', false, false, false",
    "'a: b|c|', false, false, false",
    "'a: b||c|', false, false, false",
    "'a: b||ü|', true, false, false",
    "'a: ü||c|', true, true, false",
    "'|ü|', true, false, false",
    "'a: b|ü', true, true, false",
    "'a: b%||c', false, false, true",
    "'%', false, false, true",
    "'^', false, false, true",
    "'a: b||c^d|', false, false, true",
    "'a: b||c%.%d|', false, false, true",
    "'a: b||c^|', false, false, true",
    "'a: b||c^', false, false, true",
    "'a: b||%c|', false, false, true",
    "'a: b||^', false, false, true",
    "'a: b|^|c|', false, false, true"
  })
  void readsOffTheOctetsWhatTheyAskOfAPeer(
      String text, boolean eightBit, boolean header, boolean bare) {
    Content content = Content.of(octets(text));

    assertThat(content.isEightBit()).isEqualTo(eightBit);
    assertThat(content.hasInternationalHeader()).isEqualTo(header);
    assertThat(content.hasBareLineBreak()).isEqualTo(bare);
    assertThat(content.octets()).isEqualTo(octets(text));
    assertThat(content.length()).isEqualTo(octets(text).length);
  }

  @Test
  void aLoneLineBreakIsSeenWhereverItStands() {
    byte[] plain = octets("a: b||" + "x".repeat(40) + "|");
    for (int i = 8; i < 48; i++) {
      for (char lone : new char[] {'\r', '\n'}) {
        byte[] message = plain.clone();
        message[i] = (byte) lone;
        assertThat(Content.of(message).hasBareLineBreak()).as("%d at %d", (int) lone, i).isTrue();
      }
    }
    assertThat(Content.of(plain).hasBareLineBreak()).isFalse();
  }

  @Test
  void piecesSayTogetherWhatEachSays() {
    Lines header = Lines.of(octets("a: b||"));
    Lines plain = Lines.of(octets("c|"));
    Lines eightBit = Lines.of(octets("ü|"));
    Lines bare = Lines.of(octets("c%d|"));

    assertThat(Content.of(header, List.of(plain, plain)).isEightBit()).isFalse();
    Content some = Content.of(header, List.of(plain, eightBit, plain));
    assertThat(some.isEightBit()).isTrue();
    assertThat(some.hasInternationalHeader()).isFalse();
    assertThat(some.hasBareLineBreak()).isFalse();
    assertThat(some.octets()).isEqualTo(octets("a: b||c|ü|c|"));
    assertThat(Content.of(header, List.of(bare, plain)).hasBareLineBreak()).isTrue();
  }

  @Test
  void aPieceIsSomeOctetsOfMany() {
    byte[] all = octets("ü|.b|%");
    Lines some = Lines.of(all, 4, 8);
    Content content = Content.of(Lines.of(octets("|")), List.of(some));

    assertThat(content.octets()).isEqualTo(octets("|.b|"));
    assertThat(content.isEightBit()).isFalse();
    assertThat(content.hasBareLineBreak()).isFalse();
  }

  /**
   * A dot at a piece's start would be doubled amid a line, and CR and LF be taken for lone ones.
   */
  @ParameterizedTest
  @ValueSource(strings = {"c", "c^", "c%", ".", "|c"})
  void aPieceThatOthersFollowEndsItsLastLine(String piece) {
    Lines header = Lines.of(octets("a: b||"));
    Lines open = Lines.of(octets(piece));
    Lines last = Lines.of(octets("d|"));

    assertThatIllegalArgumentException().isThrownBy(() -> Content.of(header, List.of(open, last)));
    assertThat(Content.of(header, List.of(last, open, Lines.of(new byte[0]))).octets())
        .isEqualTo(octets("a: b||d|" + piece));
  }

  @Test
  void oneMoreFieldGoesAboveAllOthersAndCopiesNothing() {
    byte[] message = octets("a: b||c|");
    Content content = Content.of(message).under(Lines.of(octets("x: ü|")));

    assertThat(content.octets()).isEqualTo(octets("x: ü|a: b||c|"));
    assertThat(content.hasInternationalHeader()).isTrue();
    Arrays.fill(message, (byte) '-');
    assertThat(content.octets()).endsWith((byte) '-');
  }

  private static byte[] octets(String text) {
    return text.replace("|", "\r\n")
        .replace("%", "\n")
        .replace("^", "\r")
        .getBytes(StandardCharsets.UTF_8);
  }
}
