package io.portolan.core.campaign;

import io.portolan.core.Problems;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;

/** What must hold of a campaign's settings: of a draft, and of one that is to be scheduled. */
final class CampaignChecks {
  static final int LONGEST_NAME = 200;
  // RFC 5322 2.1.1 allows lines of 998 characters; merge fields may still lengthen this one
  static final int LONGEST_LINE = 500;
  static final int LONGEST_BODY = 1_000_000;

  private CampaignChecks() {}

  /** Checks what is there; what is missing is no problem yet. */
  static void draft(CampaignSettings settings, Problems problems) {
    CampaignContent content = settings.content();
    problems.checkName("name", settings.name(), LONGEST_NAME);
    problems.checkLine("content.fromName", content.fromName(), LONGEST_LINE);
    checkAddress("content.fromAddress", content.fromAddress(), problems);
    checkAddress("content.replyTo", content.replyTo(), problems);
    problems.checkLine("content.missingField.value", content.missingField().value(), LONGEST_LINE);
    settings.guards().check(problems);
    if (settings.templateId().isEmpty()) {
      text("content.", content.subject(), content.html(), content.text(), problems);
    } else {
      requireEmpty("content.subject", content.subject(), problems);
      requireEmpty("content.html", content.html(), problems);
      requireEmpty("content.text", content.text(), problems);
    }
  }

  /** Checks subject and bodies, as a template or a campaign has them. */
  static void text(String prefix, String subject, String html, String text, Problems problems) {
    problems.checkLine(prefix + "subject", subject, LONGEST_LINE);
    problems.checkText(prefix + "html", html, LONGEST_BODY);
    problems.checkText(prefix + "text", text, LONGEST_BODY);
  }

  /** Checks that nothing is missing from the content of a campaign that is to be scheduled. */
  static void complete(CampaignContent content, Problems problems) {
    if (content.fromAddress().isBlank()) {
      problems.add("content.fromAddress", "is missing");
    }
    if (content.subject().isBlank()) {
      problems.add("content.subject", "is missing");
    }
    if (!content.hasBody()) {
      problems.add("content.text", "is missing, and content.html too; one of them is needed");
    }
  }

  private static void requireEmpty(String place, String text, Problems problems) {
    if (!text.isEmpty()) {
      problems.add(place, "must be empty: it comes from the template");
    }
  }

  private static void checkAddress(String place, String address, Problems problems) {
    if (address.isEmpty()) {
      return;
    }
    try {
      EmailAddress.parse(address);
    } catch (InvalidAddressException e) {
      problems.add(place, e.reason());
    }
  }
}
