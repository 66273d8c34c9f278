package io.portolan.core.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A version of TLS that a path may ask for at least; older ones are never spoken. */
public enum TlsVersion {
  TLS_1_2("TLSv1.2"),
  TLS_1_3("TLSv1.3");

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
    return Arrays.stream(values())
        .filter(version -> version.compareTo(this) >= 0)
        .map(TlsVersion::id)
        .toList();
  }
}
