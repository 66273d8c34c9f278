package io.portolan.sender.dns;

/** A way to ask the DNS for records of any type. Thread-safe; blocks within its own deadline. */
@FunctionalInterface
public interface RecordLookup {
  /**
   * Asks for records. Every failure to get an answer is a {@link RecordAnswer.Failed}.
   *
   * @throws InterruptedException when the calling thread is interrupted
   */
  RecordAnswer ask(String name, RecordType type) throws InterruptedException;
}
