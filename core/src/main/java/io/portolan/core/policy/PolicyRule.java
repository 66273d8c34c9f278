package io.portolan.core.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One row of the port policy. What it leaves out it inherits, value by value: an ISP's row from its
 * platform's, that one from {@value #ANY}. May hold what {@link PolicyCheck} refuses.
 *
 * @param isp the ISP or platform that it is for, or {@value #ANY}
 * @param paths in order of preference; empty to inherit
 * @param pauses the replies at which mail is held; empty to inherit
 * @param autopilot whether what is recommended for this row is activated by itself
 * @param note for people, such as where a number comes from
 */
public record PolicyRule(
    String isp,
    List<PolicyPath> paths,
    List<PauseRule> pauses,
    LimitsPart limits,
    TimeoutsPart timeouts,
    RetryPart retry,
    boolean autopilot,
    String note) {
  /** The row for every ISP, from which the others inherit. */
  public static final String ANY = "*";

  public PolicyRule {
    paths = List.copyOf(paths);
    pauses = List.copyOf(pauses);
  }

  /** A row that inherits everything but its paths. */
  public static PolicyRule of(String isp, Path... paths) {
    return new PolicyRule(
        isp,
        Stream.of(paths).map(PolicyPath::of).toList(),
        List.of(),
        LimitsPart.INHERITED,
        TimeoutsPart.INHERITED,
        RetryPart.INHERITED,
        false,
        "");
  }

  public PolicyRule withPaths(PolicyPath... stated) {
    return new PolicyRule(isp, List.of(stated), pauses, limits, timeouts, retry, autopilot, note);
  }

  public PolicyRule withPauses(PauseRule... stated) {
    return new PolicyRule(isp, paths, List.of(stated), limits, timeouts, retry, autopilot, note);
  }

  public PolicyRule withLimits(LimitsPart part) {
    return new PolicyRule(isp, paths, pauses, part, timeouts, retry, autopilot, note);
  }

  public PolicyRule withTimeouts(TimeoutsPart part) {
    return new PolicyRule(isp, paths, pauses, limits, part, retry, autopilot, note);
  }

  public PolicyRule withRetry(RetryPart part) {
    return new PolicyRule(isp, paths, pauses, limits, timeouts, part, autopilot, note);
  }

  public PolicyRule withAutopilot(boolean on) {
    return new PolicyRule(isp, paths, pauses, limits, timeouts, retry, on, note);
  }

  public PolicyRule withNote(String text) {
    return new PolicyRule(isp, paths, pauses, limits, timeouts, retry, autopilot, text);
  }

  /** The limits that a row states; see {@link Limits}. */
  public record LimitsPart(
      Optional<Integer> connections,
      Optional<Integer> messagesPerConnection,
      Optional<Double> messagesPerSecond,
      Optional<Integer> connectionsPerMinute,
      Optional<Limits.Scope> scope) {
    public static final LimitsPart INHERITED =
        new LimitsPart(Optional.empty(), Optional.empty(), Optional.empty());

    /** Inherits the limit on new sessions. */
    public LimitsPart(
        Optional<Integer> connections,
        Optional<Integer> messagesPerConnection,
        Optional<Double> messagesPerSecond) {
      this(connections, messagesPerConnection, messagesPerSecond, Optional.empty());
    }

    /** Inherits the scope. */
    public LimitsPart(
        Optional<Integer> connections,
        Optional<Integer> messagesPerConnection,
        Optional<Double> messagesPerSecond,
        Optional<Integer> connectionsPerMinute) {
      this(
          connections,
          messagesPerConnection,
          messagesPerSecond,
          connectionsPerMinute,
          Optional.empty());
    }

    static Limits complete(List<LimitsPart> parts) {
      return new Limits(
          first(parts, LimitsPart::connections, Limits.DEFAULT.connections()),
          first(parts, LimitsPart::messagesPerConnection, Limits.DEFAULT.messagesPerConnection()),
          first(parts, LimitsPart::messagesPerSecond, Limits.DEFAULT.messagesPerSecond()),
          first(parts, LimitsPart::connectionsPerMinute, Limits.DEFAULT.connectionsPerMinute()),
          first(parts, LimitsPart::scope, Limits.DEFAULT.scope()));
    }
  }

  /** The timeouts that a row states; see {@link Timeouts}. */
  public record TimeoutsPart(
      Optional<Duration> connect,
      Optional<Duration> tls,
      Optional<Duration> greeting,
      Optional<Duration> command,
      Optional<Duration> data,
      Optional<Duration> dot) {
    public static final TimeoutsPart INHERITED =
        new TimeoutsPart(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    static Timeouts complete(List<TimeoutsPart> parts) {
      return new Timeouts(
          first(parts, TimeoutsPart::connect, Timeouts.DEFAULT.connect()),
          first(parts, TimeoutsPart::tls, Timeouts.DEFAULT.tls()),
          first(parts, TimeoutsPart::greeting, Timeouts.DEFAULT.greeting()),
          first(parts, TimeoutsPart::command, Timeouts.DEFAULT.command()),
          first(parts, TimeoutsPart::data, Timeouts.DEFAULT.data()),
          first(parts, TimeoutsPart::dot, Timeouts.DEFAULT.dot()));
    }
  }

  /**
   * The retry schedule that a row states; see {@link RetrySchedule}.
   *
   * @param delays empty to inherit
   */
  public record RetryPart(List<Duration> delays, Optional<Duration> lifetime) {
    public static final RetryPart INHERITED = new RetryPart(List.of(), Optional.empty());

    public RetryPart {
      delays = List.copyOf(delays);
    }

    static RetrySchedule complete(List<RetryPart> parts) {
      return new RetrySchedule(
          delays(parts), first(parts, RetryPart::lifetime, RetrySchedule.DEFAULT.lifetime()));
    }

    static List<Duration> delays(List<RetryPart> parts) {
      return parts.stream()
          .map(RetryPart::delays)
          .filter(delays -> !delays.isEmpty())
          .findFirst()
          .orElse(RetrySchedule.DEFAULT.delays());
    }
  }

  /** The value of the first part that states it. */
  static <P, V> V first(List<P> parts, Function<P, Optional<V>> value, V otherwise) {
    return parts.stream().map(value).flatMap(Optional::stream).findFirst().orElse(otherwise);
  }
}
