package io.portolan.sender.exchange;

import java.util.Set;

/**
 * What a peer offers, as far as use is made of it.
 *
 * @param host the peer's name as dialled
 * @param extensions offered, without those that the peer is known to break
 * @param maxSize the most octets that a message may have (RFC 1870); {@link Long#MAX_VALUE} where
 *     no limit is stated
 */
public record Capabilities(String host, Set<Extension> extensions, long maxSize) {

  public Capabilities {
    extensions = Set.copyOf(extensions);
  }

  /** An extension of SMTP of which use is made. */
  public enum Extension {
    /** RFC 2920. */
    PIPELINING("PIPELINING"),
    /** RFC 1870. */
    SIZE("SIZE"),
    /** RFC 6152. */
    EIGHT_BIT_MIME("8BITMIME"),
    /** RFC 6531. */
    SMTPUTF8("SMTPUTF8"),
    /** RFC 3461. */
    DSN("DSN");

    private final String keyword;

    Extension(String keyword) {
      this.keyword = keyword;
    }

    /** By which a peer offers it in its answer to EHLO. */
    public String keyword() {
      return keyword;
    }
  }

  boolean has(Extension extension) {
    return extensions.contains(extension);
  }
}
