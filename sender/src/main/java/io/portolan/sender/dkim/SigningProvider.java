package io.portolan.sender.dkim;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose code computes signatures. They are the same octets either way. */
public enum SigningProvider {
  /**
   * Amazon Corretto Crypto Provider (ACCP), which signs with RSA four times as fast as the JDK,
   * where its native code runs; the JDK elsewhere.
   */
  AUTO,
  /** The JDK's own. */
  JDK;

  private static final Logger LOG = LoggerFactory.getLogger(SigningProvider.class);

  /** The choice of a setting's word; empty for a word that is none. */
  public static Optional<SigningProvider> of(String word) {
    return switch (word) {
      case "auto" -> Optional.of(AUTO);
      case "jdk" -> Optional.of(JDK);
      default -> Optional.empty();
    };
  }

  /**
   * The native provider if it is wanted and runs here; empty for the JDK. Never fails. Whether it
   * signs rightly is left to {@link KeySigner}: its own tests of all it can do take a second.
   */
  Optional<Provider> load() {
    if (this == JDK) {
      LOG.info("DKIM signatures are computed by the JDK, as the configuration says.");
      return Optional.empty();
    }
    try {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      Throwable failure = provider.getLoadingError();
      if (failure == null) {
        LOG.info(
            "DKIM signatures are computed by {} {}.", provider.getName(), provider.getVersionStr());
        return Optional.of(provider);
      }
      return fallBack(failure);
    } catch (RuntimeException | LinkageError e) {
      return fallBack(e);
    }
  }

  private static Optional<Provider> fallBack(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    LOG.info(
        "DKIM signatures are computed by the JDK; faster native code does not run here: {}",
        root.toString());
    return Optional.empty();
  }
}
