package io.portolan.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

  @Test
  void keepsWhatWasWrittenAndComparesByKey() {
    EmailAddress address = EmailAddress.parse(" Anna.Muster+News@Example.ORG\t");

    assertThat(address.asWritten()).isEqualTo("Anna.Muster+News@Example.ORG");
    assertThat(address).hasToString("Anna.Muster+News@Example.ORG");
    assertThat(address.localPart()).isEqualTo("Anna.Muster+News");
    assertThat(address.domain()).isEqualTo(new Domain("example.org"));
    assertThat(address.forEnvelope()).isEqualTo("Anna.Muster+News@example.org");
    assertThat(address.key()).isEqualTo("anna.muster+news@example.org");
    assertThat(address.needsSmtpUtf8()).isFalse();
    assertThat(address)
        .isEqualTo(EmailAddress.parse("anna.muster+news@EXAMPLE.org"))
        .hasSameHashCodeAs(EmailAddress.parse("anna.muster+news@EXAMPLE.org"))
        .isEqualByComparingTo(EmailAddress.parse("anna.muster+news@EXAMPLE.org"))
        .isNotEqualTo(EmailAddress.parse("annamuster+news@example.org"))
        .isNotEqualTo(EmailAddress.parse("anna.muster@example.org"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b.de",
        "!#$%&'*+-/=?^_`{|}~@example.org",
        "\"anna muster\"@example.org",
        "\"a@b\"@example.org",
        "\"a\\\"b\\\\c\"@example.org",
        "\"..\"@example.org",
        "0@1.de",
        "a@1-2.3com",
        "postmaster@sub.domain.example.org",
        "用户@例え.テスト",
        "ü.ä@example.org"
      })
  void acceptsWhatTheRfcsAllow(String text) {
    EmailAddress address = EmailAddress.parse(text);

    assertThat(address.asWritten()).isEqualTo(text);
    assertThat(EmailAddress.parse(address.forEnvelope())).isEqualTo(address);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                       | is empty
          nobody                   | has no @
          @example.org             | has nothing before the @
          ""@example.org           | has nothing before the @
          a@                       | has no domain
          a@.                      | has no domain
          a@b                      | has a domain without a dot
          .a@example.org           | begins with a dot
          a.@example.org           | has a dot right before the @
          a..b@example.org         | has two dots in a row before the @
          a b@example.org          | has a space before the @
          Anna <a@example.org>     | has a space before the @
          <a@example.org>          | has the character '<' before the @
          a@b@example.org          | has more than one @
          "a@example.org           | has a quote that is not closed
          "a"b@example.org         | has no @ after the closing quote
          "a"                      | has no @ after the closing quote
          "a\\                     | has a backslash that quotes nothing
          a@example..org           | has two dots in a row in the domain
          a@example.org.           | has a domain that ends with a dot
          a@.example.org           | has a domain that begins with a dot
          a@exa mple.org           | has a space in the domain
          a@-example.org           | has a part of the domain that begins or ends with a hyphen
          a@example-.org           | has a part of the domain that begins or ends with a hyphen
          a@ex_ample.org           | has the character '_' in the domain
          a@[192.0.2.1]            | has an IP address in place of a domain
          a@[IPv6:2001:db8::1]     | has an IP address in place of a domain
          a@192.0.2.1              | has an IP address or a number in place of a domain
          a@xn--zzzzzzzzzzzzzz.org | has "xn--zzzzzzzzzzzzzz" in the domain, which is no valid encoding
          a@ab--cd.org             | has "ab--cd" in the domain, which is no valid encoding
          """)
  void refusesWithAPlainReason(String text, String reason) {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> EmailAddress.parse(text))
        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason))
        .withMessage("\"" + text + "\" " + reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@example.org\r\n",
        "\r\na@example.org",
        "a@example.org\r\nBcc: x@example.org",
        "a\n@example.org",
        "\"a\r\n b\"@example.org",
        "a@exam\rple.org",
        "a@exämple.org\n"
      })
  void refusesLineBreaksWhereverTheyStand(String text) {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> EmailAddress.parse(text))
        .satisfies(refusal -> assertThat(refusal.reason()).startsWith("has a line break"))
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("\r", "\n"));
  }

  @Test
  void namesInvisibleCharactersByNumber() {
    for (int point : List.of(0x00, 0x07, 0x7F)) {
      String named = "has a control character (U+%04X) ".formatted(point);
      assertRefused("a" + Character.toString(point) + "@example.org", named + "before the @");
      assertRefused("a@b" + Character.toString(point) + ".org", named + "in the domain");
    }
    for (int point : List.of(0x85, 0xA0, 0xAD, 0x200B, 0x202E, 0x2028, 0xD800, 0xFEFF, 0xE000)) {
      String named = "has an invisible character (U+%04X) ".formatted(point);
      assertRefused("a" + Character.toString(point) + "@example.org", named + "before the @");
    }
    assertRefused("a@b\u200b.org", "has an invisible character (U+200B) in the domain");
  }

  @Test
  void holdsTheLimitsOfRfc5321() {
    String local64 = "x".repeat(64);
    String label63 = "y".repeat(63);
    assertThat(EmailAddress.parse(local64 + "@" + label63 + ".org").localPart()).isEqualTo(local64);
    assertRefused(local64 + "x@example.org", "has 65 octets before the @; 64 are allowed");
    // 33 characters, but two octets each
    assertRefused("ü".repeat(33) + "@example.org", "has 66 octets before the @; 64 are allowed");
    assertRefused(
        "\ud83d\ude00".repeat(17) + "@example.org", "has 68 octets before the @; 64 are allowed");
    assertRefused(
        "a@" + label63 + "y.org", "has a part of the domain with 64 characters; 63 are allowed");

    String longest = "a@" + (label63 + ".").repeat(3) + "z".repeat(56) + ".org";
    assertThat(longest).hasSize(254);
    assertThat(EmailAddress.parse(longest).asWritten()).isEqualTo(longest);
    assertRefused("a" + longest, "is 255 characters long; 254 are allowed");
    assertRefused("a".repeat(300), "is 300 characters long; 254 are allowed");
  }

  @Test
  void countsTheEncodedDomainAgainstTheTotal() {
    // 64 + 1 + 3 * 64 + 3 characters as written are over the limit only once encoded
    String domain = ("ü" + "y".repeat(52) + ".").repeat(3) + "ü" + "y".repeat(15) + ".org";
    assertThat(("x".repeat(64) + "@" + domain).length()).isLessThanOrEqualTo(254);
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> EmailAddress.parse("x".repeat(64) + "@" + domain))
        .satisfies(
            refusal -> assertThat(refusal.reason()).contains("characters long; 254 are allowed"));
  }

  @Test
  void cutsWhatItShowsOfALongText() {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> EmailAddress.parse("x".repeat(10_000_000)))
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(200));
  }

  @Test
  void comparesQuotedAndPlainSpellingsOfOneMailbox() {
    assertThat(EmailAddress.parse("\"Anna\"@example.org").key()).isEqualTo("anna@example.org");
    assertThat(EmailAddress.parse("\"a\\nna\"@example.org").key()).isEqualTo("anna@example.org");
    assertThat(EmailAddress.parse("\"a\\ b\"@example.org").key()).isEqualTo("\"a b\"@example.org");
    assertThat(EmailAddress.parse("\"a..b\"@example.org").key()).isEqualTo("\"a..b\"@example.org");
    assertThat(EmailAddress.parse("\"a.\"@example.org").key()).isEqualTo("\"a.\"@example.org");
    assertThat(EmailAddress.parse("\"a\\\"b\"@example.org").key())
        .isEqualTo("\"a\\\"b\"@example.org");
    assertThat(EmailAddress.parse("\"Anna\"@example.org").forEnvelope())
        .isEqualTo("\"Anna\"@example.org");
  }

  @Test
  void comparesComposedAndDecomposedLetters() {
    EmailAddress composed = EmailAddress.parse("\u00c9lan@example.org");
    EmailAddress decomposed = EmailAddress.parse("e\u0301lan@example.org");

    assertThat(composed).isEqualTo(decomposed);
    assertThat(composed.key()).isEqualTo("\u00e9lan@example.org");
    assertThat(composed.needsSmtpUtf8()).isTrue();
    // the envelope carries what was given: it is the host that decides what it means
    assertThat(decomposed.forEnvelope()).isEqualTo("e\u0301lan@example.org");
  }

  @Test
  void needsNoSmtpUtf8ForAnInternationalDomain() {
    EmailAddress address = EmailAddress.parse("anna@B\u00dcCHER.example");

    assertThat(address.needsSmtpUtf8()).isFalse();
    assertThat(address.forEnvelope()).isEqualTo("anna@xn--bcher-kva.example");
    assertThat(address).isEqualTo(EmailAddress.parse("anna@xn--bcher-kva.example"));
  }

  private static void assertRefused(String text, String reason) {
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> EmailAddress.parse(text))
        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }
}
