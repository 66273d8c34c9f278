package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a reputation is made of. A rate of harm has {@code 100 × (1 - rate / worst)} points, at
 * least 0. Path failures are in none: a port that is blocked says nothing of who sends.
 */
public enum Component {
  /** Complaints of what was accepted where they are known to come back. */
  COMPLAINTS("complaints", 0.003),
  /** Hard bounces, at once or later, of what was decided for good: the quality of the list. */
  LIST_QUALITY("hard bounces", 0.10),
  /** Refusals for reputation, for now, for good or later, of attempts. */
  BLOCKS("reputation blocks", 0.15),
  /** Refusals because there was too much at once, of attempts. */
  THROTTLES("throttle replies", 0.25),
  /** Attempts answered for now, of attempts. */
  DEFERRALS("deferrals", 0.50),
  /** Refusals because SPF, DKIM, DMARC, PTR or HELO do not hold, of attempts. */
  AUTHENTICATION("authentication refusals", 0.05),
  /** What the DNS says of the sending domain and the source. */
  DNS_IDENTITY("DNS identity", 0),
  /** Accepted over TLS, of the accepted of which it is known. Told, not judged. */
  TLS("TLS share", 0),
  /** Accepted where complaints are known to come back, of the accepted. Told, not judged. */
  LOOP_COVERAGE("feedback-loop coverage", 0);

  /** Those with a rate that can move. */
  static final List<Component> RATES =
      List.of(COMPLAINTS, LIST_QUALITY, BLOCKS, THROTTLES, DEFERRALS, AUTHENTICATION);

  /** The ids of those that a limit may be set for. */
  public static List<String> rateIds() {
    return RATES.stream().map(Component::id).toList();
  }

  /** Bounds further apart than this tell too little for a score. */
  private static final double WIDEST = 60;

  private final String title;
  private final double worst;

  Component(String title, double worst) {
    this.title = title;
    this.worst = worst;
  }

  /** As in JSON, CSV and files, such as {@code list-quality}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The component of a name that {@link #id} gave. */
  public static Optional<Component> of(String id) {
    return Arrays.stream(values()).filter(component -> component.id().equals(id)).findFirst();
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** The rate from which on it has no points; 0 for what is no rate of harm. */
  public double worst() {
    return worst;
  }

  /** Whether it counts in the overall score; the others say how much can be seen. */
  public boolean isJudged() {
    return this != TLS && this != LOOP_COVERAGE;
  }

  /** Whether much of it becomes known only in the days after sending. */
  boolean comesLater(boolean byRelay) {
    return this == COMPLAINTS || (byRelay && (this == LIST_QUALITY || this == BLOCKS));
  }

  /**
   * Its rate. What a relay answers is the relay's: of mail by a relay only what its events tell
   * counts, and throttling, deferrals, authentication and TLS are of nothing.
   */
  Rate rate(Counts counts, boolean byRelay) {
    return switch (this) {
      case COMPLAINTS -> RateKind.COMPLAINT.of(counts);
      case LIST_QUALITY -> RateKind.HARD_BOUNCE.of(counts);
      case BLOCKS ->
          byRelay
              ? RateKind.BLOCK.of(counts)
              : share(
                  counts.blocked() + counts.blockedDeferrals() + counts.returned().blocked(),
                  counts.attempts());
      case THROTTLES -> byRelay ? Rate.of(0, 0) : RateKind.THROTTLE.of(counts);
      case DEFERRALS -> byRelay ? Rate.of(0, 0) : RateKind.DEFERRAL.of(counts);
      case AUTHENTICATION -> byRelay ? Rate.of(0, 0) : RateKind.AUTHENTICATION.of(counts);
      case DNS_IDENTITY -> Rate.of(0, 0);
      case TLS -> byRelay ? Rate.of(0, 0) : RateKind.TLS.of(counts);
      case LOOP_COVERAGE -> share(counts.returned().acceptedWithLoop(), counts.accepted());
    };
  }

  /** How much was accepted of which its rate cannot be seen, so that it is not in it. */
  long unseen(Counts counts) {
    return switch (this) {
      case COMPLAINTS -> counts.returned().acceptedUnproven();
      case LIST_QUALITY, BLOCKS -> counts.unseen();
      case THROTTLES, DEFERRALS, AUTHENTICATION, DNS_IDENTITY, TLS, LOOP_COVERAGE -> 0;
    };
  }

  private static Rate share(long count, long of) {
    return Rate.of(Math.min(count, of), of);
  }

  /** The points of a rate; empty where its bounds tell too little. */
  Optional<Score> score(Rate rate) {
    if (rate.of() == 0) {
      return Optional.empty();
    }
    Score score =
        switch (this) {
          case LOOP_COVERAGE -> Score.exactly(Score.BEST * rate.value());
          case TLS ->
              new Score(
                  Score.BEST * rate.value(), Score.BEST * rate.low(), Score.BEST * rate.high());
          default -> new Score(points(rate.value()), points(rate.high()), points(rate.low()));
        };
    return Optional.of(score).filter(it -> it.high() - it.low() <= WIDEST);
  }

  private double points(double share) {
    return Score.BEST * Math.max(0, 1 - share / worst);
  }
}
