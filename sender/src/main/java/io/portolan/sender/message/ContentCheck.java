package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Looks at a campaign's content before anybody gets it: whether it makes a message at all, and what
 * message it makes for one recipient. Thread-safe.
 */
public final class ContentCheck {
  private static final Session SESSION = Session.getInstance(new Properties());

  // a preview belongs to no delivery, so its links lead nowhere
  private static final long NO_DELIVERY = 0;

  private static final int CLIPPED = 102 * 1024;

  private final MessageComposer composer;

  public ContentCheck(MessageComposer composer) {
    this.composer = composer;
  }

  /**
   * Checks everything that does not depend on a recipient.
   *
   * @throws InvalidException with every problem; places are the fields of {@link CampaignContent}
   */
  public void check(CampaignContent content) {
    new CampaignMessage(composer, 0, content);
  }

  /**
   * Makes the message of one recipient without sending it.
   *
   * @param attributes of the recipient, JSON values
   * @throws InvalidException with the problems of the content, or of the content with these
   *     attributes, such as a field without a value
   */
  public Preview preview(
      long campaignId, CampaignContent content, String address, Map<String, Object> attributes) {
    CampaignMessage message = new CampaignMessage(composer, campaignId, content);
    EmailAddress recipient = CampaignMessage.recipient(address);
    CampaignMessage.Merged merged = message.merge(NO_DELIVERY, recipient, attributes);
    ComposedMessage composed = message.write(NO_DELIVERY, recipient, merged);
    return new Preview(
        merged.subject(),
        message.html(merged),
        message.text(merged),
        headers(composed.bytes()),
        warnings(content));
  }

  private static List<Preview.Header> headers(byte[] bytes) {
    List<Preview.Header> headers = new ArrayList<>();
    try {
      MimeMessage message = new MimeMessage(SESSION, new ByteArrayInputStream(bytes));
      Collections.list(message.getAllHeaders())
          .forEach(
              header ->
                  headers.add(new Preview.Header(header.getName(), decoded(header.getValue()))));
    } catch (MessagingException e) {
      throw new IllegalStateException("Jakarta Mail could not read a message that we wrote", e);
    }
    return headers;
  }

  private static String decoded(String value) {
    String unfolded = MimeUtility.unfold(value);
    try {
      return MimeUtility.decodeText(unfolded);
    } catch (UnsupportedEncodingException e) {
      return unfolded;
    }
  }

  private List<String> warnings(CampaignContent content) {
    List<String> warnings = new ArrayList<>();
    boolean shows =
        content.html().contains("unsubscribe_url") || content.text().contains("unsubscribe_url");
    if (!shows) {
      warnings.add("The message shows no way to unsubscribe: put {{unsubscribe_url}} into it.");
    }
    if (!composer.settings().isOneClickReady()) {
      warnings.add("One-click unsubscription works with an https publicUrl only.");
    }
    if (content.html().getBytes(StandardCharsets.UTF_8).length > CLIPPED) {
      warnings.add("The HTML is longer than 102 KB, after which Gmail cuts it off.");
    }
    return warnings;
  }
}
