package io.portolan.sender.message;

import io.portolan.core.relay.MetadataHeader;
import io.portolan.sender.exchange.Lines;
import io.portolan.sender.exchange.Mail;
import java.nio.charset.StandardCharsets;

/**
 * A message ready to be offered: complete, signed if its domain has a key, each line ended by CRLF
 * and at most 998 octets long. Immutable.
 */
public final class ComposedMessage {
  private final Mail mail;
  private final String messageId;
  private final long ownOctets;

  /**
   * @param ownOctets that it does not share with others
   */
  ComposedMessage(Mail mail, String messageId, long ownOctets) {
    this.mail = mail;
    this.messageId = messageId;
    this.ownOctets = ownOctets;
  }

  /** About how many octets of memory it takes beside what it shares with others of its campaign. */
  long ownOctets() {
    return ownOctets;
  }

  /**
   * What a peer is offered. The return path names the delivery, so that a bounce that comes back
   * later finds it.
   */
  public Mail mail() {
    return mail;
  }

  /**
   * What a relay is offered that reads a field by which its events lead to the delivery. The field
   * is not signed, for the relay takes it off; on no other way may it stand.
   */
  public Mail mailWith(MetadataHeader header) {
    byte[] field =
        header
            .line(messageId.substring(1, messageId.indexOf('@')))
            .getBytes(StandardCharsets.US_ASCII);
    return new Mail(mail.envelope(), mail.content().under(Lines.of(field)));
  }

  /** All octets of the message in one copy, to be looked at. */
  public byte[] bytes() {
    return mail.content().octets();
  }

  /** With its angle brackets. Every copy of a delivery has the same one. */
  public String messageId() {
    return messageId;
  }
}
