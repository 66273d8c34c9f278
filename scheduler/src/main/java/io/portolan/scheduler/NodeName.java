package io.portolan.scheduler;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Names for a run of a node: host, process and a random part, so that no run has the name of
 * another.
 */
public final class NodeName {
  private static final int LONGEST_HOST = 40;

  private NodeName() {}

  /** A new name, such as {@code mail1-4711-9f2c04b1}. */
  public static String create(RandomGenerator random) {
    String host = host();
    return host.substring(0, Math.min(host.length(), LONGEST_HOST))
        + "-"
        + ProcessHandle.current().pid()
        + "-"
        + HexFormat.of().toHexDigits(random.nextInt());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "node"; // the other parts tell nodes apart
    }
  }
}
