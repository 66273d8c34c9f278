package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.sender.message.Tokens.Purpose;
import io.portolan.sender.smtp.Envelope;
import io.portolan.sender.template.MergeTemplate;
import io.portolan.sender.template.TemplatePart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A campaign's message, compiled: the templates are read and the fields that all recipients share
 * are written, so that for each recipient only the rest is made. What comes out is what Jakarta
 * Mail builds from the same parts.
 *
 * <p>Thread-safe.
 */
public final class CampaignMessage {
  private static final int MAX_SUBJECT = 2_000;
  private static final int ROOM = 2_048;

  // RFC 5322 3.3
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final MessageComposer composer;
  private final long campaignId;
  private final SharedFields shared;
  private final MergeTemplate subject;
  private final Optional<MergeTemplate> html;
  private final Optional<MergeTemplate> text;

  /**
   * @throws InvalidException with every problem of the content
   */
  CampaignMessage(MessageComposer composer, long campaignId, CampaignContent content) {
    ContentProblems problems = new ContentProblems();
    Optional<SharedFields> fields =
        problems.of(() -> SharedFields.of(composer.settings(), campaignId, content));
    Optional<MergeTemplate> subjectTemplate =
        problems.of(() -> compiled(TemplatePart.SUBJECT, content.subject(), content));
    html =
        content.html().isBlank()
            ? Optional.empty()
            : problems.of(() -> compiled(TemplatePart.HTML, content.html(), content));
    text =
        content.text().isBlank()
            ? Optional.empty()
            : problems.of(() -> compiled(TemplatePart.TEXT, content.text(), content));
    if (!content.hasBody()) {
      problems.add("html", "there is neither HTML nor text");
    }
    problems.throwIfAny();
    this.composer = composer;
    this.campaignId = campaignId;
    this.shared = fields.orElseThrow();
    this.subject = subjectTemplate.orElseThrow();
  }

  /**
   * Composes the message of a delivery.
   *
   * @throws InvalidException if the recipient's attributes do not make a message; sending again
   *     makes none either
   */
  public ComposedMessage compose(ClaimedDelivery delivery) {
    return compose(delivery.id(), delivery.address(), delivery.attributes());
  }

  /**
   * Composes the message of a delivery, or, with the id 0, of none: its tokens then lead to no
   * delivery.
   *
   * @param attributes of the recipient, JSON values
   * @throws InvalidException as above
   */
  public ComposedMessage compose(long deliveryId, String address, Map<String, Object> attributes) {
    EmailAddress recipient = recipient(address);
    return write(deliveryId, recipient, merge(deliveryId, recipient, attributes));
  }

  /** The merged parts. */
  record Merged(String subject, String html, String text, String unsubscribeToken) {}

  Merged merge(long deliveryId, EmailAddress recipient, Map<String, Object> attributes) {
    String token = composer.tokens().sign(Purpose.UNSUBSCRIBE, deliveryId);
    // our own fields win: an attribute must not lead an unsubscribe link elsewhere
    Map<String, Object> fields = new HashMap<>(attributes);
    fields.put("email", recipient.asWritten());
    fields.put("campaign", campaignId);
    fields.put("unsubscribe_url", composer.settings().unsubscribeUrl(token));
    String line = HeaderText.oneLine(subject.render(fields));
    if (line.isEmpty()) {
      throw new InvalidException("subject", "is empty for this recipient");
    }
    if (line.length() > MAX_SUBJECT) {
      throw new InvalidException(
          "subject", "has " + line.length() + " characters; " + MAX_SUBJECT + " are allowed");
    }
    String page = html.map(template -> template.render(fields)).orElse("");
    String plain =
        text.map(template -> template.render(fields)).orElseGet(() -> HtmlText.toText(page));
    return new Merged(line, page, plain, token);
  }

  ComposedMessage write(long deliveryId, EmailAddress recipient, Merged merged) {
    Instant now = composer.clock().instant();
    String token = composer.tokens().sign(Purpose.MESSAGE_ID, deliveryId);
    String messageId = "<" + token + "@" + shared.sendingDomain() + ">";
    MessageBuffer out = new MessageBuffer(ROOM + merged.html().length() + merged.text().length());
    out.ascii("Date: ").ascii(date(now)).crlf();
    out.ascii(shared.lines());
    // one octet a character, except before the @ of an address that needs SMTPUTF8
    out.ascii("To: ").octets(recipient.forEnvelope().getBytes(StandardCharsets.UTF_8)).crlf();
    out.ascii("Message-ID: ").ascii(messageId).crlf();
    out.ascii(HeaderText.unstructured("Subject", merged.subject())).crlf();
    listUnsubscribe(out, merged.unsubscribeToken());
    out.ascii("MIME-Version: 1.0\r\n");
    body(out, merged, "=_" + token);
    byte[] bytes = composer.signed(shared.fromDomain(), out.toArray(), now);
    return new ComposedMessage(
        bytes, new Envelope(composer.returnPath(deliveryId), recipient.forEnvelope()), messageId);
  }

  static String date(Instant now) {
    return DATE.format(now);
  }

  static EmailAddress recipient(String address) {
    try {
      return EmailAddress.parse(address);
    } catch (InvalidAddressException e) {
      throw new InvalidException("address", e.reason());
    }
  }

  private void listUnsubscribe(MessageBuffer out, String token) {
    // RFC 2369 3.2; RFC 8058 3.1 wants exactly one https URL beside which a mailbox may stand, and
    // one-click with nothing else
    out.ascii("List-Unsubscribe: <").ascii(composer.settings().unsubscribeUrl(token)).ascii(">");
    if (!shared.unsubscribeMailto().isEmpty()) {
      out.ascii(",\r\n <").ascii(shared.unsubscribeMailto()).ascii(token).ascii(">");
    }
    out.crlf();
    if (composer.settings().isOneClickReady()) {
      out.ascii("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
  }

  private void body(MessageBuffer out, Merged merged, String boundary) {
    if (html.isEmpty()) {
      BodyEncoder.write(out, "plain", merged.text());
      if (!out.endsLine()) {
        out.crlf();
      }
      return;
    }
    // neither encoded text nor a value that a sender can know has the boundary, as it holds a
    // signed token
    out.ascii("Content-Type: multipart/alternative;\r\n boundary=\"")
        .ascii(boundary)
        .ascii("\"\r\n\r\n");
    out.ascii("--").ascii(boundary).crlf();
    BodyEncoder.write(out, "plain", merged.text());
    out.ascii("\r\n--").ascii(boundary).crlf();
    BodyEncoder.write(out, "html", merged.html());
    out.ascii("\r\n--").ascii(boundary).ascii("--\r\n");
  }

  private static MergeTemplate compiled(TemplatePart part, String source, CampaignContent content) {
    if (source.isBlank()) {
      throw part.refused("is empty");
    }
    return MergeTemplate.compile(part, source, content.missingField());
  }
}
