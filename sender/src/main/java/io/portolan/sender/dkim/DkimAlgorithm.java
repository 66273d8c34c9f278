package io.portolan.sender.dkim;

/** How a key signs. */
public enum DkimAlgorithm {
  /** RFC 6376 section 3.3.1: the one that every receiver verifies. */
  RSA("rsa-sha256", "rsa", "SHA256withRSA"),
  /** RFC 8463: short and quick, and verified by some receivers. */
  ED25519("ed25519-sha256", "ed25519", "Ed25519");

  private final String tag;
  private final String keyType;
  private final String signature;

  DkimAlgorithm(String tag, String keyType, String signature) {
    this.tag = tag;
    this.keyType = keyType;
    this.signature = signature;
  }

  /** As in the {@code a=} tag of signatures. */
  public String tag() {
    return tag;
  }

  /** As in the {@code k=} tag of published keys. */
  public String keyType() {
    return keyType;
  }

  /** As {@link java.security.Signature} names it. */
  String signature() {
    return signature;
  }
}
