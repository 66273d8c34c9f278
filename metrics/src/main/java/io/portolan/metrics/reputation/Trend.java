package io.portolan.metrics.reputation;

import io.portolan.metrics.comparison.Comparer;
import io.portolan.metrics.comparison.Difference;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.util.Locale;
import java.util.Optional;

/**
 * How a component's rate moved from the span before to this one.
 *
 * @param difference now less before, with bounds; empty where one of them is of nothing
 * @param words the same in a sentence
 */
public record Trend(
    Component component,
    Window window,
    Rate now,
    Rate before,
    Optional<Difference> difference,
    Direction direction,
    String words) {

  /** Where a rate goes. */
  public enum Direction {
    RISING("rising"),
    FALLING("falling"),
    NO_CLEAR_CHANGE("no clear change"),
    /** Lower, but of mail so new that more may come back about it. */
    TOO_EARLY("lower so far, more may come back"),
    NOTHING_TO_COMPARE("nothing to compare with");

    private final String title;

    Direction(String title) {
      this.title = title;
    }

    /** As in the API, such as {@code no-clear-change}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** In words. */
    public String title() {
      return title;
    }
  }

  static Trend of(Component component, Window window, boolean byRelay, History history) {
    Rate now = component.rate(history.of(window.now()), byRelay);
    Rate before = component.rate(history.of(window.before()), byRelay);
    Rate mature = component.rate(history.of(window.mature()), byRelay);
    boolean canCompare = now.of() > 0 && before.of() > 0;
    Direction direction =
        canCompare
            ? direction(now, before, component.comesLater(byRelay) ? mature : now)
            : Direction.NOTHING_TO_COMPARE;
    return new Trend(
        component,
        window,
        now,
        before,
        canCompare ? Optional.of(Difference.of(before, now)) : Optional.empty(),
        direction,
        words(component, window, now, before, direction));
  }

  /**
   * @param known of the rate now, what little more can come back about; a fall is told of it alone,
   *     for a rate of new mail is always lower than it will be
   */
  static Direction direction(Rate now, Rate before, Rate known) {
    if (!Comparer.hasMoved(before, now)) {
      return Direction.NO_CLEAR_CHANGE;
    }
    if (now.value() > before.value()) {
      return Direction.RISING;
    }
    return Comparer.hasMoved(before, known) && known.value() < before.value()
        ? Direction.FALLING
        : Direction.TOO_EARLY;
  }

  private static String words(
      Component component, Window window, Rate now, Rate before, Direction direction) {
    return component.title()
        + ", "
        + window.title()
        + ": "
        + (now.of() == 0 ? "nothing known" : Figures.interval(now))
        + (before.of() == 0 ? "" : ", before " + Figures.interval(before))
        + ": "
        + direction.title();
  }
}
