package io.portolan.metrics.policy;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.path.VerdictMeaning;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.metrics.policy.Facts.Health;
import io.portolan.metrics.policy.Facts.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How paths stand by the facts: whether mail gets through on them, and if not, why. As in the
 * sender a verdict on a port speaks of direct mail from the host's own source, and no longer than
 * its connections fail; what was opened itself is believed more. Where several networks are known,
 * a path is shut only when it is in all of them, for the policy holds for all.
 */
final class Standing {
  /** So long a path must have been blocked, or a port open again, before the policy follows. */
  static final Duration STEADY = Duration.ofMinutes(10);

  private static final String OPEN = "open";
  private static final Set<String> NOBODY_ANSWERS = Set.of("connect-refused", "connect-timeout");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Facts facts;

  Standing(Facts facts) {
    this.facts = facts;
  }

  /**
   * Why mail does not get through on a path, and since when.
   *
   * @param isEverywhere whether nothing leaves the host, so that no other path is better
   */
  record Obstacle(String words, Instant since, boolean isEverywhere) {
    static Obstacle of(Verdict verdict) {
      return new Obstacle(
          Standing.words(verdict), verdict.since(), verdict.verdict().equals("egress-down"));
    }
  }

  /** A path from one of its sources, in one network. */
  private record Place(String network, Path path) {}

  /** Why mail does not get through on a path; empty if it does, or nothing is known. */
  Optional<Obstacle> obstacle(PolicyPath path) {
    List<Optional<Obstacle>> obstacles = places(path).stream().map(this::obstacle).toList();
    return obstacles.isEmpty() || obstacles.stream().anyMatch(Optional::isEmpty)
        ? Optional.empty()
        : obstacles.getFirst();
  }

  /** Whether a path that mail does not take yet can be expected to get through. */
  boolean isPromising(PolicyPath path) {
    List<Place> places = places(path);
    return obstacle(path).isEmpty()
        && (places.isEmpty() || places.stream().anyMatch(this::isPromising));
  }

  private boolean isPromising(Place place) {
    Path path = place.path();
    return health(place).anyMatch(health -> health.state() == PathState.OPEN)
        || verdict(place)
            .map(Standing::meaning)
            .filter(
                meaning ->
                    path.isDirect()
                        ? meaning.stopsDirect() && path.source().isEmpty()
                        : meaning.stopsRelay(path.tls()))
            .isEmpty();
  }

  private List<Place> places(PolicyPath path) {
    return path.each().stream()
        .flatMap(
            each ->
                Stream.concat(
                        verdicts(each.port()).stream().map(Verdict::network),
                        facts.health().stream()
                            .filter(health -> isOf(health, each))
                            .map(Health::network))
                    .distinct()
                    .map(network -> new Place(network, each)))
        .toList();
  }

  private Optional<Obstacle> obstacle(Place place) {
    return verdict(place)
        .filter(verdict -> isStopped(place, meaning(verdict)))
        .map(Obstacle::of)
        .or(
            () ->
                health(place)
                    .filter(this::isSteadilyBlocked)
                    .findFirst()
                    .map(
                        health ->
                            new Obstacle(
                                "%s blocked since %s (%s)"
                                    .formatted(
                                        place.path().label(),
                                        time(health.since()),
                                        health.evidence()),
                                health.since(),
                                false)));
  }

  private boolean isStopped(Place place, VerdictMeaning meaning) {
    Path path = place.path();
    if (!path.isDirect()) {
      return meaning.stopsRelay(path.tls()) && health(place).anyMatch(Standing::isLeft);
    }
    return meaning == VerdictMeaning.INTERCEPTED
        || (meaning.stopsDirect()
            && path.source().isEmpty()
            && health(place).noneMatch(health -> health.state() == PathState.OPEN));
  }

