package io.portolan.sender.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.sender.message.Fixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.SignatureSpi;
import java.security.spec.KeySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeySignerTest {
  private static final DkimKey KEY =
      new DkimKey(new Domain("acme.example"), "s1", Fixture.RSA.getPrivate());
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void bothProvidersMakeTheSameSignatures() {
    Optional<Provider> loaded = SigningProvider.AUTO.load();
    KeySigner jdk = KeySigner.of(KEY, SigningProvider.JDK.load());
    KeySigner auto = KeySigner.of(KEY, loaded);

    // its native code is for Linux on x86-64; elsewhere the JDK is compared with itself
    assertThat(loaded.isPresent()).isEqualTo(runsNativeCode());
    assertThat(jdk.providerName()).isEqualTo("JDK");
    assertThat(auto.providerName())
        .isEqualTo(runsNativeCode() ? "AmazonCorrettoCryptoProvider" : "JDK");
    for (int length : List.of(0, 1, 63, 64, 900, 70_000)) {
      byte[] octets = new byte[length];
      RANDOM.nextBytes(octets);
      assertThat(auto.sign(octets)).isEqualTo(jdk.sign(octets));
    }
  }

  @Test
  void bothProvidersMakeTheSameMessage() {
    assertThat(message(SigningProvider.AUTO)).isEqualTo(message(SigningProvider.JDK));
  }

  @Test
  void theJdkSignsWhereAProviderDoesNot() {
    Provider empty = new TestProvider();

    assertThat(KeySigner.of(KEY, Optional.of(empty)).providerName()).isEqualTo("JDK");
  }

  @Test
  void theJdkSignsWhereAProviderSignsWrongly() {
    TestProvider wrong = new TestProvider();
    wrong.put("Signature.SHA256withRSA", WrongSignature.class.getName());
    wrong.put("KeyFactory.RSA", SameKey.class.getName());

    KeySigner signer = KeySigner.of(KEY, Optional.of(wrong));

    assertThat(signer.providerName()).isEqualTo("JDK");
    assertThat(signer.sign(new byte[3]))
        .isEqualTo(KeySigner.of(KEY, Optional.empty()).sign(new byte[3]));
  }

  @Test
  void theJdkSignsWhereNativeCodeDoesNotLoad() throws IOException, InterruptedException {
    // the library is then looked for among the system's, which have none
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dcom.amazon.corretto.crypto.provider.useExternalLib=true",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutNativeCode.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor(30, TimeUnit.SECONDS)).as("java ended").isTrue();
    assertThat(output).endsWith("signs: JDK");
  }

  /** The program of a JVM in which the native library is not found. */
  static final class WithoutNativeCode {
    private WithoutNativeCode() {}

    public static void main(String[] args) {
      DkimKey key = new DkimKey(new Domain("acme.example"), "s1", Fixture.rsa(1024).getPrivate());
      System.out.print("signs: " + KeySigner.of(key, SigningProvider.AUTO.load()).providerName());
    }
  }

  private static boolean runsNativeCode() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  private static byte[] message(SigningProvider provider) {
    return Fixture.composer(Fixture.signingTwice(provider))
        .campaign(3, Fixture.content("Hi", "<p>Hi</p>", "Hi"))
        .compose(5, "anna@mail.example", Map.of())
        .bytes();
  }

  /** A provider of what is put into it. */
  private static final class TestProvider extends Provider {
    private static final long serialVersionUID = 1L;

    TestProvider() {
      super("Test", "1", "of a test");
    }
  }

  /** Takes any key and signs with nothing but zeros. */
  public static final class WrongSignature extends SignatureSpi {
    @Override
    protected void engineInitVerify(PublicKey key) {}

    @Override
    protected void engineInitSign(PrivateKey key) {}

    @Override
    protected void engineUpdate(byte octet) {}

    @Override
    protected void engineUpdate(byte[] octets, int offset, int length) {}

    @Override
    protected byte[] engineSign() {
      return new byte[256];
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      return false;
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {}

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException(name);
    }
  }

  /** Has one private key. */
  public static final class SameKey extends KeyFactorySpi {
    @Override
    protected PublicKey engineGeneratePublic(KeySpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected PrivateKey engineGeneratePrivate(KeySpec spec) {
      return Fixture.RSA.getPrivate();
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> type) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Key engineTranslateKey(Key key) {
      return key;
    }
  }
}
