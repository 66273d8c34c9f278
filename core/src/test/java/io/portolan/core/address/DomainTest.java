package io.portolan.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainTest {

  @ParameterizedTest
  @CsvSource({
    "Example.ORG, example.org",
    "b\u00fccher.example, xn--bcher-kva.example",
    "B\u00dcCHER.EXAMPLE, xn--bcher-kva.example",
    "bu\u0308cher.example, xn--bcher-kva.example",
    "XN--BCHER-KVA.example, xn--bcher-kva.example",
    "fa\u00df.de, xn--fa-hia.de",
    "\u03b2\u03cc\u03bb\u03bf\u03c2.com, xn--nxasmm1c.com",
    "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah",
    "\uff25xample.com, example.com",
    "\ufb01.example, fi.example",
    "l\u00b7l.cat, xn--ll-0ea.cat"
  })
  void mapsAsUts46NonTransitionalDoes(String written, String name) {
    assertThat(Domain.parse(written).name()).isEqualTo(name);
  }

  @Test
  void showsDecodedLabelsToPeople() {
    assertThat(new Domain("mail.xn--bcher-kva.example").unicodeName())
        .isEqualTo("mail.b\u00fccher.example");
    assertThat(new Domain("example.org").unicodeName()).isEqualTo("example.org");
    assertThat(new Domain("B\u00fccher.example")).hasToString("xn--bcher-kva.example");
  }

  @ParameterizedTest
  @CsvSource({
    "a\u2665b.example, has the character '\u2665' in the domain",
    "a_\u00fc.example, has the character '_' in the domain",
    "\u0301a.example, has a part of the domain that begins with a combining mark",
    "-\u00fc.example, has a part of the domain that begins or ends with a hyphen",
    "\u00fc-.example, has a part of the domain that begins or ends with a hyphen",
    "a\u200d\u00fc.example, has an invisible character (U+200D) in the domain",
    "xn--.example, has a part of the domain that begins or ends with a hyphen",
    "xn--example-.example, has a part of the domain that begins or ends with a hyphen",
    "xn--a.example, 'has \"xn--a\" in the domain, which is no valid encoding'",
    "xn--99999999.example, 'has \"xn--99999999\" in the domain, which is no valid encoding'"
  })
  void refusesWhatCannotBeRegistered(String written, String reason) {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> new Domain(written))
        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }

  @Test
  void takesEncodedLabelsOfCharactersThatItWouldNotEncode() {
    // an emoji, and the zero-width non-joiner that Persian needs
    assertThat(new Domain("xn--i-7iq.ws").unicodeName()).isEqualTo("i\u2764.ws");
    assertThat(new Domain("xn--mgba3gch31f060k.com").unicodeName())
        .isEqualTo("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com");
  }

  @Test
  void hasParentsDownToTwoLabels() {
    assertThat(new Domain("a.b.example").parent()).contains(new Domain("b.example"));
    assertThat(new Domain("b.example").parent()).isEmpty();
  }

  @Test
  void refusesAnAbsurdlyLongTextAtOnce() {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> new Domain("\u00fc.".repeat(100_000)))
        .satisfies(
            refusal ->
                assertThat(refusal.reason())
                    .isEqualTo("has a domain of 200000 characters; 253 are allowed"));
  }
}
