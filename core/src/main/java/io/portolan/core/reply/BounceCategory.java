package io.portolan.core.reply;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why mail was refused, in the words that say what to do about it. */
public enum BounceCategory {
  /** There is no such mailbox. */
  BAD_MAILBOX(Remedy.SUPPRESS),
  /** There is no such domain, or it takes no mail. */
  BAD_DOMAIN(Remedy.SUPPRESS),
  /** The mailbox is disabled, closed or moved. */
  MAILBOX_INACTIVE(Remedy.SUPPRESS),
  /** The mailbox is full. */
  MAILBOX_FULL(Remedy.RETRY_THEN_SUPPRESS),
  /** The recipient's side refuses this recipient without saying why. */
  RECIPIENT_REFUSED(Remedy.COUNT_THEN_SUPPRESS),
  /** Too much in too short a time. */
  RATE_LIMITED(Remedy.SLOW_DOWN),
  /** The address that we send from is distrusted or listed. */
  IP_REPUTATION(Remedy.SWITCH_ROUTE),
  /** The message is taken for spam. */
  SPAM_CONTENT(Remedy.FIX_CONTENT),
  /** The message has a form, an attachment or a content that is not taken. */
  CONTENT_REJECTED(Remedy.FIX_CONTENT),
  /** The message is too large. */
  TOO_BIG(Remedy.FIX_CONTENT),
  /** SPF, DKIM or DMARC do not hold. */
  AUTH_FAILURE(Remedy.FIX_AUTHENTICATION),
  /** PTR record or HELO name are missing or do not match. */
  DNS_IDENTITY(Remedy.FIX_AUTHENTICATION),
  /** The sender address or its domain is refused. */
  SENDER_REJECTED(Remedy.FIX_AUTHENTICATION),
  /** The server does not relay for us: wrong route, or the login at a relay. */
  RELAY_CONFIG(Remedy.FIX_ROUTE),
  /** TLS is wanted, or cannot be had. */
  TLS(Remedy.FIX_ROUTE),
  /** The way there is broken: no connection, a loop. */
  NETWORK(Remedy.RETRY),
  /** The server is in trouble, or wants the same again later (greylisting). */
  REMOTE_SYSTEM(Remedy.RETRY),
  /** The server does not understand us. */
  PROTOCOL(Remedy.FIX_SOFTWARE),
  /** A rule of the recipient's side that it does not name. */
  POLICY(Remedy.REVIEW),
  /** Nothing is known but the code's class. */
  UNKNOWN(Remedy.REVIEW);

  /** What to do about a refusal. */
  public enum Remedy {
    /** Never send to the recipient again. */
    SUPPRESS,
    /** Try again; suppress after some refusals in a row. */
    RETRY_THEN_SUPPRESS,
    /** Suppress after some refusals. */
    COUNT_THEN_SUPPRESS,
    /** Send less to this platform. */
    SLOW_DOWN,
    /**
     * Send nothing more from this address to this platform; take another route, have it delisted.
     */
    SWITCH_ROUTE,
    /** Change the message. */
    FIX_CONTENT,
    /** Put SPF, DKIM, DMARC, PTR or the sender address right. */
    FIX_AUTHENTICATION,
    /** Put the route, its login or its TLS mode right. */
    FIX_ROUTE,
    /** Put the sending software right. */
    FIX_SOFTWARE,
    /** Try again. */
    RETRY,
    /** A person should look; until then as a soft bounce. */
    REVIEW
  }

  private final Remedy remedy;

  BounceCategory(Remedy remedy) {
    this.remedy = remedy;
  }

  /** The name in SQL, JSON and reports, such as {@code bad-mailbox}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The category of a name that {@link #id} gave. */
  public static Optional<BounceCategory> of(String id) {
    return Arrays.stream(values()).filter(category -> category.id().equals(id)).findFirst();
  }

  public Remedy remedy() {
    return remedy;
  }

  /** Whether a bounce of this category is a hard one: the recipient is to be suppressed at once. */
  public boolean isHard() {
    return remedy == Remedy.SUPPRESS;
  }
}
