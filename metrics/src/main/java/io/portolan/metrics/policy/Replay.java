package io.portolan.metrics.policy;

import io.portolan.core.isp.Isp;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PortPolicy;
import io.portolan.metrics.policy.Simulation.Load;
import io.portolan.metrics.policy.Simulation.Total;
import io.portolan.metrics.policy.Simulation.Volume;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One policy run over recorded minutes. Mail takes the first path of its rule that was open as the
 * minute ended, as the sender's choice does from one moment to the next; where none was, it waits
 * for the minute in which one opened.
 *
 * <p>A recorded path failure happens again when the policy would have tried that path: when the
 * rule has it, and none before it was open throughout the minute. A path that closes while a policy
 * sends mail over it that was recorded elsewhere costs one failure more, for somebody has to find
 * out.
 *
 * <p>Its size grows with ISPs, platforms and paths. Not thread-safe.
 */
final class Replay {
  private static final double MILLIS = 1_000;
  private static final double SECONDS = 60;
  private static final int WHOLE = 100;

  record Group(String isp, String platform) {}

  /** Mail that waits for one of the paths to open. */
  private record Waiting(List<Path> order, String platform) {}

  /**
   * Paths in the order in which a part of a row's mail tries them.
   *
   * @param upTo percent of the mail that this order and those before it are for
   */
  private record Order(int upTo, List<Path> paths) {}

  record Line(Group group, Path path) {}

  /** What one path to one ISP has had so far. */
  private static final class Tally {
    private long deliveries;
    private long tries;
    private long failures;
    private double failureMillis;
    private long mostInMinute;

    Volume volume() {
      return new Volume(deliveries, tries, failures, mostInMinute / SECONDS);
    }
  }

  /** What one platform has had so far. */
  private static final class PlatformTally {
    private long tries;
    private long held;
    private long unsent;
    private double mostInMinute;
    private double busyMillis;
    private double failureMillis;
    private double mostBusyMillis;
  }

  private final PortPolicy policy;
  private final HealthHistory health;
  private final Costs costs;
  private final Instant until;
  private final Map<Group, EffectiveRule> rules = new HashMap<>();
  private final Map<Group, List<Order>> orders = new HashMap<>();
  private final Map<Waiting, Optional<Instant>> opens = new HashMap<>();
  private final Map<Line, Tally> lines = new HashMap<>();
  private final Map<String, PlatformTally> platforms = new TreeMap<>();
  private int closingsSeen;

  /**
   * @param until end of the span
   */
  Replay(PortPolicy policy, HealthHistory health, Costs costs, Instant until) {
    this.policy = policy;
    this.health = health;
    this.costs = costs;
    this.until = until;
  }

  /** Takes what was recorded in a minute; minutes come in order. */
  void minute(Instant minute, List<MinuteRow> rows) {
    Map<Group, Offer> offers = new HashMap<>();
    for (MinuteRow row : rows) {
      Group group = new Group(row.isp(), row.platform());
      offers.computeIfAbsent(group, Offer::new).add(row);
      platform(group.platform());
      keep(minute, group, row);
    }
    Map<String, double[]> loads = new HashMap<>();
    for (Offer offer : offers.values()) {
      if (offer.tries > 0) {
        offer(minute, offer, loads.computeIfAbsent(offer.group.platform(), _ -> new double[2]));
      }
    }
    loads.forEach(
        (name, load) -> {
          PlatformTally platform = platform(name);
          platform.mostInMinute = Math.max(platform.mostInMinute, load[0]);
          platform.mostBusyMillis = Math.max(platform.mostBusyMillis, load[1]);
        });
    findOut(minute, offers);
  }

  /** What one ISP had to send in a minute, and over which paths it went. */
  private static final class Offer {
    private final Group group;
    private final Set<Path> seen = new HashSet<>();
    private long ended;
    private long tries;

    Offer(Group group) {
      this.group = group;
    }

    void add(MinuteRow row) {
      ended += row.ended();
      tries += row.tries();
      seen.add(row.path());
    }

    boolean saw(Path path) {
      return seen.contains(path);
    }
  }

