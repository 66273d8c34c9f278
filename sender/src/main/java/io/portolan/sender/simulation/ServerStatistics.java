package io.portolan.sender.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a server, a platform or the whole network has seen so far, from the server's side.
 *
 * @param refusals negative replies sent, by code
 * @param violations breaches of SMTP by the client, by what was breached
 */
public record ServerStatistics(
    Connections connections,
    Messages messages,
    Map<Integer, Long> refusals,
    Map<String, Long> violations) {
  public ServerStatistics {
    refusals = Map.copyOf(refusals);
    violations = Map.copyOf(violations);
  }

  /**
   * The connections seen.
   *
   * @param total accepted ones, those refused in the banner included
   * @param open those open now; one counts until either side has closed it
   * @param maxConcurrent most ever open at once
   * @param tlsFailures handshakes that were begun and did not end well
   */
  public record Connections(long total, int open, int maxConcurrent, long tlsFailures) {}

  /**
   * The messages taken, whatever their number of recipients.
   *
   * @param maxPerConnection most ever taken on one connection
   * @param byPort how many came through each port
   */
  public record Messages(long total, int maxPerConnection, Map<Integer, Long> byPort) {
    public Messages {
      byPort = Map.copyOf(byPort);
    }
  }

  /**
   * The counters behind {@link ServerStatistics}; what a server counts, its platform and the
   * network count too.
   *
   * <p>Thread-safe; the monitor guards the connection gauge alone.
   */
  static final class Counters {
    private final @Nullable Counters parent;
    private final LongAdder messages = new LongAdder();
    private final LongAdder tlsFailures = new LongAdder();
    private final Map<Integer, LongAdder> messagesByPort = new ConcurrentHashMap<>();
    private final Map<Integer, LongAdder> refusals = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> violations = new ConcurrentHashMap<>();
    private long connections;
    private int open;
    private int maxConcurrent;
    private int maxMessagesPerConnection;

    Counters(Optional<Counters> parent) {
      this.parent = parent.orElse(null);
    }

    void opened() {
      synchronized (this) {
        connections++;
        open++;
        maxConcurrent = Math.max(maxConcurrent, open);
      }
      if (parent != null) {
        parent.opened();
      }
    }

    void closed() {
      synchronized (this) {
        open--;
      }
      if (parent != null) {
        parent.closed();
      }
    }

    void accepted(int port, int onConnection) {
      messages.increment();
      messagesByPort.computeIfAbsent(port, ignored -> new LongAdder()).increment();
      synchronized (this) {
        maxMessagesPerConnection = Math.max(maxMessagesPerConnection, onConnection);
      }
      if (parent != null) {
        parent.accepted(port, onConnection);
      }
    }

    void refused(int code) {
      refusals.computeIfAbsent(code, ignored -> new LongAdder()).increment();
      if (parent != null) {
        parent.refused(code);
      }
    }

    void violated(String rule) {
      violations.computeIfAbsent(rule, ignored -> new LongAdder()).increment();
      if (parent != null) {
        parent.violated(rule);
      }
    }

    void tlsFailed() {
      tlsFailures.increment();
      if (parent != null) {
        parent.tlsFailed();
      }
    }

    synchronized ServerStatistics snapshot() {
      return new ServerStatistics(
          new Connections(connections, open, maxConcurrent, tlsFailures.sum()),
          new Messages(messages.sum(), maxMessagesPerConnection, sums(messagesByPort)),
          sums(refusals),
          sums(violations));
    }

    private static <K> Map<K, Long> sums(Map<K, LongAdder> counters) {
      Map<K, Long> sums = new HashMap<>();
      counters.forEach((key, counter) -> sums.put(key, counter.sum()));
      return sums;
    }
  }
}