  /**
   * Why nobody listens there: a relay's path that never opened, for nobody answers, on a port that
   * gets through, while the relay answers on another.
   */
  Optional<Obstacle> isMissing(PolicyPath stated) {
    if (stated.isDirect()) {
      return Optional.empty();
    }
    List<Health> own = health(stated);
    boolean neverAnswered =
        !own.isEmpty()
            && own.stream()
                .allMatch(
                    health ->
                        isSteadilyBlocked(health)
                            && !health.wasOpen()
                            && NOBODY_ANSWERS.contains(health.evidence()));
    boolean othersPass =
        verdicts(stated.port()).stream().anyMatch(verdict -> verdict.verdict().equals(OPEN))
            && facts.health().stream()
                .anyMatch(
                    health ->
                        health.key().path().route().equals(stated.route())
                            && health.state() == PathState.OPEN);
    return neverAnswered && othersPass
        ? Optional.of(
            new Obstacle(
                "%s never opened (%s), while port %d gets through to others and %s answers on another port"
                    .formatted(
                        stated.label(), own.getFirst().evidence(), stated.port(), stated.route()),
                own.getFirst().since(),
                false))
        : Optional.empty();
  }

  private static boolean isLeft(Health health) {
    return switch (health.state()) {
      case SUSPECT, BLOCKED, HALF_OPEN -> true;
      case UNKNOWN, OPEN -> false;
    };
  }

  private boolean isSteadilyBlocked(Health health) {
    return (health.state() == PathState.BLOCKED || health.state() == PathState.HALF_OPEN)
        && isSteady(health.since());
  }

  private boolean isSteady(Instant since) {
    return !since.plus(STEADY).isAfter(facts.now());
  }

  /** Of a relay's path, or of direct's port as a whole, which is known under one TLS mode. */
  private static boolean isOf(Health health, Path path) {
    return path.isDirect()
        ? health.key().equals(HealthKey.whole(path))
        : health.key().equals(new HealthKey(path, ""));
  }

  private List<Health> health(PolicyPath path) {
    return facts.health().stream()
        .filter(health -> path.each().stream().anyMatch(each -> isOf(health, each)))
        .toList();
  }

  private Stream<Health> health(Place place) {
    return facts.health().stream()
        .filter(health -> health.network().equals(place.network()) && isOf(health, place.path()));
  }

  /**
   * Since when a path gets through again: by its own health where that is known, and its port's
   * verdict; empty if it does not, or not long enough, or nothing is known.
   */
  Optional<Instant> openAgain(PolicyPath path) {
    List<Health> own = health(path);
    Optional<Instant> port =
        verdicts(path.port()).stream()
            .filter(verdict -> verdict.verdict().equals(OPEN))
            .map(Verdict::since)
            .min(Instant::compareTo);
    Optional<Instant> opened =
        own.stream()
            .filter(health -> health.state() == PathState.OPEN)
            .map(Health::since)
            .min(Instant::compareTo);
    boolean isKnownLeft = opened.isEmpty() && own.stream().anyMatch(Standing::isLeft);
    return obstacle(path).isPresent() || isKnownLeft
        ? Optional.empty()
        : Stream.of(port, opened)
            .flatMap(Optional::stream)
            .max(Instant::compareTo)
            .filter(this::isSteady);
  }

  private Optional<Verdict> verdict(Place place) {
    return verdicts(place.path().port()).stream()
        .filter(verdict -> verdict.network().equals(place.network()))
        .findFirst();
  }

  private static VerdictMeaning meaning(Verdict verdict) {
    return VerdictMeaning.of(verdict.verdict());
  }

  /** What is known of a port in the networks that watch it. */
  List<Verdict> verdicts(int port) {
    return facts.verdicts().stream()
        .filter(verdict -> verdict.port() == port && !verdict.isStale())
        .toList();
  }

  /** A verdict as the beginning of a sentence. */
  static String words(Verdict verdict) {
    String what =
        switch (verdict.verdict()) {
          case "port-blocked" -> "blocked from this network";
          case "tls-stripped" -> "without TLS from this network, for something takes STARTTLS out,";
          case "intercepted" -> "intercepted";
          case "local-policy" -> "forbidden by this host's own rules";
          case "no-listener" -> "not listened on";
          case "rate-limited-egress" -> "held down by this network to a few connections at a time";
          case "ipv6-only" -> "stopped by IPv6 alone";
          case "egress-down" -> "stopped as everything is that leaves this host";
          default -> verdict.verdict();
        };
    String details = firstSentence(verdict.words());
    return "port %d %s since %s%s"
        .formatted(
            verdict.port(),
            what,
            time(verdict.since()),
            details.isEmpty() ? "" : " (" + details + ")");
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  private static String firstSentence(String words) {
    int end = words.indexOf(". ");
    String first = end < 0 ? words : words.substring(0, end);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }
}
