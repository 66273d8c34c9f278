package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.sender.dkim.BodyHash;
import io.portolan.sender.exchange.Content;
import io.portolan.sender.exchange.Lines;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.message.Tokens.Purpose;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A message of this installation to its own people, such as a report: a text, and a page as an
 * attachment. It belongs to no campaign and no list.
 *
 * @param from address of the sender, whose domain signs
 * @param fromName shown beside it; may be empty
 * @param text the message
 * @param pageName the page's file name, in letters, digits, dots and hyphens
 * @param page HTML
 */
public record Notice(
    String from, String fromName, String subject, String text, String pageName, String page) {
  private static final int ROOM = 4_096;

  /**
   * @throws IllegalArgumentException if the file name has another character
   */
  public Notice {
    if (!pageName.matches("[A-Za-z0-9.-]{1,80}")) {
      throw new IllegalArgumentException("pageName: " + pageName);
    }
  }

  /** The domain of the From address; empty if there is no such address. */
  public Optional<Domain> sendingDomain() {
    return sender().sendingDomain();
  }

  /**
   * Composes the message.
   *
   * @param id below 0; the same id has the same Message-ID, by which a copy is known for one
   * @throws InvalidException if the address or the sender is none
   */
  public ComposedMessage compose(MessageComposer composer, long id, String to) {
    EmailAddress recipient = CampaignMessage.recipient(to);
    SharedFields fields = SharedFields.ofNotice(composer.settings(), sender());
    Instant now = composer.clock().instant();
    String token = composer.tokens().sign(Purpose.MESSAGE_ID, id);
    String messageId = "<" + token + "@" + fields.sendingDomain() + ">";
    MessageBuffer header = new MessageBuffer(ROOM);
    header.ascii("Date: ").ascii(DateField.text(now)).crlf();
    header.ascii(fields.lines());
    header.ascii("To: ").octets(recipient.forEnvelope().getBytes(StandardCharsets.UTF_8)).crlf();
    header.ascii("Message-ID: ").ascii(messageId).crlf();
    header.ascii(HeaderText.unstructured("Subject", subject)).crlf();
    // RFC 3834 section 5: nobody's vacation program need answer
    header.ascii("Auto-Submitted: auto-generated\r\n");
    header.ascii("MIME-Version: 1.0\r\n");
    String boundary = "=_" + token;
    header.ascii("Content-Type: multipart/mixed;\r\n boundary=\"").ascii(boundary).ascii("\"\r\n");
    MessageBuffer body = new MessageBuffer(ROOM + text.length() + page.length());
    body.ascii("--").ascii(boundary).crlf();
    BodyEncoder.write(body, "plain", text);
    body.ascii("\r\n--").ascii(boundary).crlf();
    // RFC 2183
    body.ascii("Content-Disposition: attachment; filename=\"").ascii(pageName).ascii("\"\r\n");
    BodyEncoder.write(body, "html", page);
    body.ascii("\r\n--").ascii(boundary).ascii("--\r\n");
    Lines signed = composer.header(fields.fromDomain(), header, () -> hash(body), now);
    return new ComposedMessage(
        new Mail(
            composer.envelope(id, recipient),
            Content.of(signed, List.of(body.lines(0, body.length())))),
        messageId,
        header.length() + body.capacity());
  }

  private static String hash(MessageBuffer body) {
    BodyHash hash = new BodyHash();
    body.hash(hash, 0, body.length());
    return hash.base64();
  }

  private CampaignContent sender() {
    return new CampaignContent(fromName, from, "", "", "", "", MissingField.EMPTY);
  }
}
