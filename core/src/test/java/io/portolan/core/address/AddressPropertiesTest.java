package io.portolan.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.IDN;
import java.text.Normalizer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every address, checked on generated ones. */
class AddressPropertiesTest {
  private static final String ATOM =
      "abcXYZ0189!#$%&'*+-/=?^_`{|}~\u00e9\u00c9\u03c3\u03a3\u03c2\u0130\u00df\u4f8b\ud7a3";

  @Property
  void theKeyOfAKeyIsTheKey(@ForAll("addresses") String text) {
    EmailAddress address = EmailAddress.parse(text);

    assertThat(EmailAddress.parse(address.key()).key()).isEqualTo(address.key());
  }

  @Property
  void theEnvelopeFormIsTheSameMailbox(@ForAll("addresses") String text) {
    EmailAddress address = EmailAddress.parse(text);

    assertThat(EmailAddress.parse(address.forEnvelope())).isEqualTo(address);
    assertThat(address.domain().name()).matches("[a-z0-9.-]+");
  }

  @Property
  void quotingALocalPartChangesNoKey(@ForAll("localParts") String localPart) {
    EmailAddress plain = EmailAddress.parse(localPart + "@example.org");

    assertThat(EmailAddress.parse("\"" + localPart + "\"@example.org")).isEqualTo(plain);
  }

  @Property
  void compositionChangesNoKey(@ForAll("localParts") String localPart) {
    String decomposed = Normalizer.normalize(localPart, Normalizer.Form.NFD);

    assertThat(EmailAddress.parse(decomposed + "@example.org"))
        .isEqualTo(EmailAddress.parse(localPart + "@example.org"));
  }

  @Property(tries = 5000)
  void anyTextIsReadOrRefusedWithAReason(@ForAll String text) {
    try {
      EmailAddress address = EmailAddress.parse(text);
      assertThat(address.forEnvelope()).doesNotContain("\r", "\n");
      assertThat(EmailAddress.parse(address.key())).isEqualTo(address);
    } catch (InvalidAddressException refusal) {
      assertThat(refusal.reason()).isNotBlank();
    }
  }

  @Property(tries = 5000)
  void aValidAddressWithOneStrangeCharacterNeverCarriesALineBreak(
      @ForAll("addresses") String text, @ForAll char strange, @ForAll int position) {
    int at = Math.floorMod(position, text.length() + 1);
    try {
      EmailAddress address =
          EmailAddress.parse(text.substring(0, at) + strange + text.substring(at));
      assertThat(address.key().chars().filter(c -> Character.isISOControl((char) c))).isEmpty();
    } catch (InvalidAddressException refusal) {
      assertThat(refusal.toString().chars().filter(c -> Character.isISOControl((char) c)))
          .isEmpty();
    }
  }

  @Property
  void punycodeComesBack(@ForAll("labels") String label) {
    assertThat(Punycode.decode(Punycode.encode(label))).isEqualTo(label);
  }

  @Property
  void encodesAsTheJdkDoesWhereIdna2003AndUts46Agree(@ForAll("labels") String label) {
    assertThat(new Domain(label + ".example").name()).isEqualTo(IDN.toASCII(label) + ".example");
  }

  @Provide
  Arbitrary<String> addresses() {
    return Combinators.combine(
            localParts(), labels(), Arbitraries.of("org", "Example", "\u30c6\u30b9\u30c8"))
        .as((local, label, top) -> local + "@" + label + "." + top);
  }

  @Provide
  Arbitrary<String> localParts() {
    Arbitrary<String> atom =
        Arbitraries.strings().withChars(ATOM.toCharArray()).ofMinLength(1).ofMaxLength(6);
    return atom.list().ofMinSize(1).ofMaxSize(3).map(atoms -> String.join(".", atoms));
  }

  /**
   * Labels of letters that IDNA 2003 already knew and that are not among the deviations of UTS #46.
   */
  @Provide
  Arbitrary<String> labels() {
    return Arbitraries.strings()
        .withChars(
            "abcz019\u00e4\u00fc\u00f1\u0142\u03b1\u03c9\u0436\u044f\u05d0\u4f8b\u3048\ud55c"
                .toCharArray())
        .ofMinLength(1)
        .ofMaxLength(12)
        .filter(label -> label.chars().anyMatch(c -> c >= 'a'))
        .filter(label -> label.indexOf('\u05d0') < 0 || label.length() == 1);
  }
}
