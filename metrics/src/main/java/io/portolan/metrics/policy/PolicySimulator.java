package io.portolan.metrics.policy;

import io.portolan.core.InvalidException;
import io.portolan.core.database.Database;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PortPolicy;
import io.portolan.metrics.policy.Replay.Group;
import io.portolan.metrics.policy.Replay.Line;
import io.portolan.metrics.policy.Simulation.Load;
import io.portolan.metrics.policy.Simulation.PathRow;
import io.portolan.metrics.policy.Simulation.PlatformRow;
import io.portolan.metrics.policy.Simulation.Volume;
import io.portolan.metrics.report.Figures;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Runs a draft of the port policy, and the active one beside it, over a span of recorded mail.
 *
 * <p>Thread-safe; holds no state. Reads a span hour by hour, so its memory grows with ISPs, paths
 * and changes of path health.
 */
public final class PolicySimulator {
  /** The longest span, as of reports. */
  public static final Duration LONGEST_SPAN = Duration.ofDays(92);

  private final Database database;

  public PolicySimulator(Database database) {
    this.database = database;
  }

  /**
   * Simulates.
   *
   * @param active the policy in force, and its version
   * @param draft a policy that passes the check
   * @param from rounded down to a minute
   * @param to exclusive, rounded down to a minute
   * @throws InvalidException if that is no minute, or longer than {@link #LONGEST_SPAN}
   */
  public Simulation simulate(
      int activeVersion, PortPolicy active, PortPolicy draft, Instant from, Instant to) {
    Instant start = from.truncatedTo(ChronoUnit.MINUTES);
    Instant end = to.truncatedTo(ChronoUnit.MINUTES);
    if (!start.isBefore(end)) {
      throw new InvalidException("to", "is not in a later minute than from");
    }
    if (Duration.between(start, end).compareTo(LONGEST_SPAN) > 0) {
      throw new InvalidException(
          "to", "is more than " + LONGEST_SPAN.toDays() + " days after from");
    }
    return database.read(
        connection -> {
          Run run = new Run(connection, active, draft, start, end);
          return run.simulation(activeVersion);
        });
  }

  /** One simulation under way. */
  private static final class Run {
    private final Instant from;
    private final Instant to;
    private final HealthHistory health;
    private final Costs costs;
    private final boolean hasCaps;
    private final Replay active;
    private final Replay draft;
    private final Map<Line, long[]> recorded = new HashMap<>();

    Run(Connection connection, PortPolicy active, PortPolicy draft, Instant from, Instant to)
        throws SQLException {
      this.from = from;
      this.to = to;
      health = HistoryStore.health(connection, from, to);
      costs = HistoryStore.costs(connection, from, to);
      hasCaps = hasCaps(active) || hasCaps(draft);
      this.active = new Replay(active, health, costs, to);
      this.draft = new Replay(draft, health, costs, to);
      HistoryStore.minutes(connection, from, to, this::minute);
    }

    private static boolean hasCaps(PortPolicy policy) {
      return policy.rules().stream()
          .anyMatch(
              row ->
                  row.limits().connectionsPerMinute().isPresent()
                      || row.paths().stream().anyMatch(path -> path.cap().isPresent()));
    }

    private void minute(Instant minute, List<MinuteRow> rows) {
      for (MinuteRow row : rows) {
        long[] counts =
            recorded.computeIfAbsent(
                new Line(new Group(row.isp(), row.platform()), row.path()), _ -> new long[4]);
        counts[0] += row.ended();
        counts[1] += row.tries();
        counts[2] += row.failures();
        counts[3] = Math.max(counts[3], row.tries());
      }
      active.minute(minute, rows);
      draft.minute(minute, rows);
    }

    Simulation simulation(int activeVersion) {
      List<PathRow> paths = paths();
      return new Simulation(
          from,
          to,
          activeVersion,
          active.total(),
          draft.total(),
          paths,
          platforms(),
          known(),
          assumed(paths));
    }

