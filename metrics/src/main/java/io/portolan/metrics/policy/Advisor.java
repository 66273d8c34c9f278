package io.portolan.metrics.policy;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.Route;
import io.portolan.core.policy.TlsMode;
import io.portolan.metrics.policy.Advice.Kind;
import io.portolan.metrics.policy.Advice.Recommendation;
import io.portolan.metrics.policy.Facts.Earlier;
import io.portolan.metrics.policy.Facts.Failures;
import io.portolan.metrics.policy.Facts.Verdict;
import io.portolan.metrics.policy.Standing.Obstacle;
import io.portolan.metrics.report.Figures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides from facts what to change in a policy. Pure: the same facts give the same advice. Serves
 * one advice.
 *
 * <p>It changes the order of a row's paths and takes out what nobody listens on; it names a relay
 * that the row does not name only where the row has no path left. A policy that passes the check
 * passes it after all of this, too.
 */
final class Advisor {
  /** Sessions a minute where no minute was without a failure. */
  private static final int UNMEASURED = 5;

  static final String HELD_DOWN = "rate-limited-egress";

  private final PortPolicy active;
  private final Collection<? extends Route> relays;
  private final Facts facts;
  private final Scope scope;
  private final Standing standing;
  private final Map<Change, List<String>> changes = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  /** A change that rows may share. */
  private record Change(Kind kind, String reason, Instant since, Optional<Long> savedMillis) {}

  /**
   * Which rows may be changed, and by whom.
   *
   * @param alone whether nobody looks at the draft before it is activated: then no relay is named
   *     that the row does not name, no path taken out, no limit set, and no order restored but what
   *     the autopilot itself changed
   */
  record Scope(Predicate<PolicyRule> rows, boolean alone) {
    static final Scope ALL = new Scope(_ -> true, false);
  }

  /**
   * @param active a policy that passes the check
   * @param relays that there are
   */
  Advisor(PortPolicy active, Collection<? extends Route> relays, Facts facts, Scope scope) {
    this.active = active;
    this.relays = relays;
    this.facts = facts;
    this.scope = scope;
    standing = new Standing(facts);
  }

  Advice advise(int activeVersion) {
    List<PolicyRule> rows = active.rules().stream().map(this::row).toList();
    PortPolicy draft = new PortPolicy(rows);
    List<Recommendation> recommendations =
        changes.entrySet().stream()
            .map(
                change ->
                    new Recommendation(
                        change.getKey().kind(),
                        change.getValue(),
                        change.getKey().reason()
                            + rowsInWords(change.getValue())
                            + saving(change.getKey()),
                        change.getKey().since(),
                        change.getKey().savedMillis()))
            .toList();
    return new Advice(
        activeVersion,
        recommendations,
        hints(),
        warnings,
        recommendations.isEmpty() ? Optional.empty() : Optional.of(draft),
        lookedAt());
  }

  private PolicyRule row(PolicyRule row) {
    boolean isWithLimit = row.limits().connectionsPerMinute().isPresent();
    if (!scope.rows().test(row) || (row.paths().isEmpty() && !isWithLimit)) {
      return row;
    }
    return row.paths().isEmpty()
        ? limited(row, active.ruleFor(0, row.isp(), row.isp()).paths())
        : changed(row, paths(row.isp(), row.paths()));
  }

  private PolicyRule changed(PolicyRule row, List<PolicyPath> paths) {
    PolicyRule changed =
        paths.equals(row.paths()) ? row : row.withPaths(paths.toArray(PolicyPath[]::new));
    return limited(changed, paths);
  }

