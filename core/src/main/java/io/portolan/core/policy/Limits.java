package io.portolan.core.policy;

/**
 * What a platform allows; holds for all nodes together.
 *
 * @param connections concurrent connections, at least 1
 * @param messagesPerConnection messages before a connection is closed, at least 1
 * @param messagesPerSecond rate over all connections; 0 for no limit
 * @param connectionsPerMinute new sessions a minute, those that are refused too; 0 for no limit
 */
public record Limits(
    int connections,
    int messagesPerConnection,
    double messagesPerSecond,
    int connectionsPerMinute) {
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
}
