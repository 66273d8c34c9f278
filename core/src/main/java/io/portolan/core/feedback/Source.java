package io.portolan.core.feedback;

import java.util.Locale;

/** The way on which feedback came in. */
public enum Source {
  /** To the listener. */
  SMTP,
  /** Into a mailbox that is polled. */
  MAILBOX,
  /** By a relay's call, which the relay's signature or password proved. */
  WEBHOOK,
  /** By a call with an API key. */
  API,
  /** By a link or button to unsubscribe. */
  LINK;

  /** The name in SQL, JSON and metrics. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
