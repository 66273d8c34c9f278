package io.portolan.sender.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.core.address.Domain;
import io.portolan.sender.message.Fixture;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DkimKeyTest {
  private static final Domain ACME = new Domain("acme.example");

  @Test
  void readsPkcs8() {
    DkimKey key = read(pem("PRIVATE KEY", Fixture.RSA.getPrivate().getEncoded()));

    assertThat(key.privateKey()).isEqualTo(Fixture.RSA.getPrivate());
    assertThat(key.bits()).isEqualTo(2048);
    assertThat(key.isShort()).isFalse();
  }

  @Test
  void readsPkcs1() throws IOException {
    assertThat(
            read("some text before\r\n" + pem("RSA PRIVATE KEY", pkcs1(Fixture.RSA.getPrivate())))
                .privateKey())
        .isEqualTo(Fixture.RSA.getPrivate());
  }

  @Test
  void readsEd25519() {
    DkimKey key = read(pem("PRIVATE KEY", Fixture.ED25519.getPrivate().getEncoded()));

    assertThat(key.privateKey()).isEqualTo(Fixture.ED25519.getPrivate());
    assertThat(key.algorithm()).isEqualTo(DkimAlgorithm.ED25519);
    assertThat(key.bits()).isEqualTo(256);
    assertThat(key.isShort()).isFalse();
    // the last 32 octets of the X.509 form are the key's own (RFC 8410 section 4)
    byte[] wrapped = Fixture.ED25519.getPublic().getEncoded();
    assertThat(key.publicKey())
        .hasValue(Arrays.copyOfRange(wrapped, wrapped.length - 32, wrapped.length));
  }

  @Test
  void advisesAgainstShortKeysAndRefusesShorterOnes() {
    assertThat(new DkimKey(ACME, "s1", Fixture.rsa(1024).getPrivate()).isShort()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DkimKey(ACME, "s1", Fixture.rsa(1016).getPrivate()))
        .withMessage(
            "the DKIM key s1 of acme.example has 1016 bits; receivers ignore less than 1024");
  }

  @Test
  void saysWhatIsWrongWithAKey() throws GeneralSecurityException {
    PrivateKey curve = KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPrivate();
    assertRefused("", "is no PEM");
    assertRefused("-----BEGIN PRIVATE KEY-----\nabc", "is no PEM");
    assertRefused(
        pem("PRIVATE KEY", new byte[] {1, 2, 3}), "cannot be read as a key of RSA or Ed25519");
    assertRefused(
        pem("PRIVATE KEY", curve.getEncoded()), "cannot be read as a key of RSA or Ed25519");
    assertRefused(
        pem("EC PRIVATE KEY", new byte[3]),
        "is no private key of RSA or Ed25519 but EC PRIVATE KEY");
    assertRefused(
        pem("PUBLIC KEY", Fixture.RSA.getPublic().getEncoded()),
        "is the public one; the private one signs");
    assertRefused(
        pem("ENCRYPTED PRIVATE KEY", new byte[3]), "is encrypted; give it without a passphrase");
    assertRefused(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nabc=\n-----END RSA PRIVATE KEY-----\n",
        "is encrypted; give it without a passphrase");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DkimKey(ACME, "s1", curve))
        .withMessage(
            "the DKIM key s1 of acme.example is EdDSA; only RSA and Ed25519 are supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a;b", "-a", "a..b", "a\r\nb", "ü"})
  void refusesWhatIsNoSelector(String selector) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DkimKey(ACME, selector, Fixture.RSA.getPrivate()))
        .withMessageContaining("is no DKIM selector");
  }

  @Test
  void doesNotShowTheKey() {
    assertThat(new DkimKey(ACME, "mail.2026", Fixture.RSA.getPrivate()))
        .hasToString("mail.2026._domainkey.acme.example");
  }

  private static void assertRefused(String pem, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(pem))
        .withMessage("the DKIM key s1 of acme.example " + reason);
  }

  private static DkimKey read(String pem) {
    return DkimKey.fromPem(ACME, "s1", pem);
  }

  static String pem(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), type);
  }

  private static byte[] pkcs1(PrivateKey key) throws IOException {
    return PrivateKeyInfo.getInstance(key.getEncoded())
        .parsePrivateKey()
        .toASN1Primitive()
        .getEncoded();
  }
}
