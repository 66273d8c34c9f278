package io.portolan.core.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a platform allows.
 *
 * @param connections concurrent connections, at least 1
 * @param messagesPerConnection messages before a connection is closed, at least 1
 * @param messagesPerSecond rate over all connections; 0 for no limit
 * @param connectionsPerMinute new sessions a minute, those that are refused too; 0 for no limit
 * @param scope whether all nodes have this together, or each for itself
 */
public record Limits(
    int connections,
    int messagesPerConnection,
    double messagesPerSecond,
    int connectionsPerMinute,
    Scope scope) {
  /** What a policy that says nothing allows. */
  public static final Limits DEFAULT = new Limits(10, 100, 0);

  public Limits {
    if (connections < 1 || messagesPerConnection < 1) {
      throw new IllegalArgumentException(
          "limits below 1: " + connections + ", " + messagesPerConnection);
    }
    if (connectionsPerMinute < 0) {
      throw new IllegalArgumentException("connectionsPerMinute: " + connectionsPerMinute);
    }
    if (!(messagesPerSecond >= 0) || Double.isInfinite(messagesPerSecond)) {
      throw new IllegalArgumentException("messagesPerSecond is not a rate: " + messagesPerSecond);
    }
  }

  /** Limits without one on new sessions. */
  public Limits(int connections, int messagesPerConnection, double messagesPerSecond) {
    this(connections, messagesPerConnection, messagesPerSecond, 0);
  }

  /** Limits of all nodes together. */
  public Limits(
      int connections,
      int messagesPerConnection,
      double messagesPerSecond,
      int connectionsPerMinute) {
    this(
        connections, messagesPerConnection, messagesPerSecond, connectionsPerMinute, Scope.CLUSTER);
  }

  /** The same but for connections and rate. */
  public Limits at(int fewer, double rate) {
    return new Limits(fewer, messagesPerConnection, rate, connectionsPerMinute, scope);
  }

  /** Whose limits those of a row are. */
  public enum Scope {
    /** All nodes have them together, however many there are. */
    CLUSTER("the cluster"),
    /** Each node has them for itself: where nodes leave from addresses of their own. */
    NODE("each node");

    private final String words;

    Scope(String words) {
      this.words = words;
    }

    /** The name in a policy. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whose they are, for people. */
    String words() {
      return words;
    }

    static Optional<Scope> of(String id) {
      return Arrays.stream(values()).filter(scope -> scope.id().equals(id)).findFirst();
    }
  }
}