  /** The paths that a row should have. */
  private List<PolicyPath> paths(String isp, List<PolicyPath> stated) {
    List<PolicyPath> paths = listened(isp, stated);
    List<PolicyPath> open = paths.stream().filter(standing::isPromising).toList();
    Path first = paths.getFirst().path();
    Optional<Obstacle> obstacle = standing.obstacle(paths.getFirst());
    if (obstacle.filter(Obstacle::isEverywhere).isPresent()) {
      return paths;
    }
    // shares go before the order, and the sender passes over the share of a path that is shut
    boolean isShared = paths.stream().anyMatch(path -> path.share().isPresent());
    if (obstacle.isEmpty() || (isShared && !open.isEmpty())) {
      if (open.size() == 1 && paths.size() > 1) {
        warnings.add(
            "row %s: %s is the only path left that gets through; the next trouble there holds its mail"
                .formatted(isp, open.getFirst().label()));
      }
      return paths.equals(stated) && !isShared ? restored(isp, stated) : paths;
    }
    if (open.isEmpty()) {
      Optional<Path> relay = scope.alone() ? Optional.empty() : openRelay(paths);
      if (relay.isEmpty()) {
        warnings.add(
            "row %s: no path gets through (%s), and no relay is there on a port that does: its mail is held"
                .formatted(isp, obstacle.get().words()));
        return paths;
      }
      note(
          isp,
          new Change(
              Kind.ADD_RELAY,
              obstacle.get().words() + ": put " + label(relay.get(), paths) + " first",
              obstacle.get().since(),
              saved(first)));
      return listened(
          isp, Stream.concat(relay.map(PolicyPath::of).stream(), paths.stream()).toList());
    }
    note(
        isp,
        new Change(
            Kind.OPEN_FIRST,
            obstacle.get().words() + ": put " + label(open.getFirst().path(), paths) + " first",
            obstacle.get().since(),
            saved(first)));
    return Stream.concat(open.stream(), paths.stream().filter(path -> !open.contains(path)))
        .toList();
  }

  /** Without paths that nobody listens on, as long as one stays. */
  private List<PolicyPath> listened(String isp, List<PolicyPath> stated) {
    if (scope.alone()) {
      return stated;
    }
    List<PolicyPath> paths =
        stated.stream().filter(path -> standing.isMissing(path).isEmpty()).toList();
    if (paths.isEmpty() || paths.equals(stated)) {
      return stated;
    }
    stated.stream()
        .filter(path -> !paths.contains(path))
        .forEach(
            path ->
                note(
                    isp,
                    new Change(
                        Kind.TAKE_OUT,
                        standing.isMissing(path).orElseThrow().words()
                            + ": take "
                            + label(path.path(), stated)
                            + " out",
                        standing.isMissing(path).orElseThrow().since(),
                        saved(path.path()))));
    return paths;
  }

  /** In the order of before, if the path that was first then was shut and is open again. */
  private List<PolicyPath> restored(String isp, List<PolicyPath> stated) {
    Optional<Earlier> earlier =
        Optional.ofNullable(facts.earlier().get(isp))
            .filter(Earlier::wasShut)
            .filter(before -> before.byAutopilot() || !scope.alone())
            .filter(before -> !before.paths().getFirst().equals(stated.getFirst()))
            .filter(
                before -> before.paths().stream().map(PolicyPath::path).allMatch(this::isOffered));
    if (earlier.isEmpty()) {
      return stated;
    }
    Path first = earlier.get().paths().getFirst().path();
    Optional<Instant> since = standing.openAgain(earlier.get().paths().getFirst());
    if (since.isEmpty()) {
      return stated;
    }
    note(
        isp,
        new Change(
            Kind.RESTORE,
            "port %d open again since %s: put %s first again, as version %d had it,"
                .formatted(
                    first.port(),
                    Standing.time(since.get()),
                    label(first, stated),
                    earlier.get().version()),
            since.get(),
            Optional.empty()));
    return earlier.get().paths();
  }

  private boolean isOffered(Path path) {
    return path.isDirect()
        || relays.stream()
            .anyMatch(
                relay ->
                    relay.name().equals(path.route())
                        && relay.tlsByPort().get(path.port()) == path.tls());
  }

  /** A relay's path that gets through, or of which nothing is known, and is not among others. */
  private Optional<Path> openRelay(List<PolicyPath> others) {
    return relays.stream()
        .flatMap(
            relay ->
                relay.tlsByPort().entrySet().stream()
                    .filter(port -> port.getValue() != TlsMode.NONE)
                    .map(port -> new Path(relay.name(), port.getKey(), port.getValue())))
        .filter(path -> others.stream().noneMatch(other -> other.path().equals(path)))
        .filter(path -> standing.isPromising(PolicyPath.of(path)))
        .findFirst();
  }

