package io.portolan.core.campaign;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import java.util.Optional;

/**
 * What a campaign says, before it is merged with a recipient's attributes.
 *
 * @param fromName shown beside the address; may be empty
 * @param fromAddress whose domain signs and is judged
 * @param replyTo empty for none
 * @param subject a Handlebars template
 * @param html a Handlebars template whose values are escaped; empty for none
 * @param text a Handlebars template; empty for none
 * @param missingField what a field without a value becomes
 */
public record CampaignContent(
    String fromName,
    String fromAddress,
    String replyTo,
    String subject,
    String html,
    String text,
    MissingField missingField) {
  public static final CampaignContent EMPTY =
      new CampaignContent("", "", "", "", "", "", MissingField.EMPTY);

  /** The same with subject and both bodies from a template. */
  public CampaignContent from(Template template) {
    return withText(template.subject(), template.html(), template.text());
  }

  /** The same without what a template gives. */
  CampaignContent withoutText() {
    return withText("", "", "");
  }

  private CampaignContent withText(String newSubject, String newHtml, String newText) {
    return new CampaignContent(
        fromName, fromAddress, replyTo, newSubject, newHtml, newText, missingField);
  }

  /** The domain of the From address; empty while there is no such address. */
  public Optional<Domain> sendingDomain() {
    try {
      return Optional.of(EmailAddress.parse(fromAddress).domain());
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
  }

  /** Whether there is anything to send. */
  public boolean hasBody() {
    return !html.isBlank() || !text.isBlank();
  }
}
