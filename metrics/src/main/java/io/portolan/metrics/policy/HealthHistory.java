package io.portolan.metrics.policy;

import io.portolan.core.isp.Isp;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.path.VerdictMeaning;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which paths were open when, by the recorded changes of path health and of ports' verdicts. Of
 * several networks, and of several sources, a path is open when one has it open. A path of which
 * nothing was ever recorded is taken as open, and {@link #isKnown} says so.
 *
 * <p>Immutable once filled.
 */
final class HealthHistory {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** A path's state from a time on. */
  record PathChange(Instant at, String network, HealthKey key, PathState state) {}

  /** A port's verdict from a time on. */
  record PortChange(Instant at, String network, int port, String verdict) {}

  /** A path that stopped being open, and the minute in which it did. */
  record Closing(Instant minute, HealthKey key) {}

  private record PortKey(String network, int port) {}

  /** By network, path and source: the sources of a path stand each for itself. */
  private final Map<String, Map<HealthKey, Map<String, NavigableMap<Instant, PathState>>>> paths =
      new HashMap<>();

  private final Map<PortKey, NavigableMap<Instant, String>> ports = new HashMap<>();
  private final Set<String> networks = new HashSet<>();
  private final NavigableSet<Instant> changes = new TreeSet<>();
  private final List<Closing> closings = new ArrayList<>();
  private final int size;

  /**
   * @param pathChanges in order of time, each path's last one before the span among them
   * @param portChanges likewise
   * @param from start of the span; what happened before is no event of it
   */
  HealthHistory(List<PathChange> pathChanges, List<PortChange> portChanges, Instant from) {
    size = pathChanges.size() + portChanges.size();
    for (PathChange change : pathChanges) {
      boolean isOpen = takesMail(change.state());
      Path path = change.key().path();
      HealthKey key = new HealthKey(path.from(""), change.key().target());
      NavigableMap<Instant, PathState> states =
          paths
              .computeIfAbsent(change.network(), _ -> new HashMap<>())
              .computeIfAbsent(key, _ -> new HashMap<>())
              .computeIfAbsent(path.source(), _ -> new TreeMap<>());
      boolean wasOpen = states.isEmpty() || takesMail(states.lastEntry().getValue());
      states.put(change.at(), change.state());
      if (wasOpen && !isOpen && !change.at().isBefore(from)) {
        closings.add(new Closing(minute(change.at()), key));
      }
      note(change.network(), change.at());
    }
    for (PortChange change : portChanges) {
      ports
          .computeIfAbsent(new PortKey(change.network(), change.port()), _ -> new TreeMap<>())
          .put(change.at(), change.verdict());
      note(change.network(), change.at());
    }
  }

  private void note(String network, Instant at) {
    networks.add(network);
    changes.add(at);
  }

  /** Whether a path was open as a minute ended. */
  boolean isOpen(Path path, String platform, Instant minute) {
    return isOpenAt(path, platform, minute.plus(MINUTE).minusNanos(1));
  }

  /** Whether a path was open from the start of a minute to its end. */
  boolean isOpenThroughout(Path path, String platform, Instant minute) {
    Instant end = minute.plus(MINUTE);
    return isOpenAt(path, platform, minute)
        && changes.subSet(minute, false, end, false).stream()
            .allMatch(at -> isOpenAt(path, platform, at));
  }

  /** Whether anything was recorded of a path, or of its port, in the span or before. */
  boolean isKnown(Path path, String platform) {
    return networks.stream().anyMatch(network -> isKnown(network, path, platform));
  }

  /** The first minute after another, and before an end, in which one of the paths was open. */
  Optional<Instant> nextOpen(List<Path> any, String platform, Instant minute, Instant end) {
    return changes.tailSet(minute, false).stream()
        .map(HealthHistory::minute)
        .filter(later -> later.isAfter(minute) && later.isBefore(end))
        .filter(later -> any.stream().anyMatch(path -> isOpen(path, platform, later)))
        .findFirst();
  }

  /** The paths that closed within the span, in order of time. */
  List<Closing> closings() {
    return closings;
  }

  /** How many changes the history is of. */
  int size() {
    return size;
  }

  /** Whether a path was open at a moment. */
  boolean isOpenAt(Path path, String platform, Instant at) {
    boolean isKnown = false;
    for (String network : networks) {
      if (isKnown(network, path, platform)) {
        isKnown = true;
        if (isOpenAt(network, path, platform, at)) {
          return true;
        }
      }
    }
    return !isKnown;
  }

  private boolean isKnown(String network, Path path, String platform) {
    return ports.containsKey(new PortKey(network, path.port()))
        || keys(path, platform)
            .anyMatch(key -> paths.getOrDefault(network, Map.of()).containsKey(key));
  }

  private boolean isOpenAt(String network, Path path, String platform, Instant at) {
    return !isStopped(network, path, platform, at)
        && keys(path, platform)
            .map(key -> sources(network, key))
            .allMatch(
                sources ->
                    sources.isEmpty()
                        || sources.values().stream().anyMatch(states -> isOpenAt(states, at)));
  }

  /**
   * Whether a verdict speaks against a path, as in the sender: of a relay only while nothing is
   * recorded of the path itself, of direct as long as none of its connections came about.
   */
  private boolean isStopped(String network, Path path, String platform, Instant at) {
    NavigableMap<Instant, String> verdicts = ports.get(new PortKey(network, path.port()));
    Map.Entry<Instant, String> verdict = verdicts == null ? null : verdicts.floorEntry(at);
    if (verdict == null) {
      return false;
    }
    VerdictMeaning meaning = VerdictMeaning.of(verdict.getValue());
    if (!path.isDirect()) {
      return meaning.stopsRelay(path.tls())
          && recorded(network, path, platform, at).noneMatch(state -> state != PathState.UNKNOWN);
    }
    return meaning == VerdictMeaning.INTERCEPTED
        || (meaning.stopsDirect()
            && recorded(network, path, platform, at).noneMatch(state -> state == PathState.OPEN));
  }

  /** How the sources of a path stood, as far as anything was recorded of them by then. */
  private Stream<PathState> recorded(String network, Path path, String platform, Instant at) {
    return keys(path, platform)
        .flatMap(key -> sources(network, key).values().stream())
        .map(states -> states.floorEntry(at))
        .filter(Objects::nonNull)
        .map(Map.Entry::getValue);
  }

  private Map<String, NavigableMap<Instant, PathState>> sources(String network, HealthKey key) {
    return paths.getOrDefault(network, Map.of()).getOrDefault(key, Map.of());
  }

  private static boolean isOpenAt(NavigableMap<Instant, PathState> states, Instant at) {
    Map.Entry<Instant, PathState> state = states.floorEntry(at);
    return state == null || takesMail(state.getValue());
  }

  private static boolean takesMail(PathState state) {
    return state == PathState.OPEN || state == PathState.UNKNOWN;
  }

  /** Whose health counts for a path: for direct its port's as a whole, and the platform's own. */
  private static Stream<HealthKey> keys(Path path, String platform) {
    if (!path.isDirect()) {
      return Stream.of(new HealthKey(path, ""));
    }
    // a port as a whole is known under one TLS mode; domains of no known ISP are known one by one
    Path whole = new Path(path.route(), path.port(), TlsMode.OPPORTUNISTIC);
    return platform.equals(Isp.OTHER.platform())
        ? Stream.of(new HealthKey(whole, ""))
        : Stream.of(new HealthKey(whole, ""), new HealthKey(path, platform));
  }

  private static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }
}