  /**
   * Sends a minute's mail.
   *
   * @param load messages and milliseconds of the minute; what is held adds to those of no minute
   */
  private void offer(Instant minute, Offer offer, double[] load) {
    Group group = offer.group;
    PlatformTally platform = platform(group.platform());
    Map<Path, Long> byPath = new HashMap<>();
    int done = 0;
    // cut apart from those that ended, lest a part has fewer tries than ends
    long more = offer.tries - offer.ended;
    for (Order order : orders(group)) {
      long ended = part(offer.ended, order.upTo()) - part(offer.ended, done);
      long tries = ended + part(more, order.upTo()) - part(more, done);
      Optional<Path> open = firstOpen(order.paths(), group, minute);
      Optional<Path> path = open.or(() -> hold(minute, group, order.paths(), ended));
      if (path.isPresent()) {
        double busy = tries * costs.messageMillis(group.platform(), path.get(), rule(group));
        Tally tally = tally(group, path.get());
        tally.deliveries += ended;
        tally.tries += tries;
        platform.tries += tries;
        platform.busyMillis += busy;
        if (open.isPresent()) {
          byPath.merge(path.get(), tries, Long::sum);
          load[0] += tries;
          load[1] += busy;
        }
      }
      done = order.upTo();
    }
    byPath.forEach(
        (path, tries) -> {
          Tally tally = tally(group, path);
          tally.mostInMinute = Math.max(tally.mostInMinute, tries);
        });
  }

  private static long part(long count, int percent) {
    return count * percent / WHOLE;
  }

  /** Holds a part of a minute's mail; returns the path that it goes over, if one opens. */
  private Optional<Path> hold(Instant minute, Group group, List<Path> order, long ended) {
    PlatformTally platform = platform(group.platform());
    platform.held += ended;
    Optional<Instant> later = nextOpen(order, group.platform(), minute);
    if (later.isEmpty()) {
      platform.unsent += ended;
    }
    return later.flatMap(opened -> firstOpen(order, group, opened));
  }

  private Tally tally(Group group, Path path) {
    return lines.computeIfAbsent(new Line(group, path), _ -> new Tally());
  }

  /** Minutes come in order, so what was found holds until its minute has come. */
  private Optional<Instant> nextOpen(List<Path> order, String platform, Instant minute) {
    Waiting waiting = new Waiting(order, platform);
    Optional<Instant> known = opens.get(waiting);
    if (known == null || known.filter(at -> !at.isAfter(minute)).isPresent()) {
      known = health.nextOpen(order, platform, minute, until);
      opens.put(waiting, known);
    }
    return known;
  }

  private Optional<Path> firstOpen(List<Path> order, Group group, Instant minute) {
    return order.stream().filter(path -> health.isOpen(path, group.platform(), minute)).findFirst();
  }

  /** Repeats recorded failures of a path that this policy would have tried, too. */
  private void keep(Instant minute, Group group, MinuteRow row) {
    if (row.failures() > 0 && isTried(row.path(), group, minute)) {
      fail(group, row.path(), row.failures());
    }
  }

  private boolean isTried(Path path, Group group, Instant minute) {
    return orders(group).stream()
        .map(Order::paths)
        .anyMatch(
            order -> {
              int place = order.indexOf(path);
              return place >= 0
                  && order.subList(0, place).stream()
                      .noneMatch(
                          better -> health.isOpenThroughout(better, group.platform(), minute));
            });
  }

  private void fail(Group group, Path path, long failures) {
    Tally tally = tally(group, path);
    double millis = failures * costs.failureMillis(group.platform(), path, rule(group));
    tally.failures += failures;
    tally.failureMillis += millis;
    platform(group.platform()).failureMillis += millis;
  }

  /** A failure for each path that closed in this minute, if mail would have found that out. */
  private void findOut(Instant minute, Map<Group, Offer> offers) {
    List<HealthHistory.Closing> closings = health.closings();
    while (closingsSeen < closings.size() && !closings.get(closingsSeen).minute().isAfter(minute)) {
      HealthHistory.Closing closing = closings.get(closingsSeen++);
      if (closing.minute().equals(minute)) {
        findOut(closing, offers);
      }
    }
  }

  private void findOut(HealthHistory.Closing closing, Map<Group, Offer> offers) {
    Map<Offer, Path> senders = new HashMap<>();
    for (Offer offer : offers.values()) {
      if (offer.tries > 0 && concerns(closing, offer.group)) {
        rule(offer.group).order().stream()
            .filter(path -> isOf(path, closing))
            .filter(path -> isTried(path, offer.group, closing.minute()))
            .findFirst()
            .ifPresent(path -> senders.put(offer, path));
      }
    }
    boolean isRecorded =
        senders.entrySet().stream().anyMatch(sender -> sender.getKey().saw(sender.getValue()));
    if (!isRecorded) {
      senders.entrySet().stream()
          .min(
              Comparator.comparingLong((Map.Entry<Offer, Path> sender) -> -sender.getKey().tries)
                  .thenComparing(sender -> sender.getKey().group.isp())
                  .thenComparing(sender -> sender.getKey().group.platform()))
          .ifPresent(sender -> fail(sender.getKey().group, sender.getValue(), 1));
    }
  }

