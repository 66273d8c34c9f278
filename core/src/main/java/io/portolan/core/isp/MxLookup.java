package io.portolan.core.isp;

import io.portolan.core.address.Domain;

/**
 * A way to ask the DNS where a domain takes its mail. Thread-safe; blocks within its own deadline.
 */
@FunctionalInterface
public interface MxLookup {
  /**
   * Asks for a domain's mail hosts. Every failure to get an answer is a {@link
   * MxAnswer.TemporaryFailure}.
   *
   * @throws InterruptedException when the calling thread is interrupted
   */
  MxAnswer lookUp(Domain domain) throws InterruptedException;
}
