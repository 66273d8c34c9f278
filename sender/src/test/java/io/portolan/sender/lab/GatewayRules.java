package io.portolan.sender.lab;

import java.io.IOException;
import java.util.List;

/** A chain of the gateway's nftables, in force until it is closed. */
public final class GatewayRules implements AutoCloseable {
  private final NetworkNamespace gateway;
  private final String table;
  private boolean closed;

  private GatewayRules(NetworkNamespace gateway, String table) {
    this.gateway = gateway;
    this.table = table;
  }

  static GatewayRules set(NetworkNamespace gateway, String table, List<String> chain)
      throws IOException {
    Commands.run(
        gateway.command(List.of("nft", "-f", "-")),
        """
        table inet %s {
          chain passing {
            %s
          }
        }
        """
            .formatted(table, String.join("\n    ", chain)));
    return new GatewayRules(gateway, table);
  }

  /** Takes the rules away again. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      Commands.run(gateway.command(List.of("nft", "delete", "table", "inet", table)));
    }
  }
}
