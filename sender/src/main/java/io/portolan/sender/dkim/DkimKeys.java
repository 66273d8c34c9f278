package io.portolan.sender.dkim;

import io.portolan.core.address.Domain;
import java.security.Provider;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of the sending domains. Thread-safe; never changes. */
public final class DkimKeys {
  /** No domain has a key: nothing is signed. */
  public static final DkimKeys NONE = new DkimKeys(List.of(), SigningProvider.JDK);

  private static final Logger LOG = LoggerFactory.getLogger(DkimKeys.class);

  private final Map<Domain, DkimSigner> signers = new HashMap<>();

  /**
   * @param keys for each domain one of RSA, and one of Ed25519 if it is to sign as well
   * @throws IllegalArgumentException if a domain has two keys of a kind, or none of RSA
   */
  public DkimKeys(Collection<DkimKey> keys, SigningProvider wanted) {
    Optional<Provider> provider = keys.isEmpty() ? Optional.empty() : wanted.load();
    Map<Domain, Map<DkimAlgorithm, DkimKey>> byDomain = new LinkedHashMap<>();
    for (DkimKey key : keys) {
      if (byDomain
              .computeIfAbsent(key.domain(), _ -> new EnumMap<>(DkimAlgorithm.class))
              .put(key.algorithm(), key)
          != null) {
        throw new IllegalArgumentException(
            "the domain " + key.domain() + " has two DKIM keys of " + key.algorithm().keyType());
      }
      if (key.isShort()) {
        LOG.warn(
            "The DKIM key {} of {} has {} bits; RFC 8301 asks for 2048.",
            key.selector(),
            key.domain(),
            key.bits());
      }
    }
    byDomain.forEach(
        (domain, own) -> {
          if (!own.containsKey(DkimAlgorithm.RSA)) {
            throw new IllegalArgumentException(
                "the domain "
                    + domain
                    + " has no DKIM key of rsa, and most receivers verify no other");
          }
          signers.put(domain, new DkimSigner(List.copyOf(own.values()), provider));
        });
  }

  /**
   * The signer for mail from a domain: by its own key, or by that of the nearest domain above it,
   * which aligns with it (RFC 7489 section 3.1.1).
   */
  public Optional<DkimSigner> signerOf(Domain from) {
    if (signers.isEmpty()) {
      return Optional.empty();
    }
    Optional<Domain> domain = Optional.of(from);
    while (domain.isPresent()) {
      DkimSigner signer = signers.get(domain.get());
      if (signer != null) {
        return Optional.of(signer);
      }
      domain = domain.get().parent();
    }
    return Optional.empty();
  }
}
