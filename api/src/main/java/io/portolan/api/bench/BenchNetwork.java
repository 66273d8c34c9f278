package io.portolan.api.bench;

import io.portolan.api.application.Network;
import io.portolan.core.address.Domain;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.smtp.SocketDialer;
import io.portolan.sender.smtp.TlsTrust;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The network of a bench: some ISPs whose mail hosts all are one sink. Their limits are those that
 * the sink is to see and not what an ISP allows, so that no policy holds the campaign back.
 */
final class BenchNetwork {
  private static final int MOST_ISPS = 4;
  private static final int MESSAGES_PER_CONNECTION = 1_000_000;
  private static final Duration TIME_TO_LIVE = Duration.ofHours(24);
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);

  private static final String LOOPBACK = "127.0.0.1";

  /** An address of the kind that is nobody's (RFC 5737); mail to the loopback would be refused. */
  private static final InetAddress MAIL_HOST = InetAddress.ofLiteral("192.0.2.25");

  private final int connections;
  private final int isps;

  /**
   * @param connections over all ISPs
   */
  BenchNetwork(int connections) {
    this.connections = connections;
    isps = Math.min(MOST_ISPS, connections);
  }

  /** The way to the sink. */
  Network network(int sinkPort) {
    SocketDialer dialer = new SocketDialer();
    return new Network(
        BenchNetwork::mailHosts,
        BenchNetwork::addresses,
        (_, _) -> new RecordAnswer.Failed("the bench has no DNS"),
        (_, _, timeout) -> dialer.dial(LOOPBACK, sinkPort, timeout),
        TlsTrust.ofPlatform());
  }

  /** The domains of the recipients. */
  List<String> domains() {
    return IntStream.range(0, isps).mapToObj(isp -> id(isp) + ".test").toList();
  }

  /** The ISPs' rows of the directory. */
  List<IspEntry> entries() {
    return IntStream.range(0, isps)
        .mapToObj(
            isp ->
                new IspEntry(
                    new Isp(id(isp), "Bench " + (isp + 1), Isp.Kind.MAILBOX, id(isp)),
                    List.of(id(isp) + ".test"),
                    List.of(id(isp) + ".test"),
                    "the bench"))
        .toList();
  }

  /** A policy that shares the connections out among the ISPs and sets no rate. */
  PortPolicy policy() {
    List<PolicyRule> rules = new ArrayList<>();
    rules.add(PolicyRule.of(PolicyRule.ANY, DIRECT));
    for (int isp = 0; isp < isps; isp++) {
      int share = connections / isps + (isp < connections % isps ? 1 : 0);
      rules.add(
          PolicyRule.of(id(isp))
              .withLimits(
                  new LimitsPart(
                      Optional.of(share), Optional.of(MESSAGES_PER_CONNECTION), Optional.of(0.0))));
    }
    return new PortPolicy(rules);
  }

  /**
   * Of the recipients' mail hosts alone: were the sink to answer for the hosts by which ports are
   * judged, the port would be found intercepted, and a bench of more than a minute held up.
   */
  private static HostAnswer addresses(String host) {
    return host.endsWith(".test")
        ? new HostAnswer.Addresses(List.of(MAIL_HOST), TIME_TO_LIVE)
        : new HostAnswer.NoSuchHost(TIME_TO_LIVE);
  }

  private static MxAnswer mailHosts(Domain domain) {
    return new MxAnswer.Hosts(List.of(new MxHost(10, "mx." + domain)), TIME_TO_LIVE);
  }

  private static String id(int isp) {
    return "bench-" + (isp + 1);
  }
}
