package io.portolan.sender.path;

import java.time.Instant;

/** What a verdict on a whole port means for mail. */
public sealed interface PortEffect {
  /** It gets through; nothing is forbidden. */
  record Free() implements PortEffect {}

  /** It gets through by IPv4 alone. */
  record Ipv4Only() implements PortEffect {}

  /**
   * Direct mail does not get through, or not to whom it is for.
   *
   * @param words why, for people
   * @param evenIfOpen whether connections that come about do not lift it, as where somebody else
   *     answers in the place of every mail host
   * @param since when that was found
   * @param nextRound when it is looked at again
   */
  record Blocked(String words, boolean evenIfOpen, Instant since, Instant nextRound)
      implements PortEffect {}
}
