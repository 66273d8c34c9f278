package io.portolan.metrics.policy;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
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

/**
 * How paths stand by the facts: whether mail gets through on them, and if not, why. Where several
 * networks are known, a path is shut only when it is in all of them, for the policy holds for all.
 */
final class Standing {
  /** So long a path must have been blocked, or a port open again, before the policy follows. */
  static final Duration STEADY = Duration.ofMinutes(10);

  private static final Set<String> SHUT = Set.of("port-blocked", "intercepted", "local-policy");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Facts facts;

  Standing(Facts facts) {
    this.facts = facts;
  }

  /** Why mail does not get through on a path, and since when. */
  record Obstacle(String words, Instant since) {
    static Obstacle of(Verdict verdict) {
      return new Obstacle(Standing.words(verdict), verdict.since());
    }
  }

  /** Why mail does not get through on a path; empty if it does, or nothing is known. */
  Optional<Obstacle> obstacle(Path path) {
    return port(path).or(() -> isMissing(path)).or(() -> blocked(path));
  }

  private Optional<Obstacle> port(Path path) {
    List<Verdict> verdicts = verdicts(path.port());
    boolean isShut = verdicts.stream().allMatch(verdict -> isShut(verdict, path));
    return verdicts.isEmpty() || !isShut
        ? Optional.empty()
        : Optional.of(Obstacle.of(verdicts.getFirst()));
  }

  private static boolean isShut(Verdict verdict, Path path) {
    return SHUT.contains(verdict.verdict())
        || (verdict.verdict().equals("tls-stripped") && path.tls() != TlsMode.IMPLICIT);
  }

  /**
   * Why nobody listens there: a relay's path that never opened on a port that gets through, while
   * the relay answers on another.
   */
  Optional<Obstacle> isMissing(Path path) {
    if (path.isDirect()) {
      return Optional.empty();
    }
    List<Verdict> verdicts = verdicts(path.port());
    if (!verdicts.isEmpty()
        && verdicts.stream().allMatch(verdict -> verdict.verdict().equals("no-listener"))) {
      return Optional.of(Obstacle.of(verdicts.getFirst()));
    }
    List<Health> own = health(path);
    boolean neverOpened =
        !own.isEmpty()
            && own.stream().allMatch(health -> isSteadilyBlocked(health) && !health.wasOpen());
    boolean othersPass =
        verdicts.stream().anyMatch(verdict -> verdict.verdict().equals("open"))
            && facts.health().stream()
                .anyMatch(
                    health ->
                        health.key().path().route().equals(path.route())
                            && health.state() == PathState.OPEN);
    return neverOpened && othersPass
        ? Optional.of(
            new Obstacle(
                "%s never opened (%s), while port %d gets through to others and %s answers on another port"
                    .formatted(path.label(), own.getFirst().evidence(), path.port(), path.route()),
                own.getFirst().since()))
        : Optional.empty();
  }

  private Optional<Obstacle> blocked(Path path) {
    List<Health> own = health(path);
    return !own.isEmpty() && own.stream().allMatch(this::isSteadilyBlocked)
        ? Optional.of(
            new Obstacle(
                "%s blocked since %s (%s)"
                    .formatted(
                        path.label(), time(own.getFirst().since()), own.getFirst().evidence()),
                own.getFirst().since()))
        : Optional.empty();
  }

  private boolean isSteadilyBlocked(Health health) {
    return (health.state() == PathState.BLOCKED || health.state() == PathState.HALF_OPEN)
        && !health.since().plus(STEADY).isAfter(facts.now());
  }

  /** Of a relay's path, or of direct's port as a whole, which is known under one TLS mode. */
  private List<Health> health(Path path) {
    return facts.health().stream()
        .filter(health -> health.key().target().isEmpty())
        .filter(
            health ->
                path.isDirect()
                    ? health.key().path().isDirect() && health.key().path().port() == path.port()
                    : health.key().path().equals(path.from("")))
        .toList();
  }

  /** Since when a port is open again; empty if it is not, or not long enough, or not known. */
  Optional<Instant> openAgain(Path path) {
    List<Verdict> verdicts = verdicts(path.port());
    boolean isOpen =
        verdicts.stream()
            .anyMatch(
                verdict ->
                    verdict.verdict().equals("open")
                        && !verdict.since().plus(STEADY).isAfter(facts.now()));
    return isOpen && obstacle(path).isEmpty()
        ? verdicts.stream()
            .filter(verdict -> verdict.verdict().equals("open"))
            .map(Verdict::since)
            .min(Instant::compareTo)
        : Optional.empty();
  }

  List<Verdict> verdicts(int port) {
    return facts.verdicts().stream().filter(verdict -> verdict.port() == port).toList();
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
