package io.portolan.sender.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network of hosts behind one gateway, each in a network namespace with a pair of virtual
 * Ethernet devices. Packets between hosts are real ones and pass the gateway, whose nftables block
 * what a test wants blocked. Closing removes all of it. Names hold this process's id, so labs of
 * several processes stand side by side; what a killed one left behind is removed by the next.
 *
 * <p>Not thread-safe, save that the hosts are.
 */
public final class NetworkLab implements AutoCloseable {
  private static final String PREFIX = "portolan-";
  private static final AtomicInteger LABS = new AtomicInteger();

  private final String name =
      PREFIX + ProcessHandle.current().pid() + "-" + LABS.incrementAndGet() + "-";
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final NetworkNamespace gateway;
  private int hosts;
  private int blocks;

  private NetworkLab() throws IOException {
    gateway = keep(NetworkNamespace.create(name + "gateway"));
  }

  /** Makes a lab with its gateway. */
  public static NetworkLab create() throws IOException {
    removeLeftovers();
    NetworkLab lab = new NetworkLab();
    try {
      Commands.run(
          lab.gateway.command(
              List.of(
                  "sh",
                  "-c",
                  "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")));
      return lab;
    } catch (IOException e) {
      lab.close();
      throw e;
    }
  }

  /** Adds a host with an address of its own. */
  public LabHost host(String label) throws IOException {
    int number = ++hosts;
    if (number > 60) {
      throw new IllegalStateException("no address is left for " + label);
    }
    NetworkNamespace namespace = keep(NetworkNamespace.create(name + label));
    // RFC 5737, TEST-NET-2: four addresses a host
    String ours = "198.51.100." + (4 * number + 1);
    String theirs = "198.51.100." + (4 * number + 2);
    String device = "veth" + number;
    gateway.ip(
        "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", namespace.name());
    gateway.ip("addr", "add", ours + "/30", "dev", device);
    gateway.ip("link", "set", device, "up");
    namespace.ip("addr", "add", theirs + "/30", "dev", "eth0");
    namespace.ip("link", "set", "eth0", "up");
    namespace.ip("route", "add", "default", "via", ours);
    // RFC 3849: a network of IPv6 a host
    String prefix = "2001:db8:0:" + Integer.toHexString(number) + "::";
    gateway.ip("addr", "add", prefix + "1/64", "dev", device, "nodad");
    namespace.ip("addr", "add", prefix + "2/64", "dev", "eth0", "nodad");
    namespace.ip("route", "add", "default", "via", prefix + "1");
    return new LabHost(
        this, namespace, InetAddress.ofLiteral(theirs), InetAddress.ofLiteral(prefix + "2"));
  }

  /** Blocks one host's port, until the block is closed. */
  public PortBlock block(LabHost target, int port, PortBlock.Way way, PortBlock.Extent extent)
      throws IOException {
    return block(Optional.of(target.address()), port, way, extent);
  }

  /** Blocks a port everywhere, until the block is closed. */
  public PortBlock block(int port, PortBlock.Way way, PortBlock.Extent extent) throws IOException {
    return block(Optional.empty(), port, way, extent);
  }

  /** Sends whoever connects to a port, anywhere, to a host, until the lab is closed. */
  public void divert(int port, LabHost to) throws IOException {
    Commands.run(
        gateway.command(List.of("nft", "-f", "-")),
        """
        table ip divert%d {
          chain arriving {
            type nat hook prerouting priority -100;
            tcp dport %d dnat to %s
          }
        }
        """
            .formatted(++blocks, port, to.address().getHostAddress()));
  }

  /**
   * Sets a chain of the gateway's nftables, until the rules are closed.
   *
   * @param chain the hook and the rules, a line each
   */
  public GatewayRules rules(String... chain) throws IOException {
    return GatewayRules.set(gateway, "rules" + ++blocks, List.of(chain));
  }

  /** Loses packets at random, in both directions, until the lab is closed. */
  public void lose(int percent) throws IOException {
    Commands.run(
        gateway.command(List.of("nft", "-f", "-")),
        """
        table inet loss%d {
          chain passing {
            type filter hook forward priority 0;
            numgen random mod 100 < %d drop
          }
        }
        """
            .formatted(++blocks, percent));
  }

  private PortBlock block(
      Optional<InetAddress> target, int port, PortBlock.Way way, PortBlock.Extent extent)
      throws IOException {
    return PortBlock.set(gateway, "block" + ++blocks, target, port, way, extent);
  }

  /** Closes {@code part} with the lab, before what was there earlier. */
  public <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** Removes everything, each part whatever the others do. */
  @Override
  public void close() {
    @Nullable AssertionError failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception | AssertionError e) {
        if (failure == null) {
          failure = new AssertionError("The lab could not be removed whole", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void removeLeftovers() throws IOException {
    for (String line : Commands.run(List.of("ip", "netns", "list")).lines().toList()) {
      String namespace = line.split(" ", 2)[0];
      String[] words = namespace.split("-", 3);
      if (namespace.startsWith(PREFIX)
          && words.length == 3
          && words[1].matches("\\d{1,9}")
          && ProcessHandle.of(Long.parseLong(words[1])).isEmpty()) {
        Commands.run(List.of("ip", "netns", "del", namespace));
      }
    }
  }
}
