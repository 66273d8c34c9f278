package io.portolan.sender.dkim;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes signatures by one private key. A native provider is taken only if its first signature by
 * this key is the JDK's: those of RSASSA-PKCS1-v1_5 and Ed25519 do not vary.
 *
 * <p>Thread-safe; never changes.
 */
final class KeySigner {
  private static final Logger LOG = LoggerFactory.getLogger(KeySigner.class);
  private static final byte[] PROBE =
      "signed once at the start".getBytes(StandardCharsets.US_ASCII);

  private final String algorithm;
  private final PrivateKey key;
  private final @Nullable Provider provider;

  private KeySigner(String algorithm, PrivateKey key, @Nullable Provider provider) {
    this.algorithm = algorithm;
    this.key = key;
    this.provider = provider;
  }

  /**
   * @param preferred the native provider, if there is one
   * @throws IllegalStateException if the JDK does not sign by the key
   */
  static KeySigner of(DkimKey key, Optional<Provider> preferred) {
    KeySigner jdk = new KeySigner(key.algorithm().signature(), key.privateKey(), null);
    try {
      byte[] expected = jdk.compute(PROBE);
      return preferred.flatMap(provider -> jdk.by(provider, expected, key)).orElse(jdk);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the DKIM key " + key + " does not sign", e);
    }
  }

  private Optional<KeySigner> by(Provider faster, byte[] expected, DkimKey name) {
    String problem;
    try {
      // translated once: a foreign key would be read anew for every signature
      PrivateKey own =
          KeyFactory.getInstance(key.getAlgorithm(), faster)
              .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
      KeySigner signer = new KeySigner(algorithm, own, faster);
      if (Arrays.equals(signer.compute(PROBE), expected)) {
        return Optional.of(signer);
      }
      problem = "its signature is another than the JDK's";
    } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
      problem = e.toString();
    }
    LOG.warn(
        "{} cannot be used with the DKIM key {}, so the JDK signs by it: {}",
        faster.getName(),
        name,
        problem);
    return Optional.empty();
  }

  /**
   * @throws IllegalStateException if the provider fails
   */
  byte[] sign(byte[] octets) {
    try {
      return compute(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key that signed at the start does not sign now", e);
    }
  }

  /** The provider's name, for people. */
  String providerName() {
    return provider == null ? "JDK" : provider.getName();
  }

  private byte[] compute(byte[] octets) throws GeneralSecurityException {
    Signature signature =
        provider == null
            ? Signature.getInstance(algorithm)
            : Signature.getInstance(algorithm, provider);
    signature.initSign(key);
    signature.update(octets);
    return signature.sign();
  }
}
