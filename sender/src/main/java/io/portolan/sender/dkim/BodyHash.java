package io.portolan.sender.dkim;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * The SHA-256 of a body in relaxed form (RFC 6376 3.4.4), taken line after line. A copy goes on
 * from where this one is, so that what bodies have in common at their start is hashed once.
 *
 * <p>Not thread-safe, but for {@link #copy} of one that is no longer fed.
 */
public final class BodyHash {
  private static final byte[] CRLF = {'\r', '\n'};

  private final MessageDigest digest;
  private int emptyLines;

  private BodyHash(MessageDigest digest, int emptyLines) {
    this.digest = digest;
    this.emptyLines = emptyLines;
  }

  /** Of nothing yet. */
  public BodyHash() {
    this(sha256(), 0);
  }

  /** Another of what this one has been fed. */
  public BodyHash copy() {
    try {
      return new BodyHash((MessageDigest) digest.clone(), emptyLines);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  /** Feeds lines. */
  public BodyHash feed(RelaxedLines lines) {
    if (lines.length() > 0) {
      for (; emptyLines > 0; emptyLines--) {
        digest.update(CRLF);
      }
      digest.update(lines.octets(), 0, lines.length());
    }
    emptyLines += lines.emptyLinesBehind();
    return this;
  }

  /** Feeds lines that end with CRLF; the last of a body may end without. */
  public BodyHash feed(byte[] octets, int from, int to) {
    return feed(RelaxedLines.of(octets, from, to));
  }

  /** The hash, in base64 as in the {@code bh=} tag. Ends this. */
  public String base64() {
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
