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
          "\\byour (?!(e-?)?mails?\\b|message)|\\b(sender|sending|sent from|to"
              + " send|helo|ehlo|client|ip|abus\\w*"
              + "|billing|(non-?)?payment|unpaid|subscription|certificate|authenticat\\w*|credentials?|password|login|callout|callback|(white|allow)[-"
              + " ]?list)\\b|\\bsmtp (account|user|access)|\\b(from|reply-to):?"
              + " (address|domain|header|field)|address \\W?\\d{1,3}\\.\\d|\\bdoes not exist in"
              + " (the )?dns");
  private static final Pattern RECIPIENT =
      Pattern.compile(
          "\\b(recipient|addressee|destination|unrout?eable|mx)\\b|tried to reach"
              + "|accept (any )?(e-?)?mail");
  private static final Pattern MAILBOX = Pattern.compile("\\b(mailbox|inbox)\\b");
  private static final Pattern USER = Pattern.compile("\\buser\\b");
  private static final int DOMAIN_TAKES_NO_MAIL = 556; // RFC 7504

  private Addressee() {}

  /**
   * Whether words may be about somebody else than the recipient although they sound like it: the
   * status code says that it is about a rule, the message or the sender, or the words speak of us.
   */
  static boolean isInDoubt(BounceCategory category, Refusal refusal) {
    return switch (bearing(category, refusal.status())) {
      case RECIPIENT -> false;
      case OTHER -> true;
      case OPEN -> US.matcher(refusal.text()).find();
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
          case OTHER -> isNamed || isUnknown;
          case OPEN ->
              (isNamed || isUnknown || MAILBOX.matcher(text).find()) && !US.matcher(text).find();
        };
  }

  private enum Bearing {
    RECIPIENT,
    OTHER,
    OPEN
  }

  private static Bearing bearing(BounceCategory category, Optional<EnhancedStatusCode> status) {
    int subject = status.map(EnhancedStatusCode::subject).orElse(0);
    int detail = status.map(EnhancedStatusCode::detail).orElse(0);
    return switch (subject) {
      // x.1.7 to x.1.9 are about the sender's address
      case 1 -> detail >= 7 && detail <= 9 ? Bearing.OTHER : Bearing.RECIPIENT;
      case 2 -> Bearing.RECIPIENT;
      case 4 -> category == BounceCategory.BAD_DOMAIN ? Bearing.RECIPIENT : Bearing.OPEN;
      case 6 -> Bearing.OTHER;
      // RFC 7293: mailbox or domain have another owner now
      case 7 -> detail == 17 || detail == 18 ? Bearing.RECIPIENT : Bearing.OTHER;
      default -> Bearing.OPEN;
    };
  }
}
