package io.portolan.core.path;

import java.time.Duration;
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

  /** A round that is overdue for so long is taken by nobody. */
  public static final Duration STALE_AFTER = Duration.ofHours(2);

  /** Whether nobody watches the port any more, so that the verdict says nothing of the present. */
  public boolean isStale(Instant now) {
    return nextLook.isBefore(now.minus(STALE_AFTER));
  }
}
