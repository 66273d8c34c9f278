package io.portolan.sender.dns;

/** A way to ask for a host's addresses. Thread-safe; blocks within its own deadline. */
@FunctionalInterface
public interface HostLookup {
  /**
   * Asks for the addresses of a host. Every failure to get an answer is a {@link
   * HostAnswer.TemporaryFailure}.
   *
   * @param host a DNS name, or an address literal, which is its own answer
   * @throws InterruptedException when the calling thread is interrupted
   */
  HostAnswer lookUp(String host) throws InterruptedException;
}
