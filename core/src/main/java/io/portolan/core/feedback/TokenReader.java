package io.portolan.core.feedback;

import java.util.OptionalLong;

/**
 * Reads the signed tokens that stand for a delivery. Thread-safe; takes any text and throws
 * nothing.
 */
public interface TokenReader {
  /** The delivery whose return path an address is, if this installation signed it. */
  OptionalLong returnPath(String address);

  /** The delivery whose envelope id (RFC 3461 section 4.4) this is, if it was signed here. */
  OptionalLong envelopeId(String id);

  /** The delivery whose Message-ID this is, without angle brackets, if it was signed here. */
  OptionalLong messageId(String id);
}
