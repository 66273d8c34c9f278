package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.NOW;
import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.relay.MetadataHeader;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.dkim.SigningProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

class DkimSignerTest {
  private static final CampaignContent CONTENT =
      content(
          "Müller",
          "Grüße an {{name}}",
          "<p>Hi  {{name}}</p>\n\n  \t\n",
          "Hi \t {{name}}  \n\n.\n..\n \n\n");

  @Test
  void signsSoThatAnotherImplementationAgrees() throws Exception {
    SignatureRecord signature = verified(compose("Anna"));

    assertThat(signature.getDToken()).hasToString("acme.example");
    assertThat(signature.getSelector()).hasToString("s1");
    assertThat(signature.getHashAlgo()).isEqualTo("sha-256");
    assertThat(signature.getHeaderCanonicalisationMethod()).isEqualTo("relaxed");
    assertThat(signature.getBodyCanonicalisationMethod()).isEqualTo("relaxed");
    assertThat(signature.getHeaders())
        .extracting(Object::toString)
        .containsExactly(
            "from",
            "from",
            "to",
            "to",
            "cc",
            "subject",
            "subject",
            "date",
            "date",
            "message-id",
            "message-id",
            "reply-to",
            "reply-to",
            "mime-version",
            "mime-version",
            "content-type",
            "content-type",
            "content-transfer-encoding",
            "list-id",
            "list-id",
            "list-unsubscribe",
            "list-unsubscribe",
            "list-unsubscribe-post",
            "list-unsubscribe-post",
            "feedback-id",
            "feedback-id");
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void signsWhateverIsComposed(@ForAll("words") String value, @ForAll("words") String html)
      throws Exception {
    verified(compose("x" + value, "<p>{{{name}}}" + html.replace("{{", "") + "</p>"));
  }

  @Test
  void signsBeforeAllOtherFieldsAndFoldsItsOwn() {
    String message = new String(compose("Anna"), StandardCharsets.US_ASCII);

    assertThat(message)
        .startsWith(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=acme.example;\r\n s=s1; t="
                + NOW.getEpochSecond()
                + ";\r\n h=from:from:to:to:");
    assertThat(message.substring(0, message.indexOf("\r\nDate: ")).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(79));
  }

  @ParameterizedTest
  @FieldSource("io.portolan.sender.message.Fixture#STANDING_ONCE")
  void doesNotVerifyWithAnotherField(String name) {
    byte[] changed = Fixture.under(name + ": x@evil.example", compose("Anna"));

    assertThatExceptionOfType(FailException.class).isThrownBy(() -> verified(changed));
  }

  @Test
  void verifiesWithAFieldThatAnyHostAdds() throws Exception {
    byte[] received = Fixture.under("Received: from a by b; " + NOW, compose("Anna"));

    assertThat(verified(received).getSelector()).isEqualTo("s1");
  }

  /** Of one part, whose encoding a field of the message names. */
  @Test
  void coversTheEncodingOfABodyOfOnePart() throws Exception {
    byte[] message =
        composer(Fixture.signing())
            .campaign(1, from("news@acme.example"))
            .compose(1, "a@b.example", Map.of())
            .bytes();

    assertThat(verified(message).getHeaders())
        .extracting(Object::toString)
        .filteredOn("content-transfer-encoding"::equals)
        .hasSize(2);
  }

  @Test
  void doesNotVerifyWithAnotherBody() {
    byte[] message = compose("Anna");
    message[message.length - 60] ^= 1;

    assertThatExceptionOfType(FailException.class).isThrownBy(() -> verified(message));
  }

  @ParameterizedTest
  @EnumSource(MetadataHeader.class)
  void holdsWithTheFieldForARelayAndWithoutIt(MetadataHeader header) throws Exception {
    ComposedMessage message =
        composer(Fixture.signing())
            .campaign(3, CONTENT)
            .compose(5, "anna@mail.example", Map.of("name", "Anna"));
    byte[] sent = message.mailWith(header).content().octets();
    String line = header.line(Fixture.TOKENS.sign(Tokens.Purpose.MESSAGE_ID, 5));

    assertThat(new String(sent, StandardCharsets.UTF_8))
        .isEqualTo(line + new String(message.bytes(), StandardCharsets.UTF_8));
    assertThat(line.length()).as("with its line break").isLessThanOrEqualTo(80);
    assertThat(verified(sent).getHeaders())
        .extracting(name -> name.toString().toLowerCase(Locale.ROOT))
        .noneMatch(name -> name.startsWith("x-"));
    // as the relay leaves it
    assertThat(verified(message.bytes()).getDToken()).hasToString("acme.example");
  }

  @Test
  void leavesMailOfADomainWithoutKeyUnsigned() throws Exception {
    byte[] message =
        composer(Fixture.signing())
            .campaign(1, from("news@other.example"))
            .compose(1, "a@b.example", Map.of())
            .bytes();

    assertThat(parsed(message).getHeader("DKIM-Signature")).isNull();
  }

  @Test
  void signsWithTheKeyOfTheNearestDomainAbove() throws Exception {
    byte[] message =
        composer(Fixture.signing())
            .campaign(1, from("news@letters.acme.example"))
            .compose(1, "a@b.example", Map.of())
            .bytes();

    assertThat(verified(message).getDToken()).hasToString("acme.example");
  }

  @Test
  void keepsOneKeyADomain() {
    DkimKey key = new DkimKey(new Domain("acme.example"), "s1", Fixture.RSA.getPrivate());

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new DkimKeys(List.of(key, key), SigningProvider.JDK))
        .withMessage("the domain acme.example has two DKIM keys of rsa");
  }

