package io.portolan.core.reply;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Why mail was refused, in the words that say what to do about it. */
public enum BounceCategory {
  /** There is no such mailbox. */
  BAD_MAILBOX(Action.SUPPRESS),
  /** There is no such domain, or it takes no mail. */
  BAD_DOMAIN(Action.SUPPRESS),
  /** The mailbox is disabled, closed or moved. */
  MAILBOX_INACTIVE(Action.SUPPRESS),
  /** The mailbox is full. */
  MAILBOX_FULL(Action.RETRY_THEN_SUPPRESS, 5),
  /** The recipient's side refuses this recipient without saying why. */
  RECIPIENT_REFUSED(Action.RETRY_THEN_SUPPRESS, 3),
  /** Too much in too short a time. */
  RATE_LIMITED(Action.SLOW_PLATFORM),
  /** The address that we send from is distrusted or listed. */
  IP_REPUTATION(Action.PAUSE_SOURCE),
  /** The message is taken for spam. */
  SPAM_CONTENT(Action.ALARM),
  /** The message has a form, an attachment or a content that is not taken. */
  CONTENT_REJECTED(Action.ALARM),
  /** The message is too large. */
  TOO_BIG(Action.ALARM),
  /** SPF, DKIM or DMARC do not hold. */
  AUTH_FAILURE(Action.ALARM),
  /** PTR record or HELO name are missing or do not match. */
  DNS_IDENTITY(Action.ALARM),
  /** The sender address or its domain is refused. */
  SENDER_REJECTED(Action.ALARM),
  /** The server does not relay for us: wrong route, or the login at a relay. */
  RELAY_CONFIG(Action.ALARM),
  /** TLS is wanted, or cannot be had. */
  TLS(Action.ALARM),
  /** The way there is broken: no connection, a loop. */
  NETWORK(Action.RETRY),
  /** The server is in trouble, or wants the same again later (greylisting). */
  REMOTE_SYSTEM(Action.RETRY),
  /** The server does not understand us. */
  PROTOCOL(Action.ALARM),
  /** A rule of the recipient's side that it does not name. */
  POLICY(Action.COUNT),
  /** Nothing is known but the code's class. */
  UNKNOWN(Action.COUNT);

  private final Action action;
  private final int suppressAfter;

  BounceCategory(Action action) {
    this(action, action == Action.SUPPRESS ? 1 : 0);
  }

  BounceCategory(Action action, int suppressAfter) {
    this.action = action;
    this.suppressAfter = suppressAfter;
  }

  /** The name in SQL, JSON and reports, such as {@code bad-mailbox}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The category of a name that {@link #id} gave. */
  public static Optional<BounceCategory> of(String id) {
    return Arrays.stream(values()).filter(category -> category.id().equals(id)).findFirst();
  }

  /** What to do about a bounce of this category. */
  public Action action() {
    return action;
  }

  /** The bounce in a row with which a recipient is to be suppressed; empty if none is. */
  public OptionalInt suppressAfter() {
    return suppressAfter == 0 ? OptionalInt.empty() : OptionalInt.of(suppressAfter);
  }

  /** Whether a bounce of this category is a hard one: the recipient is to be suppressed at once. */
  public boolean isHard() {
    return action == Action.SUPPRESS;
  }
}
