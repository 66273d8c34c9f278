package io.portolan.api.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** A DKIM key that lives as long as a bench. */
final class BenchKey {
  static final String SELECTOR = "bench";

  private static final int BITS = 2_048;

  private BenchKey() {}

  /** A new RSA key of 2,048 bits in PEM. */
  static String pem() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(key)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK makes no RSA keys", e);
    }
  }
}
