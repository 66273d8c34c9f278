package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Counts;
import java.util.ArrayList;
import java.util.List;

/**
 * The reputation of one sender with one ISP.
 *
 * @param counts of the window asked for
 * @param components all of them, in order
 * @param trends of each rate, by component and window
 */
public record Signal(
    SignalKey key,
    Counts counts,
    Overall overall,
    List<ComponentScore> components,
    List<Trend> trends) {
  public Signal {
    components = List.copyOf(components);
    trends = List.copyOf(trends);
  }

  static Signal of(SignalKey key, History history, Window window, DnsIdentity dns) {
    Counts counts = history.of(window.now());
    List<ComponentScore> components = new ArrayList<>();
    for (Component component : Component.values()) {
      components.add(
          component == Component.DNS_IDENTITY
              ? dns.score(key)
              : ComponentScore.of(component, key, counts));
    }
    List<Trend> trends = new ArrayList<>();
    for (Component component : Component.RATES) {
      for (Window each : Window.values()) {
        trends.add(Trend.of(component, each, key.isByRelay(), history));
      }
    }
    return new Signal(key, counts, Overall.of(components), components, trends);
  }

  /** How its worst rate of the window moved, and how those others did that moved. */
  public List<Trend> movements(Window window) {
    return trends.stream()
        .filter(trend -> trend.window() == window)
        .filter(
            trend ->
                switch (trend.direction()) {
                  case RISING, FALLING, TOO_EARLY -> true;
                  case NO_CLEAR_CHANGE, NOTHING_TO_COMPARE -> false;
                })
        .toList();
  }
}
