package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.campaign.CampaignContent;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * The header fields that all messages of a campaign share, written once by Jakarta Mail.
 *
 * @param fromDomain whose key signs
 * @param lines the fields, in ASCII, each ended by CRLF
 * @param unsubscribeMailto the URL of the unsubscribe mailbox up to where the token goes; empty for
 *     none
 */
record SharedFields(Domain fromDomain, String lines, String unsubscribeMailto) {
  private static final Session SESSION = Session.getInstance(new Properties());
  private static final int MAX_NAME = 200;
  private static final Pattern LIST_LABEL = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

  /**
   * @throws InvalidException with the problems of the content's addresses and name
   */
  static SharedFields of(MessageSettings settings, long campaignId, CampaignContent content) {
    return of(settings, Optional.of(campaignId), content);
  }

  /**
   * The fields of a message that belongs to no campaign and no list: the sender alone.
   *
   * @throws InvalidException as above
   */
  static SharedFields ofNotice(MessageSettings settings, CampaignContent sender) {
    return of(settings, Optional.empty(), sender);
  }

  private static SharedFields of(
      MessageSettings settings, Optional<Long> campaignId, CampaignContent content) {
    ContentProblems problems = new ContentProblems();
    Optional<EmailAddress> from = problems.of(() -> mailbox("fromAddress", content.fromAddress()));
    String name = HeaderText.oneLine(content.fromName());
    checkName(problems, name);
    Optional<EmailAddress> replyTo =
        content.replyTo().isBlank()
            ? Optional.empty()
            : problems.of(() -> mailbox("replyTo", content.replyTo()));
    problems.throwIfAny();
    EmailAddress sender = from.orElseThrow();
    try {
      MimeMessage message = new MimeMessage(SESSION);
      message.setFrom(internet(sender, name));
      message.setHeader(
          "From", MimeUtility.fold("From: ".length(), message.getHeader("From", null)));
      if (replyTo.isPresent()) {
        message.setReplyTo(new InternetAddress[] {internet(replyTo.get(), "")});
      }
      if (campaignId.isPresent()) {
        bulk(message, settings, campaignId.get(), sender);
      }
      StringBuilder lines = new StringBuilder();
      Collections.list(message.getAllHeaderLines())
          .forEach(line -> lines.append(line).append("\r\n"));
      return new SharedFields(sender.domain(), lines.toString(), mailto(settings));
    } catch (MessagingException | UnsupportedEncodingException e) {
      throw new IllegalStateException("Jakarta Mail refused checked header fields", e);
    }
  }

  private static void bulk(
      MimeMessage message, MessageSettings settings, long campaignId, EmailAddress sender)
      throws MessagingException {
    String label = listLabel(sender);
    // RFC 2919: stable over the campaigns of one sender, within a domain of ours
    message.setHeader(
        "List-Id", "<" + label + "." + settings.listIdDomain().orElse(sender.domain()) + ">");
    // Gmail counts by each of four identifiers; the last is the sender's
    message.setHeader("Feedback-ID", campaignId + ":" + label + ":campaign:" + settings.senderId());
    // in no standard, and yet what keeps most vacation programs silent
    message.setHeader("Precedence", "bulk");
  }

  /** The right side of Message-IDs. */
  String sendingDomain() {
    return fromDomain.name();
  }

  private static EmailAddress mailbox(String field, String address) {
    try {
      EmailAddress mailbox = EmailAddress.parse(address);
      if (mailbox.needsSmtpUtf8()) {
        throw new InvalidException(
            field,
            "has characters above ASCII before the @; most mail systems would refuse every message");
      }
      return mailbox;
    } catch (InvalidAddressException e) {
      throw new InvalidException(field, e.reason());
    }
  }

  private static void checkName(ContentProblems problems, String name) {
    if (name.length() > MAX_NAME) {
      problems.add(
          "fromName", "has " + name.length() + " characters; " + MAX_NAME + " are allowed");
    }
    if (name.contains("=?")) {
      problems.add("fromName", "has \"=?\", which begins an encoded text; write the name plainly");
    }
  }

  private static InternetAddress internet(EmailAddress address, String name)
      throws MessagingException, UnsupportedEncodingException {
    InternetAddress internet = new InternetAddress();
    internet.setAddress(address.forEnvelope());
    if (!name.isEmpty()) {
      internet.setPersonal(name, "UTF-8");
    }
    return internet;
  }

  private static String listLabel(EmailAddress from) {
    String label = from.localPart().toLowerCase(Locale.ROOT);
    return LIST_LABEL.matcher(label).matches() ? label : "campaigns";
  }

  private static String mailto(MessageSettings settings) {
    return settings
        .unsubscribeMailbox()
        .map(
            mailbox ->
                "mailto:"
                    + escaped(mailbox.localPart())
                    + "@"
                    + mailbox.domain()
                    + "?subject=unsubscribe%20")
        .orElse("");
  }

  private static String escaped(String localPart) {
    return URLEncoder.encode(localPart, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
