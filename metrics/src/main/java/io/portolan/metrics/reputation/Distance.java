package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.util.Locale;

/**
 * How far a rate is from a limit in force.
 *
 * @param subject the sending domain at an ISP, or the route of a relay
 * @param words the same in a sentence
 */
public record Distance(
    Threshold threshold, String subject, Rate rate, Verdict verdict, String words) {

  /** On which side of the limit the rate is, by its bounds at 95 %. */
  public enum Verdict {
    BELOW("below the limit"),
    ABOVE("above the limit"),
    CANNOT_TELL("cannot tell yet on which side it is"),
    /** Who sets the limit does not tell the number. */
    NOT_SEEN("cannot be seen from here");

    private final String title;

    Verdict(String title) {
      this.title = title;
    }

    /** As in the API, such as {@code cannot-tell}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** In words. */
    public String title() {
      return title;
    }
  }

  /**
   * What the rate is not of, though the limit may be.
   *
   * @param messages that were accepted, of which it cannot be seen
   * @param reason why it cannot, of some of them; empty where the rate is of everything
   */
  record Unseen(long messages, String reason) {
    static final Unseen NOTHING = new Unseen(0, "");

    Unseen plus(Unseen other) {
      return new Unseen(messages + other.messages, reason.isEmpty() ? other.reason : reason);
    }
  }

  static Distance of(Threshold threshold, String subject, Rate rate, Unseen unseen) {
    Verdict verdict = verdict(rate, threshold.limit());
    return new Distance(threshold, subject, rate, verdict, words(threshold, subject, rate, unseen));
  }

  static Verdict verdict(Rate rate, double limit) {
    if (rate.of() == 0) {
      return Verdict.NOT_SEEN;
    }
    if (limit == 0) {
      return rate.count() == 0 ? Verdict.BELOW : Verdict.ABOVE;
    }
    if (rate.high() < limit) {
      return Verdict.BELOW;
    }
    return rate.low() >= limit ? Verdict.ABOVE : Verdict.CANNOT_TELL;
  }

  private static String words(Threshold threshold, String subject, Rate rate, Unseen unseen) {
    Verdict verdict = verdict(rate, threshold.limit());
    String what = (subject.isEmpty() ? "" : subject + ": ") + threshold.measure().title();
    String where =
        (threshold.scope() == Threshold.Scope.ISP ? " at " : " by the count of ")
            + threshold.owner();
    String limit =
        threshold.limit() == 0
            ? (threshold.isOwn() ? "by your own limit none may be" : "none may be")
            : (threshold.isOwn() ? "your own limit " : "limit ")
                + Figures.percent(threshold.limit());
    if (verdict == Verdict.NOT_SEEN) {
      return what
          + where
          + " cannot be seen from here, "
          + limit
          + ": "
          + threshold.consequence()
          + (unseen.reason().isEmpty() ? "" : " Here " + unseen.reason() + ".");
    }
    String meaning =
        switch (verdict) {
          case BELOW -> threshold.limit() == 0 ? "none was" : "below" + by(threshold, rate);
          case ABOVE -> "above. " + threshold.consequence();
          case CANNOT_TELL -> "its bounds lie on both sides, so it cannot be told yet";
          case NOT_SEEN -> verdict.title();
        };
    String without =
        unseen.messages() == 0
            ? ""
            : " (without " + Figures.number(unseen.messages()) + " of which it cannot be seen)";
    return what + where + " " + Figures.interval(rate) + without + ", " + limit + ": " + meaning;
  }

  private static String by(Threshold threshold, Rate rate) {
    return String.format(
        Locale.ROOT, ", by %.2f points at least", 100 * (threshold.limit() - rate.high()));
  }
}
