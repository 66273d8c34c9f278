package io.portolan.metrics.reputation;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The score of a sender as a whole: {@code 0.7 × weakest + 0.3 × mean} of the judged components
 * that are known. The weakest counts most, since a receiver refuses for one reason, and nine good
 * numbers do not outweigh it.
 *
 * @param score empty where hard bounces or blocks are not known
 * @param weakest empty where nothing is known
 * @param words what it rests on, and what is not known
 */
public record Overall(Optional<Score> score, Optional<Component> weakest, String words) {
  private static final double OF_WEAKEST = 0.7;
  private static final List<Component> NEEDED = List.of(Component.LIST_QUALITY, Component.BLOCKS);

  static Overall of(List<ComponentScore> components) {
    List<ComponentScore> judged =
        components.stream().filter(each -> each.component().isJudged()).toList();
    List<ComponentScore> known = judged.stream().filter(each -> each.score().isPresent()).toList();
    String without =
        judged.stream()
            .filter(each -> each.score().isEmpty())
            .map(each -> each.component().title())
            .collect(Collectors.joining(", "));
    Optional<Component> weakest = weakest(known);
    boolean isEnough = known.stream().map(ComponentScore::component).toList().containsAll(NEEDED);
    if (!isEnough) {
      return new Overall(Optional.empty(), weakest, "too few messages to tell: " + without);
    }
    double[] value =
        known.stream().mapToDouble(each -> each.score().orElseThrow().value()).toArray();
    double[] low = known.stream().mapToDouble(each -> each.score().orElseThrow().low()).toArray();
    double[] high = known.stream().mapToDouble(each -> each.score().orElseThrow().high()).toArray();
    Score score = new Score(points(value), points(low), points(high));
    String words =
        weakest
            .filter(_ -> score.value() < Score.BEST)
            .map(component -> "weakest: " + component.title())
            .orElse("nothing is wrong in what is known");
    return new Overall(
        Optional.of(score), weakest, without.isEmpty() ? words : words + "; not known: " + without);
  }

  /** The overall points of some components' points. */
  static double points(double... points) {
    double least = Score.BEST;
    double sum = 0;
    for (double each : points) {
      least = Math.min(least, each);
      sum += each;
    }
    // rounding must not put it outside of the scale
    return Math.clamp(OF_WEAKEST * least + (1 - OF_WEAKEST) * sum / points.length, 0, Score.BEST);
  }

  private static Optional<Component> weakest(List<ComponentScore> known) {
    Optional<ComponentScore> weakest = Optional.empty();
    for (ComponentScore each : known) {
      double points = each.score().orElseThrow().value();
      if (weakest.flatMap(ComponentScore::score).filter(it -> it.value() <= points).isEmpty()) {
        weakest = Optional.of(each);
      }
    }
    return weakest.map(ComponentScore::component);
  }
}
