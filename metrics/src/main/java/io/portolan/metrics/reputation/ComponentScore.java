package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.ProvenLoops;
import io.portolan.metrics.report.Rate;
import java.util.Optional;

/**
 * One component with its numbers.
 *
 * @param rate hits and of what, with bounds; of nothing for DNS identity and what cannot be seen
 * @param score empty where too little is known
 * @param words the same in words, or why there is no score
 */
public record ComponentScore(Component component, Rate rate, Optional<Score> score, String words) {
  static ComponentScore of(Component component, SignalKey key, Counts counts) {
    Rate rate = component.rate(counts, key.isByRelay());
    Optional<Score> score = component.score(rate);
    return new ComponentScore(
        component,
        rate,
        score,
        rate.of() == 0
            ? "not known: " + unseen(component, key, counts)
            : score.map(_ -> "").orElse("too few messages to tell: ")
                + numbers(rate, key, component.unseen(counts)));
  }

  private static String numbers(Rate rate, SignalKey key, long unseen) {
    return Figures.interval(rate)
        + ", "
        + Figures.number(rate.count())
        + " of "
        + Figures.number(rate.of())
        + (unseen == 0
            ? ""
            : "; without "
                + Figures.number(unseen)
                + " of which "
                + key.route()
                + " has not said what became");
  }

  /** Why a rate cannot be seen, and where something can be done, what. */
  static String unseen(Component component, SignalKey key, Counts counts) {
    return switch (component) {
      case COMPLAINTS ->
          counts.accepted() == 0
              ? "nothing was accepted"
              : ProvenLoops.unproven(key.isp(), key.platform(), key.route());
      case LIST_QUALITY, BLOCKS ->
          key.isByRelay() ? untold(key.route(), counts) : "nothing was decided";
      case THROTTLES, DEFERRALS, AUTHENTICATION, TLS ->
          key.isByRelay() ? "what " + key.route() + " answers is its own" : "nothing was counted";
      case DNS_IDENTITY -> "the DNS was not checked";
      case LOOP_COVERAGE -> "nothing was accepted";
    };
  }

  private static String untold(String relay, Counts counts) {
    long bounced = counts.untold().bounced();
    return bounced == 0
        ? relay + " has not said what became of its mail"
        : relay
            + " has told "
            + Figures.number(bounced)
            + (bounced == 1 ? " bounce" : " bounces")
            + ", and of too few messages that they arrived, so that they are a share of nothing known";
  }
}
