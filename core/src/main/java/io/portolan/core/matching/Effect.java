package io.portolan.core.matching;

import java.util.Locale;

/** What followed from feedback. */
public enum Effect {
  /** The delivery was accepted and is bounced now; the rates of its minute say so. */
  LATE_BOUNCE,
  /** A relay had the message, and it turned out that the ISP has it: no more relayed. */
  CONFIRMED,
  /** The first complaint, unsubscription or confirmation of its delivery: in the rates. */
  COUNTED,
  /** Counted as a soft bounce in a row. */
  SOFT_BOUNCE,
  /** A suppression was written. */
  SUPPRESSED,
  /** The operator was told. */
  ALARM;

  /** The name in SQL and JSON, such as {@code late-bounce}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