  /** A port as a whole is known under one TLS mode, whatever its paths' are. */
  private static boolean isOf(Path path, HealthHistory.Closing closing) {
    Path closed = closing.key().path();
    return path.equals(closed)
        || (closed.isDirect()
            && closing.key().target().isEmpty()
            && path.isDirect()
            && path.port() == closed.port());
  }

  private static boolean concerns(HealthHistory.Closing closing, Group group) {
    String target = closing.key().target();
    return target.isEmpty() || target.equals(group.platform());
  }

  Map<Line, Volume> volumes() {
    Map<Line, Volume> volumes = new HashMap<>();
    lines.forEach((line, tally) -> volumes.put(line, tally.volume()));
    return volumes;
  }

  Map<String, Load> loads() {
    Map<String, Load> loads = new TreeMap<>();
    platforms.forEach((name, tally) -> loads.put(name, load(name, tally)));
    return loads;
  }

  private Load load(String name, PlatformTally tally) {
    EffectiveRule rule = rule(new Group(name, name));
    Limits limits = rule.limits();
    double perSecond = tally.mostInMinute / SECONDS;
    int connections = (int) Math.ceil(tally.mostBusyMillis / (SECONDS * MILLIS));
    boolean isWithin =
        (limits.messagesPerSecond() == 0 || perSecond <= limits.messagesPerSecond())
            && connections <= limits.connections();
    boolean perDomain = name.equals(Isp.OTHER.platform());
    return new Load(
        rule.rule(),
        perSecond,
        limits.messagesPerSecond(),
        connections,
        limits.connections(),
        perDomain ? Optional.empty() : Optional.of(isWithin),
        tally.held,
        tally.unsent,
        perDomain ? 0 : expectedMillis(tally, limits));
  }

  private static long expectedMillis(PlatformTally tally, Limits limits) {
    double work = (tally.busyMillis + tally.failureMillis) / limits.connections();
    double rate =
        limits.messagesPerSecond() == 0 ? 0 : tally.tries * MILLIS / limits.messagesPerSecond();
    return Math.round(Math.max(work, rate));
  }

  Total total() {
    long deliveries = 0;
    long tries = 0;
    long failures = 0;
    double failureMillis = 0;
    for (Tally tally : lines.values()) {
      deliveries += tally.deliveries;
      tries += tally.tries;
      failures += tally.failures;
      failureMillis += tally.failureMillis;
    }
    long held = 0;
    long unsent = 0;
    for (PlatformTally platform : platforms.values()) {
      held += platform.held;
      unsent += platform.unsent;
    }
    // platforms are sent to at one time
    long expected = loads().values().stream().mapToLong(Load::expectedMillis).max().orElse(0);
    return new Total(
        deliveries, tries, failures, Math.round(failureMillis), held, unsent, expected);
  }

  private PlatformTally platform(String name) {
    return platforms.computeIfAbsent(name, _ -> new PlatformTally());
  }

  private EffectiveRule rule(Group group) {
    return rules.computeIfAbsent(group, key -> policy.ruleFor(0, key.isp(), key.platform()));
  }

  private List<Order> orders(Group group) {
    return orders.computeIfAbsent(group, key -> orders(rule(key).paths()));
  }

  /** As {@link EffectiveRule#pathsFor} orders them for one delivery. */
  private static List<Order> orders(List<PolicyPath> paths) {
    List<Path> unshared =
        paths.stream().filter(path -> path.share().isEmpty()).map(PolicyPath::path).toList();
    List<Path> shared =
        paths.stream().filter(path -> path.share().isPresent()).map(PolicyPath::path).toList();
    List<Order> orders = new ArrayList<>();
    int upTo = 0;
    for (PolicyPath path : paths) {
      if (path.share().isPresent()) {
        upTo = Math.min(WHOLE, upTo + path.share().get());
        orders.add(
            new Order(
                upTo,
                Stream.of(
                        Stream.of(path.path()),
                        unshared.stream(),
                        shared.stream().filter(other -> !other.equals(path.path())))
                    .flatMap(order -> order)
                    .toList()));
      }
    }
    if (upTo < WHOLE) {
      orders.add(new Order(WHOLE, Stream.concat(unshared.stream(), shared.stream()).toList()));
    }
    return orders;
  }
}
