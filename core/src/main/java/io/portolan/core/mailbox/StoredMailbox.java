package io.portolan.core.mailbox;

import java.time.Instant;
import java.util.Optional;

/**
 * How a mailbox stands, whichever node polled it.
 *
 * @param taken mails that were read out of it
 * @param node that polled it last; empty before the first time
 * @param failures of polls in a row; 0 when the last went well
 * @param trouble what the last failure was, or which single mails could not be read; empty when all
 *     is well
 */
public record StoredMailbox(
    String name,
    Progress progress,
    long taken,
    String node,
    Optional<Instant> polledAt,
    Optional<Instant> succeededAt,
    int failures,
    String trouble) {
  /**
   * How far a folder was read.
   *
   * @param uidValidity of the folder (RFC 3501 section 2.3.1.1); another one: read from the start
   * @param lastUid of the last mail that was read
   */
  public record Progress(long uidValidity, long lastUid) {
    /** Nothing was read. */
    public static final Progress NONE = new Progress(0, 0);
  }
}