    private List<PathRow> paths() {
      Map<Line, Volume> before = active.volumes();
      Map<Line, Volume> after = draft.volumes();
      Set<Line> lines = new HashSet<>(recorded.keySet());
      lines.addAll(before.keySet());
      lines.addAll(after.keySet());
      return lines.stream()
          .map(
              line ->
                  row(
                      line,
                      before.getOrDefault(line, Volume.NONE),
                      after.getOrDefault(line, Volume.NONE)))
          .sorted(
              Comparator.comparing(PathRow::isp)
                  .thenComparing(PathRow::platform)
                  .thenComparing(PathRow::route)
                  .thenComparingInt(PathRow::port)
                  .thenComparing(PathRow::tls))
          .toList();
    }

    private PathRow row(Line line, Volume before, Volume after) {
      Path path = line.path();
      long[] counts = recorded.getOrDefault(line, new long[4]);
      return new PathRow(
          line.group().isp(),
          line.group().platform(),
          path.route(),
          path.port(),
          path.tls().id(),
          health.isKnown(path, line.group().platform()),
          new Volume(counts[0], counts[1], counts[2], counts[3] / 60.0),
          before,
          after,
          Math.max(0, before.pathFailures() - after.pathFailures()),
          Math.max(0, after.pathFailures() - before.pathFailures()));
    }

    private List<PlatformRow> platforms() {
      Map<String, Load> before = active.loads();
      Map<String, Load> after = draft.loads();
      // both have had the same minutes, so they have the same platforms
      return before.entrySet().stream()
          .map(
              load ->
                  new PlatformRow(
                      load.getKey(),
                      load.getValue(),
                      Objects.requireNonNull(after.get(load.getKey()))))
          .toList();
    }

    private List<String> known() {
      long deliveries = recorded.values().stream().mapToLong(counts -> counts[0]).sum();
      long tries = recorded.values().stream().mapToLong(counts -> counts[1]).sum();
      long failures = recorded.values().stream().mapToLong(counts -> counts[2]).sum();
      List<String> known = new ArrayList<>();
      known.add(
          tries == 0 && failures == 0
              ? "No mail was recorded in this span."
              : "%s deliveries that a peer decided, %s messages offered and %s path failures were recorded."
                  .formatted(
                      Figures.number(deliveries), Figures.number(tries), Figures.number(failures)));
      known.add(
          "Which path was open when is known by %s changes of path health and of ports' verdicts."
              .formatted(Figures.number(health.size())));
      return known;
    }

    private List<String> assumed(List<PathRow> paths) {
      List<String> assumed = new ArrayList<>();
      Set<String> unknown =
          paths.stream()
              .filter(row -> !row.isHealthKnown())
              .filter(row -> row.active().tries() + row.draft().tries() > 0)
              .map(row -> row.route() + ":" + row.port())
              .collect(Collectors.toCollection(TreeSet::new));
      if (!unknown.isEmpty()) {
        assumed.add(
            "Open all the time, for nothing is recorded of their health: "
                + String.join(", ", unknown)
                + ".");
      }
      if (!costs.assumed().isEmpty()) {
        assumed.add(
            "%.0f ms to open a session and %.0f ms a message, for none was recorded: %s."
                .formatted(
                    Costs.OPEN_MILLIS, Costs.EXCHANGE_MILLIS, String.join(", ", costs.assumed())));
      }
      if (hasCaps) {
        assumed.add("Caps of paths and limits on new sessions hold nothing back.");
      }
      if (Duration.between(from, to).compareTo(HistoryStore.MEASURED) > 0) {
        assumed.add("Sessions and messages take what they took on the last day of the span.");
      }
      if (active.total().held() + draft.total().held() > 0) {
        assumed.add(
            "Held mail adds to the expected duration and to the peak of no minute: it goes out as"
                + " the limits let it once its path opens.");
      }
      assumed.add(
          "Mail is due in the minute in which it was recorded, a delivery once, as it ended; tries"
              + " before that count as load.");
      assumed.add(
          "Peers answer on every path as they did; a path that closes under mail that went"
              + " elsewhere costs one failure.");
      return assumed;
    }
  }
}