  /**
   * With a limit on new sessions where every network holds down the port that a row begins with. A
   * limit that there is already is a person's to change: what got through under it says nothing of
   * how much would.
   */
  private PolicyRule limited(PolicyRule row, List<PolicyPath> paths) {
    int port = paths.getFirst().port();
    List<Verdict> verdicts = standing.verdicts(port);
    int present = active.ruleFor(0, row.isp(), row.isp()).limits().connectionsPerMinute();
    if (scope.alone()
        || verdicts.isEmpty()
        || !verdicts.stream().allMatch(verdict -> verdict.verdict().equals(HELD_DOWN))) {
      return row;
    }
    int limit = most(port);
    if (present > 0 || row.limits().connectionsPerMinute().isPresent()) {
      if (present == 0 || present > limit) {
        warnings.add(
            "row %s: %s, and its own limit on new sessions lets more through than the %d a minute that did without a failure"
                .formatted(row.isp(), Standing.words(verdicts.getFirst()), limit));
      }
      return row;
    }
    note(
        row.isp(),
        new Change(
            Kind.LIMIT,
            "%s: open %d sessions a minute at the most to each platform"
                .formatted(Standing.words(verdicts.getFirst()), limit),
            verdicts.getFirst().since(),
            Optional.empty()));
    LimitsPart limits = row.limits();
    return row.withLimits(
        new LimitsPart(
            limits.connections(),
            limits.messagesPerConnection(),
            limits.messagesPerSecond(),
            Optional.of(limit)));
  }

  /** Sessions a minute to each platform that together are not more than got through. */
  private int most(int port) {
    return Optional.ofNullable(facts.calm().get(port))
        .map(calm -> Math.toIntExact(Math.max(1, calm.sessions() / Math.max(1, calm.platforms()))))
        .orElse(UNMEASURED);
  }

  private void note(String isp, Change change) {
    changes.computeIfAbsent(change, _ -> new ArrayList<>()).add(isp);
  }

  private Optional<Long> saved(Path path) {
    return facts.failuresOf(path).map(Failures::meanMillis);
  }

  private String rowsInWords(List<String> isps) {
    Set<String> all =
        active.rules().stream()
            .filter(row -> !row.paths().isEmpty())
            .map(PolicyRule::isp)
            .collect(Collectors.toSet());
    if (all.size() == isps.size()) {
      return " for all ISPs";
    }
    return (isps.size() == 1 ? " in row " : " in rows ") + String.join(", ", isps);
  }

  private static String saving(Change change) {
    return change
        .savedMillis()
        .map(millis -> "; saves " + Figures.millis(Optional.of(millis)) + " at each opening")
        .orElse("");
  }

  private static String label(Path path, List<PolicyPath> others) {
    boolean isPlain =
        others.stream()
            .map(PolicyPath::path)
            .noneMatch(other -> !other.equals(path) && other.label().equals(path.label()));
    return isPlain ? path.label() : path.label() + " " + path.tls().id();
  }

  private List<String> hints() {
    List<String> hints = new ArrayList<>();
    for (Verdict verdict : facts.verdicts()) {
      if (verdict.isStale()) {
        continue;
      }
      switch (verdict.verdict()) {
        case "ipv6-only" ->
            hints.add(
                Standing.words(verdict)
                    + ": set dns.families to ipv4 until IPv6 gets through; no change of the policy helps");
        case "egress-down" ->
            hints.add(
                Standing.words(verdict)
                    + ": look at this host's network; no change of the policy helps");
        case "local-policy" ->
            hints.add(
                Standing.words(verdict)
                    + ": allow it in this host's firewall, and the policy may stay as it is");
        case HELD_DOWN ->
            hints.add(Standing.words(verdict) + ": ask who runs the network to lift it");
        default -> {}
      }
    }
    return hints;
  }

  private List<String> lookedAt() {
    List<String> looked = new ArrayList<>();
    looked.add(
        facts.verdicts().isEmpty()
            ? "verdicts on ports: none yet"
            : "verdicts on ports: "
                + facts.verdicts().stream()
                    .map(
                        verdict ->
                            verdict.port()
                                + " "
                                + verdict.verdict()
                                + " since "
                                + Standing.time(verdict.since())
                                + (verdict.isStale()
                                    ? " (nobody watches it any more: left out)"
                                    : ""))
                    .collect(Collectors.joining(", ")));
    long shut =
        facts.health().stream()
            .filter(health -> !health.state().id().equals("open"))
            .filter(health -> !health.state().id().equals("unknown"))
            .count();
    looked.add("health of %d paths, %d of them not open".formatted(facts.health().size(), shut));
    looked.add(
        "path failures since the trouble began, or of the last day: "
            + Figures.number(facts.failures().values().stream().mapToLong(Failures::count).sum()));
    looked.add(
        "rows of the policy: %d, relays: %d".formatted(active.rules().size(), relays.size()));
    return looked;
  }
}
