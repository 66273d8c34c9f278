package io.portolan.core.reply;

import java.util.Locale;

/** What is to be done about a refusal, or about other feedback: the column of the action table. */
public enum Action {
  /** Never send to the recipient again. */
  SUPPRESS,
  /** Try again. */
  RETRY,
  /** Try again; suppress the recipient after some refusals in a row. */
  RETRY_THEN_SUPPRESS,
  /** Send less to this platform. */
  SLOW_PLATFORM,
  /** Send nothing more from this source, or over this route, to this ISP. */
  PAUSE_SOURCE,
  /** Tell the operator: authentication, DNS identity, a relay's login, content want mending. */
  ALARM,
  /** Count it, as a soft bounce if it is one. */
  COUNT;

  /** The name in JSON and reports, such as {@code retry-then-suppress}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
