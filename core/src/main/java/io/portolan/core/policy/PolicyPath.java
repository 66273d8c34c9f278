package io.portolan.core.policy;

import io.portolan.core.pace.WarmUp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path as a row of the policy states it: how it leaves, and how much of the row's mail it takes.
 *
 * @param path without a source
 * @param minTls the oldest TLS that is spoken on it; {@link #DEFAULT_MIN_TLS} where it is not said
 * @param sources local IP addresses that its sessions come from in turn; empty for the host's own
 *     choice
 * @param share percent of the row's mail that it takes before any other path
 * @param cap the most messages that it takes, over all nodes
 * @param warmUp by which each of its sources becomes known to each platform
 */
public record PolicyPath(
    Path path,
    Optional<TlsVersion> minTls,
    List<String> sources,
    Optional<Integer> share,
    Optional<Cap> cap,
    Optional<WarmUp> warmUp) {
  /** The oldest TLS of a path that does not say otherwise. */
  public static final TlsVersion DEFAULT_MIN_TLS = TlsVersion.TLS_1_2;

  public PolicyPath {
    sources = List.copyOf(sources);
    if (!path.source().isEmpty()) {
      throw new IllegalArgumentException("a source belongs into the sources: " + path.label());
    }
  }

  /** A path with nothing said of it. */
  public static PolicyPath of(Path path) {
    return new PolicyPath(
        path.from(""),
        Optional.empty(),
        path.source().isEmpty() ? List.of() : List.of(path.source()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public PolicyPath withMinTls(TlsVersion version) {
    return new PolicyPath(path, Optional.of(version), sources, share, cap, warmUp);
  }

  public PolicyPath withSources(String... addresses) {
    return new PolicyPath(path, minTls, List.of(addresses), share, cap, warmUp);
  }

  public PolicyPath withShare(int percent) {
    return new PolicyPath(path, minTls, sources, Optional.of(percent), cap, warmUp);
  }

  public PolicyPath withCap(Cap most) {
    return new PolicyPath(path, minTls, sources, share, Optional.of(most), warmUp);
  }

  public PolicyPath withWarmUp(WarmUp plan) {
    return new PolicyPath(path, minTls, sources, share, cap, Optional.of(plan));
  }

  public String route() {
    return path.route();
  }

  public int port() {
    return path.port();
  }

  public TlsMode tls() {
    return path.tls();
  }

  public boolean isDirect() {
    return path.isDirect();
  }

  /** Without its sources, such as {@code ses:587}. */
  public String label() {
    return path.label();
  }

  public TlsVersion minimumTls() {
    return minTls.orElse(DEFAULT_MIN_TLS);
  }

  /** The paths that this is, one for each source. */
  public List<Path> each() {
    return sources.isEmpty() ? List.of(path) : sources.stream().map(path::from).toList();
  }

  /** Whether a path is one of these. */
  public boolean covers(Path other) {
    return other.from("").equals(path)
        && (sources.isEmpty() ? other.source().isEmpty() : sources.contains(other.source()));
  }

  /**
   * So many messages in a span of time, such as {@code 500/h}. Spans are the clock's: an hour
   * begins at the full hour, a day at midnight UTC.
   */
  public record Cap(int messages, Span span) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,8})/([mhd])");

    public Cap {
      if (messages < 1) {
        throw new IllegalArgumentException("a cap is at least 1: " + messages);
      }
    }

    /** Reads a cap as {@link #toString} writes it; empty if it is none. */
    public static Optional<Cap> parse(String text) {
      Matcher matcher = FORM.matcher(text);
      return matcher.matches()
          ? Span.of(matcher.group(2)).map(span -> new Cap(Integer.parseInt(matcher.group(1)), span))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return messages + "/" + span.id;
    }
  }

  /** The span of a cap. */
  public enum Span {
    MINUTE("m", Duration.ofMinutes(1)),
    HOUR("h", Duration.ofHours(1)),
    DAY("d", Duration.ofDays(1));

    private final String id;
    private final Duration length;

    Span(String id, Duration length) {
      this.id = id;
      this.length = length;
    }

    public String id() {
      return id;
    }

    public Duration length() {
      return length;
    }

    static Optional<Span> of(String id) {
      return Arrays.stream(values()).filter(span -> span.id.equals(id)).findFirst();
    }
  }
}