  @Test
  void wantsAnRsaKeyBesideTheOther() {
    DkimKey key = new DkimKey(new Domain("acme.example"), "e1", Fixture.ED25519.getPrivate());

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new DkimKeys(List.of(key), SigningProvider.JDK))
        .withMessageContaining("the domain acme.example has no DKIM key of rsa");
  }

  @Test
  void signsWithBothKeysOverTheSame() throws Exception {
    byte[] message =
        composer(Fixture.signingTwice(SigningProvider.AUTO))
            .campaign(3, CONTENT)
            .compose(5, "anna@mail.example", Map.of("name", "Anna"))
            .bytes();
    String[] signatures = parsed(message).getHeader("DKIM-Signature");

    assertThat(signatures).hasSize(2);
    assertThat(signatures[0]).contains("a=rsa-sha256;", "s=s1;");
    assertThat(signatures[1]).contains("a=ed25519-sha256;", "s=e1;");
    assertThat(covered(signatures[1])).isEqualTo(covered(signatures[0]));
    // what verifies no Ed25519 still verifies the other
    assertThat(verified(message).getSelector()).isEqualTo("s1");
  }

  private static String covered(String signature) {
    return signature.substring(
        signature.indexOf("h="), signature.indexOf("b=", signature.indexOf("bh=") + 3));
  }

  private static CampaignContent from(String address) {
    return new CampaignContent("", address, "", "Hi", "", "x", MissingField.EMPTY);
  }

  private static byte[] compose(String name) {
    return composer(Fixture.signing())
        .campaign(3, CONTENT)
        .compose(5, "anna@mail.example", Map.of("name", name))
        .bytes();
  }

  private static byte[] compose(String name, String html) {
    return composer(Fixture.signing())
        .campaign(3, content("Acme", "Hi", html, ""))
        .compose(5, "anna@mail.example", Map.of("name", name))
        .bytes();
  }

  private static SignatureRecord verified(byte[] message) throws Exception {
    DKIMVerifier verifier =
        new DKIMVerifier(
            (methods, selector, domain) ->
                (selector + "._domainkey." + domain).equals("s1._domainkey.acme.example")
                    ? List.of(Fixture.publicRecord())
                    : List.of());
    List<SignatureRecord> signatures = verifier.verify(new ByteArrayInputStream(message));
    assertThat(signatures).hasSize(1);
    return signatures.getFirst();
  }

  @Provide
  Arbitrary<String> words() {
    return Hostile.words();
  }
}
