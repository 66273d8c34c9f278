package io.portolan.core.feedback;

import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What sort of feedback a mail or an event is. */
public enum FeedbackKind {
  /** A message was not delivered, for good. Its {@link BounceCategory} says what to do. */
  BOUNCE(Action.COUNT),
  /**
   * A warning: the host goes on trying (RFC 3464, action {@code delayed}). Nobody is suppressed.
   */
  DELAY(Action.COUNT),
  /** A person called a message spam (RFC 5965, feedback type {@code abuse} and its like). */
  COMPLAINT(Action.SUPPRESS),
  /** A person wants no more mail (RFC 8058, or feedback type {@code opt-out}). */
  UNSUBSCRIBE(Action.SUPPRESS),
  /**
   * A report on a message that failed authentication (RFC 6591). No person's complaint; such come
   * about whatever strangers send in our name.
   */
  AUTH_REPORT(Action.COUNT),
  /** An answer by a program, such as an absence note (RFC 3834). */
  AUTO_REPLY(Action.COUNT),
  /** Delivery was confirmed (RFC 3464, action {@code delivered}). */
  DELIVERED(Action.COUNT),
  /** None of these: ordinary mail, a notice of display (RFC 8098), or nothing that can be read. */
  NONE(Action.COUNT);

  private final Action action;

  FeedbackKind(Action action) {
    this.action = action;
  }

  /** The name in SQL, JSON and reports, such as {@code auth-report}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The kind of a name that {@link #id} gave. */
  public static Optional<FeedbackKind> of(String id) {
    return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
  }

  /**
   * What a report of a feedback loop is, whether it comes as a mail or as an event.
   *
   * @param type the Feedback-Type of RFC 5965, RFC 6591 and the loops that add to them; empty:
   *     abuse
   */
  public static FeedbackKind ofFeedbackType(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "auth-failure", "dmarc", "dkim" -> AUTH_REPORT;
      case "opt-out", "opt-out-list" -> UNSUBSCRIBE;
      // somebody took it out of the spam folder
      case "not-spam" -> NONE;
      default -> COMPLAINT;
    };
  }

  /** What to do about feedback of this kind, whatever its category. */
  public Action action() {
    return action;
  }

  /** What to do about a recipient reported with a category: of a bounce, what the category says. */
  public Action action(BounceCategory category) {
    return this == BOUNCE ? category.action() : action;
  }
}
