package io.portolan.core.reply;

import java.util.Locale;

/** What a refusal means for further mail to its recipient, the hardest first. */
public enum Hardness {
  /** The recipient is to be suppressed at once. */
  HARD,
  /** The recipient is to be suppressed after some in a row. */
  SOFT,
  /** Nothing: it is about us, about the message, or not known about whom. */
  NEITHER;

  /** The name in SQL. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of a name that {@link #id} gave. */
  public static Hardness of(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT));
  }

  /** The milder of two. */
  Hardness atMost(Hardness other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /**
   * That of a refusal of which it is certain that it is about the recipient.
   *
   * @param isFinal whether it was given for good; for now, nobody is suppressed at once
   */
  public static Hardness of(BounceCategory category, boolean isFinal) {
    return switch (category.action()) {
      case SUPPRESS -> isFinal ? HARD : SOFT;
      case RETRY_THEN_SUPPRESS -> SOFT;
      case RETRY, SLOW_PLATFORM, PAUSE_SOURCE, ALARM, COUNT -> NEITHER;
    };
  }
}
