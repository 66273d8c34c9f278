package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.sender.exchange.Content;
import io.portolan.sender.exchange.Lines;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.message.Tokens.Purpose;
import io.portolan.sender.template.MergeTemplate;
import io.portolan.sender.template.TemplatePart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A campaign's message, compiled: the templates are read and the fields that all recipients share
 * are written, so that for each recipient only the rest is made. What comes out is what Jakarta
 * Mail builds from the same parts.
 *
 * <p>Thread-safe.
 */
public final class CampaignMessage {
  private static final int MAX_SUBJECT = 2_000;
  private static final int ROOM = 1_024;

  /* What a template takes in memory, as measured: its text in several forms, and its tags. */
  private static final int OCTETS_A_CHARACTER = 12;
  private static final int OCTETS_A_TAG = 800;

  private final MessageComposer composer;
  private final CampaignContent content;
  private final long campaignId;
  private final SharedFields shared;
  private final MergeTemplate subject;
  private final Optional<MergeTemplate> html;
  private final Optional<MergeTemplate> text;
  private final Optional<CompiledPart> page;
  private final CompiledPart plain;
  private final CompiledBody body;
  private final long octets;
  private final AtomicLong largest;

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
    this.content = content;
    this.campaignId = campaignId;
    this.shared = fields.orElseThrow();
    this.subject = subjectTemplate.orElseThrow();
    page = html.map(template -> new CompiledPart("html", template.runs()));
    plain = new CompiledPart("plain", text.map(MergeTemplate::runs).orElseGet(this::derived));
    List<CompiledPart> parts = new ArrayList<>(List.of(plain));
    page.ifPresent(parts::add);
    body = new CompiledBody(parts, composer.boundary(campaignId, content));
    octets = octets(content.html()) + octets(content.text());
    largest = new AtomicLong(ROOM + parts.stream().mapToLong(CompiledPart::varying).sum());
  }

  /** Whether it was compiled of this content. */
  boolean isOf(CampaignContent other) {
    return content.equals(other);
  }

  /** About how many octets of memory it takes. */
  long octets() {
    return octets;
  }

  private static long octets(String source) {
    long octets = (long) OCTETS_A_CHARACTER * source.length();
    for (int tag = source.indexOf("{{"); tag >= 0; tag = source.indexOf("{{", tag + 2)) {
      octets += OCTETS_A_TAG;
    }
    return octets;
  }

  /**
   * How many octets the next message may have that it does not share with others: as many as the
   * largest so far.
   */
  long expectedOctets() {
    return largest.get();
  }

  /** The text of a page alone, which varies as a whole where the page varies at all. */
  private List<MergeTemplate.Run> derived() {
    CompiledPart from = page.orElseThrow();
    return List.of(
        from.hasSlots()
            ? new MergeTemplate.Run("", true)
            : new MergeTemplate.Run(HtmlText.toText(from.text(List.of())), false));
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

  /**
   * What merging makes.
   *
   * @param page the lines of the HTML that vary; none where there is none
   * @param plain the lines of the text that vary
   */
  record Merged(String subject, List<String> page, List<String> plain, String unsubscribeToken) {}

  /** The HTML that a recipient gets; empty for none. */
  String html(Merged merged) {
    return page.map(part -> part.text(merged.page())).orElse("");
  }

  /** The text that a recipient gets. */
  String text(Merged merged) {
    return plain.text(merged.plain());
  }

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
    List<String> ofPage = html.map(template -> template.renderVarying(fields)).orElse(List.of());
    List<String> ofPlain =
        text.map(template -> template.renderVarying(fields)).orElseGet(() -> derived(ofPage));
    return new Merged(line, ofPage, ofPlain, token);
  }

  private List<String> derived(List<String> ofPage) {
    return plain.hasSlots() ? List.of(HtmlText.toText(page.orElseThrow().text(ofPage))) : List.of();
  }

  ComposedMessage write(long deliveryId, EmailAddress recipient, Merged merged) {
    Instant now = composer.clock().instant();
    String token = composer.tokens().sign(Purpose.MESSAGE_ID, deliveryId);
    String messageId = "<" + token + "@" + shared.sendingDomain() + ">";
    CompiledBody.Filled filled =
        body.fill(
            page.isPresent() ? List.of(merged.plain(), merged.page()) : List.of(merged.plain()));
    MessageBuffer fields = new MessageBuffer(ROOM);
    fields.ascii("Date: ").ascii(DateField.text(now)).crlf();
    fields.ascii(shared.lines());
    // one octet a character, except before the @ of an address that needs SMTPUTF8
    fields.ascii("To: ").octets(recipient.forEnvelope().getBytes(StandardCharsets.UTF_8)).crlf();
    fields.ascii("Message-ID: ").ascii(messageId).crlf();
    fields.ascii(HeaderText.unstructured("Subject", merged.subject())).crlf();
    listUnsubscribe(fields, merged.unsubscribeToken());
    fields.ascii("MIME-Version: 1.0\r\n").ascii(filled.fields());
    Lines header = composer.header(shared.fromDomain(), fields, filled::hash, now);
    long own = (long) fields.length() + filled.octets();
    if (own > largest.get()) {
      largest.accumulateAndGet(own, Math::max);
    }
    return new ComposedMessage(
        new Mail(composer.envelope(deliveryId, recipient), Content.of(header, filled.lines())),
        messageId,
        own);
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

  private static MergeTemplate compiled(TemplatePart part, String source, CampaignContent content) {
    if (source.isBlank()) {
      throw part.refused("is empty");
    }
    return MergeTemplate.compile(part, source, content.missingField());
  }
}
