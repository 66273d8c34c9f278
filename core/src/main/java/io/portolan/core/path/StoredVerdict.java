package io.portolan.core.path;

import java.time.Instant;

/**
 * What is known of a port from rounds of looks at control hosts.
 *
 * @param verdict on which two rounds in a row agreed; {@value #UNKNOWN} before the first
 * @param since when they did
 * @param words for people: what happened, what it means, what to do
 * @param latest verdict of the last round alone
 * @param rounds in a row that came to it
 * @param lookedAt when the last round was; the epoch before the first
 * @param nextLook when the next is due
 * @param looks what the last round saw, as a JSON array
 */
public record StoredVerdict(
    int port,
    String verdict,
    Instant since,
    String words,
    String latest,
    int rounds,
    Instant lookedAt,
    Instant nextLook,
    String looks,
    String node) {
  /** Before two rounds agreed. */
  public static final String UNKNOWN = "unknown";
}
