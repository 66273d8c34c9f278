package io.portolan.core.reply;

import io.portolan.core.reply.ReplyRule.Refusal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells of whom a refusal speaks: of the recipient, or of us. Words that sound like a closed
 * mailbox may be about our own account, our domain or our message, and then suppress nobody.
 */
final class Addressee {
  private static final Pattern US =
      Pattern.compile(
          String.join(
              "|",
              "\\byour (?!(e-?)?mails?\\b|message)",
              "\\b(sender|sending|sent from|to send|helo|ehlo|client|ip|abus\\w*)\\b",
              "\\b(billing|(non-?)?payment|unpaid|subscription|certificate)\\b",
              "\\b(authenticat\\w*|credentials?|password|login|callout|callback)\\b",
              "\\b(white|allow)[- ]?list\\b",
              "\\bsmtp (account|user|access)",
              "\\b(from|reply-to):? (address|domain|header|field)",
              "address \\W?\\d{1,3}\\.\\d",
              "\\bdoes not exist in (the )?dns"));
  private static final Pattern RECIPIENT =
      Pattern.compile(
          "\\b(recipient|addressee|destination|unrout?eable|mx)\\b|tried to reach"
              + "|accept (any )?(e-?)?mail");
  private static final Pattern MAILBOX = Pattern.compile("\\b(mailbox|inbox)\\b");
  private static final Pattern USER = Pattern.compile("\\buser\\b");
  private static final int DOMAIN_TAKES_NO_MAIL = 556; // RFC 7504

  private Addressee() {}

  /**
   * The most that words which sound like a recipient's mailbox or domain mean for further mail to
   * it.
   */
  static Hardness atMost(BounceCategory category, Refusal refusal) {
    return switch (bearing(category, refusal.status())) {
      case RECIPIENT -> Hardness.HARD;
      case SENDER -> Hardness.NEITHER;
      case RULE ->
          // servers that say "user unknown" under any code mean it, as a rule; three in a row tell
          category == BounceCategory.BAD_MAILBOX && !speaksOfUs(refusal)
              ? Hardness.SOFT
              : Hardness.NEITHER;
      case OPEN -> speaksOfUs(refusal) ? Hardness.NEITHER : Hardness.HARD;
    };
  }

  /**
   * Whether a relay speaks of the recipient: it answers for accounts of ours as well, so that codes
   * or words must name whom they are about.
   */
  static boolean isNamedByRelay(BounceCategory category, Refusal refusal) {
    if (refusal.phase().compareTo(Phase.RCPT) < 0) {
      return false;
    }
    String text = refusal.text();
    boolean isNamed = RECIPIENT.matcher(text).find();
    // an unknown user is the recipient, but one that is suspended may be our login
    boolean isUnknown =
        category == BounceCategory.BAD_MAILBOX
            && (USER.matcher(text).find() || MAILBOX.matcher(text).find());
    return refusal.code() == DOMAIN_TAKES_NO_MAIL
        || switch (bearing(category, refusal.status())) {
          case RECIPIENT -> true;
          case SENDER -> false;
          case RULE -> isNamed || isUnknown;
          case OPEN ->
              (isNamed || isUnknown || MAILBOX.matcher(text).find()) && !speaksOfUs(refusal);
        };
  }

  private static boolean speaksOfUs(Refusal refusal) {
    return US.matcher(refusal.text()).find();
  }

  /** What a status code is about; a rule of the server, or the message, where not a party. */
  private enum Bearing {
    RECIPIENT,
    SENDER,
    RULE,
    OPEN
  }

  private static Bearing bearing(BounceCategory category, Optional<EnhancedStatusCode> status) {
    int subject = status.map(EnhancedStatusCode::subject).orElse(0);
    int detail = status.map(EnhancedStatusCode::detail).orElse(0);
    return switch (subject) {
      case 1 -> detail >= 7 && detail <= 9 ? Bearing.SENDER : Bearing.RECIPIENT;
      case 2 -> Bearing.RECIPIENT;
      case 4 -> category == BounceCategory.BAD_DOMAIN ? Bearing.RECIPIENT : Bearing.OPEN;
      case 6 -> Bearing.RULE;
      // RFC 7293: mailbox or domain have another owner now
      case 7 -> detail == 17 || detail == 18 ? Bearing.RECIPIENT : Bearing.RULE;
      default -> Bearing.OPEN;
    };
  }
}
