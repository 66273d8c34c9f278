package io.portolan.api.demo;

import io.portolan.api.application.Network;
import io.portolan.core.address.Domain;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.simulation.SimulatedDns;
import io.portolan.sender.simulation.SimulatedIsps;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailboxes;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.smtp.TlsTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The mail network that the demo sends into: the ISPs of {@link DemoIsp} and one relay, on real
 * loopback sockets with their own DNS and certificates. Thread-safe.
 */
final class SimulatedWorld implements AutoCloseable {
  static final String RELAY = "demo-relay";
  static final String RELAY_HOST = "relay.demo.test";
  static final String RELAY_USER = "portolan";
  static final List<Integer> RELAY_PORTS = List.of(587, 465, 2525);

  /** The port of the relay that gets blocked while the campaign runs. */
  static final int BLOCKED_PORT = 587;

  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

  private final SimulatedNetwork network;
  private final Map<DemoIsp, SimulatedIsps.Isp> isps = new EnumMap<>(DemoIsp.class);
  private final SimulatedMailServer relay;

  private SimulatedWorld(SimulatedNetwork network, String password) throws IOException {
    this.network = network;
    SimulatedIsps maker = new SimulatedIsps(network);
    for (DemoIsp isp : DemoIsp.values()) {
      isps.put(isp, maker.isp(isp.domain(), isp.profile()));
    }
    relay = maker.relay(RELAY_HOST, Map.of(RELAY_USER, password));
    publish(network.dns());
  }

  /** What a sending domain is to have in the DNS. */
  private static void publish(SimulatedDns dns) {
    dns.addText("portolan.test", "v=spf1 ip4:127.0.0.1 -all");
    dns.addText("_dmarc.portolan.test", "v=DMARC1; p=none; rua=mailto:dmarc@portolan.test");
    dns.addText(Demo.BOUNCE_DOMAIN, "v=spf1 ip4:127.0.0.1 -all");
    dns.addMx(Demo.BOUNCE_DOMAIN, 10, "portolan.test");
    dns.addAddress("portolan.test", InetAddress.getLoopbackAddress());
  }

  /**
   * Opens the servers.
   *
   * @param password with which the relay lets {@value #RELAY_USER} in
   * @param texts how many messages are kept whole
   */
  static SimulatedWorld start(String password, int texts, InstantSource clock) throws IOException {
    SimulatedNetwork network = new SimulatedNetwork(clock, new SimulatedMailboxes(texts));
    try {
      return new SimulatedWorld(network, password);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** The network as a node sees it. */
  Network network() {
    return new Network(
        this::mailHosts,
        this::addresses,
        network.dns()::records,
        network::dial,
        TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())));
  }

  SimulatedMailboxes mailboxes() {
    return network.mailboxes();
  }

  /** Lets new connections to the relay's port run into their timeout; open ones live on. */
  void blockRelayPort() throws UnknownHostException {
    network.block(RELAY_HOST, BLOCKED_PORT, Block.DROP);
  }

  /** What every server saw, held against what the policy allows it to see. */
  Evidence.Servers seen() {
    try {
      return new Evidence.Servers(
          isps.keySet().stream().map(this::seen).toList(),
          seenByRelay(),
          wrongDials(),
          Map.copyOf(network.statistics().violations()));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the simulated network has lost a host", e);
    }
  }

  @Override
  public void close() throws IOException {
    network.close();
  }

  private Evidence.Seen seen(DemoIsp isp) {
    var statistics = network.statistics(isp.domain());
    return new Evidence.Seen(
        isp.id(),
        statistics.connections().maxConcurrent(),
        isp.connections(),
        statistics.messages().maxPerConnection(),
        isp.messagesPerConnection());
  }

  /** The relay serves several lanes, each with limits of its own. */
  private Evidence.Seen seenByRelay() {
    int connections = 0;
    int messages = 0;
    for (DemoIsp isp : DemoIsp.values()) {
      if (isp.usesRelay()) {
        connections += isp.connections();
        messages = Math.max(messages, isp.messagesPerConnection());
      }
    }
    var statistics = relay.statistics();
    return new Evidence.Seen(
        RELAY,
        statistics.connections().maxConcurrent(),
        connections,
        statistics.messages().maxPerConnection(),
        messages);
  }

  /** How often a mail host was dialled on a port that belongs to relays. */
  private int wrongDials() throws UnknownHostException {
    int dials = 0;
    for (SimulatedIsps.Isp isp : isps.values()) {
      for (SimulatedMailServer server : isp.servers()) {
        for (int port : RELAY_PORTS) {
          dials += network.dials(server.host(), port);
        }
      }
    }
    return dials;
  }

  private MxAnswer mailHosts(Domain domain) {
    return switch (network.dns().mx(domain.name())) {
      case SimulatedDns.Answer.Found<SimulatedDns.Mx>(List<SimulatedDns.Mx> records) ->
          records.getFirst().isNull()
              ? new MxAnswer.NullMx(TIME_TO_LIVE)
              : new MxAnswer.Hosts(
                  records.stream().map(mx -> new MxHost(mx.preference(), mx.host())).toList(),
                  TIME_TO_LIVE);
      case SimulatedDns.Answer.NoData<SimulatedDns.Mx> _ ->
          addresses(domain.name()) instanceof HostAnswer.Addresses
              ? new MxAnswer.ImplicitMx(TIME_TO_LIVE)
              : new MxAnswer.NoSuchDomain(TIME_TO_LIVE);
      case SimulatedDns.Answer.NoSuchName<SimulatedDns.Mx> _ ->
          new MxAnswer.NoSuchDomain(TIME_TO_LIVE);
      case SimulatedDns.Answer.ServerFailure<SimulatedDns.Mx> _ ->
          new MxAnswer.TemporaryFailure("SERVFAIL");
    };
  }

  private HostAnswer addresses(String host) {
    return switch (network.dns().addresses(host)) {
      case SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> addresses) ->
          new HostAnswer.Addresses(addresses, TIME_TO_LIVE);
      case SimulatedDns.Answer.NoData<InetAddress> _ -> new HostAnswer.NoSuchHost(TIME_TO_LIVE);
      case SimulatedDns.Answer.NoSuchName<InetAddress> _ -> new HostAnswer.NoSuchHost(TIME_TO_LIVE);
      case SimulatedDns.Answer.ServerFailure<InetAddress> _ ->
          new HostAnswer.TemporaryFailure("SERVFAIL");
    };
  }
}
