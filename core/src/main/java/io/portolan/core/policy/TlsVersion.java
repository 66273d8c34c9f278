package io.portolan.core.policy;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A version of TLS that a path may ask for at least; older ones are never spoken. */
public enum TlsVersion {
  TLS_1_2("TLSv1.2"),
  TLS_1_3("TLSv1.3");

  // asked for with every message
  private static final Map<TlsVersion, List<String>> OR_NEWER = new EnumMap<>(TlsVersion.class);

  static {
    for (TlsVersion oldest : values()) {
      OR_NEWER.put(
          oldest,
          Arrays.stream(values())
              .filter(version -> version.compareTo(oldest) >= 0)
              .map(TlsVersion::id)
              .toList());
    }
  }

  private final String id;

  TlsVersion(String id) {
    this.id = id;
  }

  /** The name in policies, which is Java's too. */
  public String id() {
    return id;
  }

  public static Optional<TlsVersion> of(String id) {
    return Arrays.stream(values()).filter(version -> version.id.equals(id)).findFirst();
  }

  /** This version and the newer ones, by their names. */
  public List<String> orNewer() {
    return Objects.requireNonNull(OR_NEWER.get(this));
  }
}
