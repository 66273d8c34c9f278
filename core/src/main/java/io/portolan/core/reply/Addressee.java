package io.portolan.core.reply;

import io.portolan.core.reply.ReplyRule.Refusal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells of whom a refusal speaks: of the recipient, or of us. Words that sound like a closed
 * mailbox may be about our own account, our domain or our message, and then suppress nobody.
 */
final class Addressee {
  /** Our account at a relay, what it may do, and the domain that we send from. */
  private static final String ACCOUNT =
      String.join(
          "|",
          "\\byour (?!(e-?)?mails?\\b|(message )?recipient|message"
              + "|(suppression|bounce|unsubscribe)\\w* list)",
          "\\bsending (domain|account|user|address|identity|limit|quota)\\b",
          "\\b(smtp|api) (account|user|access|key)",
          "\\b(sandbox\\w*|free trial|on trial|trial (account|plan|period|mode))\\b",
          "\\b(account|plan|subscription)\\b.{0,20}\\b(moderation|upgrade)\\b",
          "\\bunder moderation\\b");

  private static final Pattern OUR_ACCOUNT = Pattern.compile(ACCOUNT);
  private static final Pattern US =
      Pattern.compile(
          String.join(
              "|",
              ACCOUNT,
              "\\b(sender|sending|sent from|to send|helo|ehlo|client|ip|abus\\w*)\\b",
              "\\b(billing|(non-?)?payment|unpaid|subscription|certificate)\\b",
              "\\b(authenticat\\w*|credentials?|password|login|callout|callback)\\b",
              "\\b(white|allow)[- ]?list\\b",
              "\\b(from|reply-to):? (address|domain|header|field)",
              "address \\W?\\d{1,3}\\.\\d",
              "\\bdoes not exist in (the )?dns"));
  private static final Pattern RECIPIENT =
      Pattern.compile(
          "\\b(recipient|addressee|destination|unrout?eable|mx)\\b|tried to reach"
              + "|accept (any )?(e-?)?mail");
  private static final Pattern RECIPIENT_ACTS =
      Pattern.compile(
          "\\b(user|recipient|owner) (has|have) blocked"
              + "|\\bby (the |your )?(message )?(user|recipient|owner)\\b");
  private static final Pattern MAILBOX = Pattern.compile("\\b(mailbox|inbox)\\b");
  private static final Pattern USER = Pattern.compile("\\buser\\b");
  private static final Pattern ADDRESS =
      Pattern.compile("\\b(address|alias|person|local[- ]?part)\\b");
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
   * Whether a relay's refusal, as far as words tell, is about our account there: it answers for
   * that as well as for recipients, so that of a mailbox or domain codes or words must say whose it
   * is.
   */
  static boolean isOurAccount(BounceCategory category, Refusal refusal) {
    if (category == BounceCategory.RECIPIENT_REFUSED) {
      return refusal.phase().compareTo(Phase.RCPT) < 0
          || (bearing(category, refusal.status()) != Bearing.RECIPIENT
              && OUR_ACCOUNT.matcher(refusal.text()).find()
              && !RECIPIENT_ACTS.matcher(refusal.text()).find());
    }
    return (category.isHard() || category == BounceCategory.MAILBOX_FULL)
        && !isNamedByRelay(category, refusal);
  }

  /** Whether a relay's codes or words name the recipient. */
  static boolean isNamedByRelay(BounceCategory category, Refusal refusal) {
    if (refusal.phase().compareTo(Phase.RCPT) < 0) {
      return false;
    }
    return refusal.code() == DOMAIN_TAKES_NO_MAIL
        || switch (bearing(category, refusal.status())) {
          case RECIPIENT -> true;
          case SENDER -> false;
          case RULE -> isNamedInWords(category, refusal);
          case OPEN ->
              isNamedInWords(category, refusal)
                  || (MAILBOX.matcher(refusal.text()).find() && !speaksOfUs(refusal));
        };
  }

  private static boolean isNamedInWords(BounceCategory category, Refusal refusal) {
    String text = refusal.text();
    if (category == BounceCategory.RECIPIENT_REFUSED && RECIPIENT_ACTS.matcher(text).find()) {
      return true;
    }
    return !speaksOfUs(refusal) && (RECIPIENT.matcher(text).find() || isOfAUser(category, refusal));
  }

  /** An unknown user is the recipient, but one that is suspended may be our login. */
  private static boolean isOfAUser(BounceCategory category, Refusal refusal) {
    String text = refusal.text();
    return switch (category) {
      case BAD_MAILBOX ->
          USER.matcher(text).find()
              || MAILBOX.matcher(text).find()
              // the one that is asked about; after the message it may be any
              || (refusal.phase() == Phase.RCPT && ADDRESS.matcher(text).find());
      case RECIPIENT_REFUSED -> USER.matcher(text).find() || MAILBOX.matcher(text).find();
      default -> false;
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
