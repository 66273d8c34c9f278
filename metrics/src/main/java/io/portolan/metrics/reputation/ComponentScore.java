package io.portolan.metrics.reputation;

import io.portolan.metrics.report.FeedbackLoops;
import io.portolan.metrics.report.Figures;
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
  static ComponentScore of(Component component, SignalKey key, Rate rate) {
    Optional<Score> score = component.score(rate);
    return new ComponentScore(component, rate, score, words(component, key, rate, score));
  }

  private static String words(
      Component component, SignalKey key, Rate rate, Optional<Score> score) {
    if (rate.of() == 0) {
      return nothing(component, key);
    }
    String numbers =
        Figures.interval(rate)
            + ", "
            + Figures.number(rate.count())
            + " of "
            + Figures.number(rate.of());
    return score.map(_ -> numbers).orElse("too few messages to tell: " + numbers);
  }

  private static String nothing(Component component, SignalKey key) {
    return switch (component) {
      case COMPLAINTS ->
          FeedbackLoops.builtIn().of(key.isp(), key.platform()).isPresent()
              ? "not known: nothing was accepted"
              : "not known: " + key.isp() + " tells no complaints";
      case LIST_QUALITY, BLOCKS ->
          key.isByRelay()
              ? "not known: " + key.route() + " has not said what became of its mail"
              : "not known: nothing was decided";
      case THROTTLES, DEFERRALS, AUTHENTICATION, TLS ->
          key.isByRelay()
              ? "not known: what " + key.route() + " answers is its own"
              : "not known: nothing was counted";
      case DNS_IDENTITY -> "not known: the DNS was not checked";
      case LOOP_COVERAGE -> "nothing was accepted";
    };
  }
}
