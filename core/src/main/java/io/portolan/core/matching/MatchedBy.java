package io.portolan.core.matching;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How the delivery of feedback was found. Only a token that this installation signed proves that
 * the writer has had the message; nothing follows for a delivery from feedback that was matched
 * otherwise.
 */
public enum MatchedBy {
  /** A signed token in the address it was sent to, or in the return path of the original. */
  RETURN_PATH(true),
  /** A signed token in the Original-Envelope-Id of a status notification. */
  ENVELOPE_ID(true),
  /** A signed token in the Message-ID of the original. */
  MESSAGE_ID(true),
  /** The one delivery to the recipient in the campaign that the Feedback-ID names. */
  FEEDBACK_ID(false),
  /** The one delivery to the recipient of late. */
  RECIPIENT(false),
  /** Not at all. */
  NONE(false);

  private final boolean isTrusted;

  MatchedBy(boolean isTrusted) {
    this.isTrusted = isTrusted;
  }

  /** Whether anything may follow for the delivery. */
  public boolean isTrusted() {
    return isTrusted;
  }

  /** The name in SQL and JSON, such as {@code return-path}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The way of a name that {@link #id} gave. */
  public static Optional<MatchedBy> of(String id) {
    return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
  }
}
