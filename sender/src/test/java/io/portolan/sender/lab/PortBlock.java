package io.portolan.sender.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rule of the gateway's nftables against a port, in force until it is closed. */
public final class PortBlock implements AutoCloseable {
  /** What becomes of the packets. */
  public enum Way {
    DROP("drop"),
    /** RST. */
    RESET("reject with tcp reset"),
    /** ICMP type 3 code 13. */
    ADMIN_PROHIBITED("reject with icmp type admin-prohibited"),
    /** ICMP type 3 code 10. */
    HOST_PROHIBITED("reject with icmp type host-prohibited");

    private final String statement;

    Way(String statement) {
      this.statement = statement;
    }
  }

  /** Which packets to the port are meant. */
  public enum Extent {
    /** Those that open a connection: open ones live on. */
    NEW_CONNECTIONS("tcp flags & (syn | ack) == syn "),
    /** All: open connections fall silent, too. */
    EVERYTHING("");

    private final String condition;

    Extent(String condition) {
      this.condition = condition;
    }
  }

  private static final Pattern COUNTER = Pattern.compile("counter packets (\\d+)");

  private final NetworkNamespace gateway;
  private final String table;
  private boolean closed;

  private PortBlock(NetworkNamespace gateway, String table) {
    this.gateway = gateway;
    this.table = table;
  }

  /**
   * @param target whose port it is; empty for everybody's
   */
  static PortBlock set(
      NetworkNamespace gateway,
      String table,
      Optional<InetAddress> target,
      int port,
      Way way,
      Extent extent)
      throws IOException {
    String to = target.map(address -> "ip daddr " + address.getHostAddress() + " ").orElse("");
    Commands.run(
        gateway.command(List.of("nft", "-f", "-")),
        """
        table inet %s {
          chain passing {
            type filter hook forward priority 0;
            %stcp dport %d %scounter %s
          }
        }
        """
            .formatted(table, to, port, extent.condition, way.statement));
    return new PortBlock(gateway, table);
  }

  /** How many packets it has met so far. */
  public long packets() throws IOException {
    Matcher counter =
        COUNTER.matcher(
            Commands.run(gateway.command(List.of("nft", "list", "table", "inet", table))));
    if (!counter.find()) {
      throw new IllegalStateException("no counter in table " + table);
    }
    return Long.parseLong(counter.group(1));
  }

  /** Lets the packets through again. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      Commands.run(gateway.command(List.of("nft", "delete", "table", "inet", table)));
    }
  }
}
