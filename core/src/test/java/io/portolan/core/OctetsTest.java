package io.portolan.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetsTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 10, 13, 31, 127, 128, 160, 255})
  void stopsAtEachThatIsNotPlainWhereverItIsInAWord(int octet) {
    for (int place = 0; place < 24; place++) {
      byte[] octets = "~ plain text of three words ~".getBytes(StandardCharsets.US_ASCII);
      octets[place] = (byte) octet;
      assertThat(Octets.endOfPlain(octets, 0, octets.length)).isEqualTo(place);
      assertThat(Octets.endOfPlain(octets, place + 1, octets.length)).isEqualTo(octets.length);
      assertThat(Octets.endOfPlain(octets, 0, place)).isEqualTo(place);
    }
  }

  @Property
  void findsWhatALookAtEachFinds(@ForAll @Size(max = 64) byte[] octets) {
    int expected = 0;
    while (expected < octets.length && octets[expected] >= ' ' && octets[expected] < 127) {
      expected++;
    }
    assertThat(Octets.endOfPlain(octets, 0, octets.length)).isEqualTo(expected);
  }

  @Test
  void stopsAtOnePlainOctetThatIsNotToBePassedOver() {
    for (int place = 0; place < 24; place++) {
      byte[] octets = "~ plain text of three words ~".getBytes(StandardCharsets.US_ASCII);
      octets[place] = '=';
      assertThat(Octets.endOfPlainBut((byte) '=', octets, 0, octets.length)).isEqualTo(place);
      assertThat(Octets.endOfPlainBut((byte) '=', octets, place + 1, octets.length))
          .isEqualTo(octets.length);
      assertThat(Octets.endOfPlainBut((byte) '=', octets, 0, place)).isEqualTo(place);
      octets[place] = '\n';
      assertThat(Octets.endOfPlainBut((byte) '=', octets, 0, octets.length)).isEqualTo(place);
    }
  }

  @Test
  void seesATabAndTwoSpacesWhereverTheyAreInAWord() {
    for (int place = 0; place < 23; place++) {
      byte[] octets = "a b c d e f g h i j k l m n".getBytes(StandardCharsets.US_ASCII);
      assertThat(Octets.hasWideBlank(octets, 0, octets.length)).isFalse();
      octets[place] = '\t';
      assertThat(Octets.hasWideBlank(octets, 0, octets.length)).as("tab at %d", place).isTrue();
      assertThat(Octets.hasWideBlank(octets, 0, place)).isFalse();
      assertThat(Octets.hasWideBlank(octets, place + 1, octets.length)).isFalse();
      octets[place] = ' ';
      assertThat(Octets.hasWideBlank(octets, place, place + 1)).isFalse();
      assertThat(Octets.hasWideBlank(octets, 0, octets.length)).isEqualTo(place % 2 == 0);
    }
  }

  @Property
  void seesWideBlanksAsALookAtEachDoes(@ForAll("blanks") String text) {
    byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Octets.hasWideBlank(octets, 0, octets.length))
        .isEqualTo(text.contains("\t") || text.contains("  "));
  }

  @Provide
  Arbitrary<String> blanks() {
    return Arbitraries.strings().withChars(" !\u0001\u00a0abcdefghij\t").ofMaxLength(40);
  }
}
