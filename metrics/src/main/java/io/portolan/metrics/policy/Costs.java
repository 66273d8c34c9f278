package io.portolan.metrics.policy;

import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What sessions and messages took on each path, measured where anything was recorded: at the
 * platform, else on that path at all platforms, else {@link #OPEN_MILLIS} and the other defaults.
 * Not thread-safe: it remembers what had to be assumed.
 */
final class Costs {
  /** Assumed to open a session on a path that none was opened on. */
  static final double OPEN_MILLIS = 300;

  /** Assumed from MAIL to the answer to the dot on a path that took no message. */
  static final double EXCHANGE_MILLIS = 150;

  /**
   * What was measured of one path at one platform.
   *
   * @param tries messages offered
   * @param sessions opened for them
   * @param openMillis of all sessions together
   * @param exchangeMillis of all messages together
   * @param failures openings that failed
   * @param failureMillis of all of them together
   */
  record Measured(
      String platform,
      Path path,
      long tries,
      long sessions,
      long openMillis,
      long exchangeMillis,
      long failures,
      long failureMillis) {
    Measured plus(Measured other) {
      return new Measured(
          platform,
          path,
          tries + other.tries,
          sessions + other.sessions,
          openMillis + other.openMillis,
          exchangeMillis + other.exchangeMillis,
          failures + other.failures,
          failureMillis + other.failureMillis);
    }
  }

  private record Key(String platform, Path path) {}

  private static final String ALL = "";

  private final Map<Key, Measured> measured = new HashMap<>();
  private final Set<String> assumed = new TreeSet<>();

  Costs(Iterable<Measured> rows) {
    for (Measured row : rows) {
      measured.merge(new Key(row.platform(), row.path()), row, Measured::plus);
      measured.merge(new Key(ALL, row.path()), row, Measured::plus);
    }
  }

  /** How long a message holds a connection, its share of opening the session in it. */
  double messageMillis(String platform, Path path, EffectiveRule rule) {
    double perConnection = rule.limits().messagesPerConnection();
    for (String where : new String[] {platform, ALL}) {
      Measured row = measured.get(new Key(where, path));
      if (row != null && row.tries() > 0) {
        double exchange = (double) row.exchangeMillis() / row.tries();
        if (row.sessions() == 0) {
          return exchange + OPEN_MILLIS / perConnection;
        }
        double share = Math.max((double) row.sessions() / row.tries(), 1 / perConnection);
        return exchange + share * row.openMillis() / row.sessions();
      }
    }
    assumed.add(path.label());
    return EXCHANGE_MILLIS + OPEN_MILLIS / perConnection;
  }

  /** What an opening takes that fails; the connect timeout where none did. */
  double failureMillis(String platform, Path path, EffectiveRule rule) {
    for (String where : new String[] {platform, ALL}) {
      Measured row = measured.get(new Key(where, path));
      if (row != null && row.failures() > 0) {
        return (double) row.failureMillis() / row.failures();
      }
    }
    return rule.timeouts().connect().toMillis();
  }

  /** The paths whose times had to be assumed so far. */
  Set<String> assumed() {
    return assumed;
  }
}
