package io.portolan.api.fault;

import io.portolan.api.system.Campaigns;
import io.portolan.api.system.PostgresServer;
import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.GatewayRules;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.LabMail;
import io.portolan.sender.lab.NetworkLab;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A lab with a database server on a small disk of its own, a sink, and nodes, each on a host of its
 * own. Closed as a whole. Not thread-safe.
 */
final class FaultScene implements AutoCloseable {
  static final String DOMAIN = "sink.test";
  private static final int DISK_MEBIBYTES = 400;
  private static final int LINES = 100;

  private final NetworkLab lab;
  private final Path disk;
  private final LabHost databaseHost;
  private final PostgresServer database;
  private final SinkProcess sink;
  private final List<FaultNode> nodes = new ArrayList<>();

  /**
   * Starts all of it.
   *
   * @param plan its nodes, and whether they have clocks of their own
   */
  FaultScene(Path directory, FaultPlan plan) throws IOException {
    lab = NetworkLab.create();
    try {
      disk = Files.createDirectories(directory.resolve("disk"));
      Commands.run(
          List.of(
              "mount",
              "-t",
              "tmpfs",
              "-o",
              "size=" + DISK_MEBIBYTES + "m",
              "tmpfs",
              disk.toString()));
      lab.keep(() -> Commands.run(List.of("umount", "-l", disk.toString())));
      databaseHost = lab.host("db");
      database = lab.keep(PostgresServer.create(databaseHost, disk.resolve("data")));
      database.start();
      LabMail mail = new LabMail(lab);
      LabHost sinkHost = lab.host("sink");
      String mailHost = "mx." + DOMAIN;
      mail.network().dns().addAddress(mailHost, sinkHost.address());
      mail.network().dns().addMx(DOMAIN, 10, mailHost);
      sink = lab.keep(new SinkProcess(sinkHost, directory, plan.seed()));
      sink.start();
      for (int number = 1; number <= plan.nodes(); number++) {
        Path home = Files.createDirectories(directory.resolve("node" + number));
        FaultNode node =
            lab.keep(
                new FaultNode(
                    lab.host("node" + number),
                    home,
                    configuration(mail.dns(), home, plan.scheduler()),
                    plan.faults().contains(Fault.CLOCK_SET)));
        node.start();
        nodes.add(node);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      lab.close();
      throw e;
    }
  }

  private String configuration(InetSocketAddress dns, Path home, String scheduler)
      throws IOException {
    Path isps =
        Files.writeString(
            home.resolve("isps.csv"),
            """
            isp_id,display_name,kind,consumer_domains,mx_suffixes,source,platform_isp_id,confidence,note
            sink,Sink,mailbox,%s,,,,high,
            """
                .formatted(DOMAIN));
    return """
    database:
      url: %s
      username: postgres
      connection-timeout: 1s
    mail:
      helo-name: sender.test
    dns:
      servers: %s:%d
    paths:
      first-block: 2s
      longest-block: 4s
      confirm: 1s
      suspect: 1s
      ramp: 1s
    isps:
      file: %s
    """
            .formatted(database.labUrl(), dns.getHostString(), dns.getPort(), isps)
        + scheduler;
  }

  List<FaultNode> nodes() {
    return nodes;
  }

  PostgresServer database() {
    return database;
  }

  SinkProcess sink() {
    return sink;
  }

  /** What runs, and the last lines of what it said. */
  String state() {
    StringBuilder text = new StringBuilder();
    for (FaultNode node : nodes) {
      text.append(
          state(
              node.host().address().getHostAddress(), node.serve().isAlive(), node.serve().log()));
    }
    return text.append(state("PostgreSQL", database.isAlive(), database.log())).toString();
  }

  private static String state(String name, boolean isAlive, String log) {
    List<String> lines = log.lines().toList();
    return "%s %s:%n%s%n"
        .formatted(
            name,
            isAlive ? "runs" : "has ended",
            String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size())));
  }

  /** The API's campaigns by one of the nodes. */
  Campaigns campaigns(FaultNode node, String key) {
    return lab.keep(new Campaigns(node.url(), key));
  }

  /** Cuts a host off from everybody, until the rules are closed. */
  GatewayRules cut(LabHost host) throws IOException {
    String address = host.address().getHostAddress();
    return lab.rules(
        "type filter hook forward priority 0;",
        "ip saddr " + address + " drop;",
        "ip daddr " + address + " drop;");
  }

  /** Leaves no byte free on the disk of the database. */
  void fillDisk() throws IOException {
    Commands.run(List.of("sh", "-c", "cat /dev/zero >" + ballast() + " 2>/dev/null || true"));
  }

  /** Frees the disk again. */
  void freeDisk() throws IOException {
    Files.deleteIfExists(ballast());
  }

  private Path ballast() {
    return disk.resolve("ballast");
  }

  @Override
  public void close() {
    lab.close();
  }
}
