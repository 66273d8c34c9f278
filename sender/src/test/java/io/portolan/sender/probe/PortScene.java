package io.portolan.sender.probe;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.exchange.Content;
import io.portolan.sender.exchange.Envelope;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.NetworkLab;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.Credentials;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A sender, three operators at the ports 25, 465 and 587 by IPv4 and IPv6, and a web server, each
 * on a host of its own.
 */
final class PortScene implements AutoCloseable {
  static final List<String> OPERATORS = List.of("north", "south", "west");
  static final String NORTH = "mail.north.test";
  static final Credentials LOGIN = new Credentials("portolan", "secret");
  private static final List<Integer> PORTS = List.of(25, 465, 587);
  private static final int WEB = 443;

  // before the kernel sends the first SYN again, which a rate limit might let through
  private static final Duration CONNECT = Duration.ofMillis(900);
  private static final Duration STEP = Duration.ofSeconds(2);
  private static final Timeouts TIMEOUTS = new Timeouts(CONNECT, STEP, STEP, STEP, STEP, STEP);

  final NetworkLab lab = NetworkLab.create();
  final SimulatedNetwork network = lab.keep(new SimulatedNetwork(InstantSource.system()));
  final LabHost sender = lab.host("sender");
  final Map<String, SimulatedMailServer> servers = new HashMap<>();
  final List<LabHost> hosts = new ArrayList<>();
  private final Map<String, List<InetAddress>> names = new HashMap<>();
  private final SessionOpener opener;
  private final PortProbe probe;

  PortScene() throws IOException {
    List<ProbeTarget> mail = new ArrayList<>();
    for (String operator : OPERATORS) {
      LabHost host = lab.host(operator);
      String name = "mail." + operator + ".test";
      servers.put(
          operator,
          network
              .server(name)
              .at(host.address(), host::listen)
              .platform(operator)
              .listen(25, Security.STARTTLS)
              .listen(465, Security.IMPLICIT_TLS)
              .listen(587, Security.STARTTLS)
              .accounts(Map.of(LOGIN.username(), LOGIN.password()))
              .start());
      for (int port : PORTS) {
        host.listenByIpv6(port);
        TlsMode tls = port == 465 ? TlsMode.IMPLICIT : TlsMode.STARTTLS;
        mail.add(new ProbeTarget(operator, name, port, tls));
      }
      hosts.add(host);
      names.put(name, List.of(host.address(), host.address6()));
    }
    LabHost web = lab.host("web");
    lab.keep(web.listen(web.address(), WEB));
    web.listenByIpv6(WEB);
    names.put("web.test", List.of(web.address(), web.address6()));
    opener =
        new SessionOpener(
            sender.dialer(),
            TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
            lab.keep(new DeadlineWatch()));
    probe =
        new PortProbe(
            name ->
                new HostAnswer.Addresses(names.getOrDefault(name, List.of()), Duration.ofHours(1)),
            opener,
            new ControlTargets(
                mail, List.of(new ProbeTarget("web", "web.test", WEB, TlsMode.NONE))),
            "sender.test",
            InstantSource.system());
  }

  SimulatedMailServer north() {
    return Objects.requireNonNull(servers.get("north"));
  }

  /** What comes of opening a session with north. */
  Opening open(int port, TlsMode tls) {
    return open(hosts.getFirst().address(), port, tls);
  }

  /** The same by one of its addresses. */
  Opening open(InetAddress address, int port, TlsMode tls) {
    return open(port, tls, List.of(address.getHostAddress()), Optional.empty());
  }

  /** What comes of opening a session at a relay's port. */
  Opening open(int port, TlsMode tls, List<String> addresses, Optional<Credentials> login) {
    String route = port == 25 ? Path.DIRECT : "north";
    return opener.open(
        new SessionTarget(
            new Path(route, port, tls), NORTH, addresses, login, "sender.test", TIMEOUTS));
  }

  /** What comes of offering a message of a size on a new session with north. */
  Transaction send(int octets) {
    if (!(open(25, TlsMode.NONE) instanceof Opening.Opened(SmtpSession session))) {
      throw new AssertionError("no session");
    }
    try (session) {
      String text = "Message-ID: <1@sender.test>\r\n\r\n" + "All is well\r\n".repeat(octets / 13);
      return session.send(
          new Mail(
              new Envelope("bounce@sender.test", "anna@north.test"),
              Content.of(text.getBytes(StandardCharsets.US_ASCII))));
    }
  }

  /** Looks at all ports at all operators. */
  ProbeReport look() throws InterruptedException {
    return look(List.of());
  }

  ProbeReport look(List<ProbeTarget> wanted) throws InterruptedException {
    return probe.probe(new ProbeRequest(new TreeSet<>(PORTS), wanted, true, Set.of()));
  }

  PortVerdict verdict(int port) throws InterruptedException {
    return look().ports().stream()
        .filter(finding -> finding.port() == port)
        .findFirst()
        .orElseThrow()
        .verdict();
  }

  /** What Portolan calls an opening. */
  static String answer(Opening opening) {
    return switch (opening) {
      case Opening.PathFailed failed -> failed.kind().id();
      case Opening.Refused refused -> "refused at " + refused.phase();
      case Opening.Opened(SmtpSession session) -> {
        session.close();
        yield session.evidence().foreignName(NORTH).isPresent()
            ? "opened, with a foreign name"
            : "opened";
      }
    };
  }

  /** What Portolan calls a transaction. */
  static String answer(Transaction transaction) {
    return switch (transaction) {
      case Transaction.Replied replied ->
          "replied " + replied.reply().code() + " at " + replied.phase();
      case Transaction.Lost lost when lost.unknown() ->
          "unknown, " + (lost.timedOut() ? "no answer" : "closed");
      case Transaction.Lost lost -> FailureKind.of(lost).id();
      case Transaction.NotPossible not -> "not possible: " + not.reason();
    };
  }

  @Override
  public void close() {
    lab.close();
  }
}
