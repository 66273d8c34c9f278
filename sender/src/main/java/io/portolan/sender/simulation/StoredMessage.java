package io.portolan.sender.simulation;

import java.time.Instant;
import java.util.Optional;

/**
 * One message as one recipient's simulated mailbox holds it.
 *
 * @param recipient the forward path as the client wrote it
 * @param sender the reverse path, empty for the null one
 * @param content what was sent
 * @param origin how it came
 */
public record StoredMessage(
    String recipient, String sender, Content content, Origin origin, Instant receivedAt) {

  /**
   * What was sent, dots unstuffed.
   *
   * @param messageId the Message-ID header field with its angle brackets, empty if the message has
   *     none
   * @param octets how long it is
   * @param sha256 of the octets, in hexadecimal digits
   * @param text the whole message, one character an octet, where the mailboxes still keep it
   */
  public record Content(String messageId, long octets, String sha256, Optional<String> text) {}

  /**
   * How a message came.
   *
   * @param server name of the server that took it
   * @param port the port the client dialed
   * @param user who had authenticated, empty for nobody
   */
  public record Origin(String server, int port, boolean encrypted, String user) {}
}
