package io.portolan.sender.simulation;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A mail network that exists in this process only: hosts with addresses of the documentation
 * ranges, DNS, certificates, mailboxes, and ports that can be blocked for one host or for all while
 * everything runs. Every connection is a real TCP connection on loopback.
 *
 * <p>Thread-safe.
 */
public final class SimulatedNetwork implements AutoCloseable {
  /** What a blocked port does to a connect. */
  public enum Refusal {
    /** SYNs vanish; the connect runs into its timeout in the kernel. */
    DROP,
    /** The connect is refused at once. */
    REJECT
  }

  /** What becomes of connections that are open when their port is blocked. */
  public enum OpenConnections {
    /** They live on, as behind a firewall that judges SYNs alone. */
    KEEP,
    /** No octet passes in either direction until the port is free again. */
    STALL,
    /** They are reset. */
    RESET
  }

  /** How a port is blocked. */
  public record Block(Refusal refusal, OpenConnections openConnections) {
    /** Connects time out, open connections live on. */
    public static final Block DROP = new Block(Refusal.DROP, OpenConnections.KEEP);

    /** Connects are refused, open connections live on. */
    public static final Block REJECT = new Block(Refusal.REJECT, OpenConnections.KEEP);

    /** The same for connects, with this fate for open connections. */
    public Block with(OpenConnections fate) {
      return new Block(refusal, fate);
    }
  }

  /** Where a server's ports really listen. */
  @FunctionalInterface
  public interface ListeningSockets {
    /** Listens on a port of a server with this address. */
    ServerSocket listen(InetAddress address, int port) throws IOException;
  }

  private record Target(InetAddress address, int port) {}

  private final InstantSource clock;
  private final SimulatedMailboxes mailboxes;
  private final SimulatedDns dns = new SimulatedDns();
  private final ServerStatistics.Counters counters =
      new ServerStatistics.Counters(Optional.empty());
  private final Map<String, ServerStatistics.Counters> platforms = new ConcurrentHashMap<>();
  private final Map<InetAddress, SimulatedMailServer> servers = new ConcurrentHashMap<>();
  private final Map<Target, Block> blocksOfHosts = new ConcurrentHashMap<>();
  private final Map<Integer, Block> blocksOfPorts = new ConcurrentHashMap<>();
  private final Map<Target, Integer> dials = new ConcurrentHashMap<>();
  private final BlackHole blackHole;
  private final Socket closedPort;
  private @Nullable SimulatedCertificates certificates;
  private int nextAddress;

  /** A network with mailboxes of its own. */
  public SimulatedNetwork(InstantSource clock) throws IOException {
    this(clock, new SimulatedMailboxes());
  }

  /**
   * @param clock what greylisting and the times of messages go by
   */
  public SimulatedNetwork(InstantSource clock, SimulatedMailboxes mailboxes) throws IOException {
    this.clock = clock;
    this.mailboxes = mailboxes;
    blackHole = new BlackHole();
    closedPort = new Socket();
    closedPort.bind(
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), 0)); // bound, never listening: refuses
  }

  public SimulatedDns dns() {
    return dns;
  }

  public SimulatedMailboxes mailboxes() {
    return mailboxes;
  }

  /** The authority and its certificates, made when first asked for. */
  public synchronized SimulatedCertificates certificates() {
    SimulatedCertificates existing = certificates;
    if (existing == null) {
      existing = new SimulatedCertificates();
      certificates = existing;
    }
    return existing;
  }

  /** What all servers have seen together. */
  public ServerStatistics statistics() {
    return counters.snapshot();
  }

  /** What the servers of one platform have seen together. */
  public ServerStatistics statistics(String platform) {
    return platformCounters(platform).snapshot();
  }

  /** Begins a server, which takes the next free address and gets an address record. */
  public Builder server(String host) {
    return new Builder(this, SimulatedDns.key(host));
  }

  /** Opens a connection from any address of this machine's. */
  public Socket dial(String host, int port, Duration timeout) throws IOException {
    return dial(Optional.empty(), host, port, timeout);
  }

  /**
   * Opens a connection.
   *
   * @param source the loopback address to come from, such as 127.0.0.2; servers tell clients apart
   *     by it
   * @param host a name or an address of this network
   * @throws UnknownHostException if the name has no address
   * @throws NoRouteToHostException if no host has the address
   * @throws ConnectException if the host has no such port, or the port is blocked so
   * @throws SocketTimeoutException if the port is blocked by dropping
   */
  public Socket dial(Optional<InetAddress> source, String host, int port, Duration timeout)
      throws IOException {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "A connect takes a timeout of at least 1 ms, not " + timeout);
    }
    Target target = new Target(resolve(host), port);
    dials.merge(target, 1, Integer::sum);
    Optional<Block> block = block(target);
    if (block.isPresent()) {
      return switch (block.get().refusal()) {
        case DROP -> dropped(source, timeout);
        case REJECT -> connect(new Socket(), source, closedPort.getLocalSocketAddress(), timeout);
      };
    }
    SimulatedMailServer server = servers.get(target.address());
    if (server == null) {
      throw new NoRouteToHostException("No route to host");
    }
    Optional<InetSocketAddress> backing = server.backing(port);
    return backing.isEmpty()
        ? connect(new Socket(), source, closedPort.getLocalSocketAddress(), timeout)
        : connect(new DialedSocket(server, port), source, backing.get(), timeout);
  }

  private Socket dropped(Optional<InetAddress> source, Duration timeout) throws IOException {
    if (blackHole.drops()) {
      return connect(new Socket(), source, blackHole.address(), timeout);
    }
    try { // a kernel that answers when a queue is full: act what Linux does
      Thread.sleep(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new SocketTimeoutException("Connect timed out");
  }

  private static Socket connect(
      Socket socket, Optional<InetAddress> source, SocketAddress backing, Duration timeout)
      throws IOException {
    try {
      if (source.isPresent()) {
        socket.bind(new InetSocketAddress(source.get(), 0));
      }
      socket.connect(backing, Math.toIntExact(timeout.toMillis()));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private InetAddress resolve(String host) throws UnknownHostException {
    if (isLiteral(host)) {
      return InetAddress.ofLiteral(host);
    }
    if (dns.addresses(host)
        instanceof SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> addresses)) {
      return addresses.getFirst();
    }
    throw new UnknownHostException(host);
  }

  private static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /** How many connects to a host's port were tried, whatever became of them. */
  public int dials(String host, int port) throws UnknownHostException {
    return dials.getOrDefault(new Target(resolve(host), port), 0);
  }

  /** Blocks a port towards every host. */
  public void block(int port, Block block) {
    blocksOfPorts.put(port, block);
    servers.values().forEach(server -> touch(server, port));
  }

  /** Frees a port towards every host, except where it is blocked for one host. */
  public void unblock(int port) {
    blocksOfPorts.remove(port);
    servers.values().forEach(server -> touch(server, port));
  }

  /** Blocks a port towards one host; goes before a block towards every host. */
  public void block(String host, int port, Block block) throws UnknownHostException {
    InetAddress address = resolve(host);
    blocksOfHosts.put(new Target(address, port), block);
    Optional.ofNullable(servers.get(address)).ifPresent(server -> touch(server, port));
  }

  /** Frees a port towards one host, except where it is blocked towards every host. */
  public void unblock(String host, int port) throws UnknownHostException {
    InetAddress address = resolve(host);
    blocksOfHosts.remove(new Target(address, port));
    Optional.ofNullable(servers.get(address)).ifPresent(server -> touch(server, port));
  }

  /** Whether and how a port towards a host is blocked. */
  public Optional<Block> blocked(String host, int port) throws UnknownHostException {
    return block(new Target(resolve(host), port));
  }

  private Optional<Block> block(Target target) {
    return Optional.ofNullable(blocksOfHosts.get(target))
        .or(() -> Optional.ofNullable(blocksOfPorts.get(target.port())));
  }

  private void touch(SimulatedMailServer server, int port) {
    server.touch(
        port,
        block(new Target(server.address(), port))
            .map(Block::openConnections)
            .orElse(OpenConnections.KEEP));
  }

  InstantSource clock() {
    return clock;
  }

  ServerStatistics.Counters platformCounters(String platform) {
    return platforms.computeIfAbsent(
        platform, ignored -> new ServerStatistics.Counters(Optional.of(counters)));
  }

  private synchronized InetAddress takeAddress() throws UnknownHostException {
    int host = nextAddress++;
    // RFC 5737: TEST-NET-2, TEST-NET-3, TEST-NET-1
    String network = List.of("198.51.100.", "203.0.113.", "192.0.2.").get(host / 250);
    return InetAddress.ofLiteral(network + (host % 250 + 1));
  }

  /** Ends every server and frees every port. */
  @Override
  public void close() throws IOException {
    servers.values().forEach(SimulatedMailServer::close);
    closedPort.close();
    blackHole.close();
  }

  /** A server to be. */
  public static final class Builder {
    private static final long DEFAULT_MAX_BYTES = 35L << 20;

    private final SimulatedNetwork network;
    private final String host;
    private final Map<Integer, SimulatedMailServer.Security> ports = new LinkedHashMap<>();
    private final List<Behaviour> behaviours = new ArrayList<>();
    private String platform;
    private Set<String> domains = Set.of();
    private Map<String, String> accounts = Map.of();
    private long maxMessageBytes = DEFAULT_MAX_BYTES;
    private int maxRecipients = 1000;
    private Duration idle = Duration.ofMinutes(5);
    private ListeningSockets sockets = SimulatedMailServer.ON_LOOPBACK;
    private Optional<InetAddress> address = Optional.empty();

    private Builder(SimulatedNetwork network, String host) {
      this.network = network;
      this.host = host;
      platform = host;
    }

    /** Adds a port. */
    public Builder listen(int port, SimulatedMailServer.Security security) {
      ports.put(port, security);
      return this;
    }

    /** Lets the server count in the statistics of a platform. */
    public Builder platform(String name) {
      platform = name;
      return this;
    }

    /** Takes mail for these domains only, and from those who have authenticated for all. */
    public Builder domains(String... names) {
      domains = Set.of(names);
      return this;
    }

    /** Offers AUTH, to these. */
    public Builder accounts(Map<String, String> passwordsByName) {
      accounts = passwordsByName;
      return this;
    }

    public Builder maxMessageBytes(long bytes) {
      maxMessageBytes = bytes;
      return this;
    }

    public Builder maxRecipients(int number) {
      maxRecipients = number;
      return this;
    }

    /** Ends connections with 421 whose client says nothing for so long. */
    public Builder idle(Duration duration) {
      idle = duration;
      return this;
    }

    /** Adds a behaviour behind those it already has. */
    public Builder behaving(Behaviour... traits) {
      behaviours.addAll(List.of(traits));
      return this;
    }

    /** Gives the server an address that is real, and what listens there. */
    public Builder at(InetAddress real, ListeningSockets there) {
      address = Optional.of(real);
      sockets = there;
      return this;
    }

    /** Opens the ports. */
    public SimulatedMailServer start() throws IOException {
      if (ports.isEmpty()) {
        throw new IllegalStateException("Server " + host + " has no port");
      }
      SimulatedMailServer server =
          new SimulatedMailServer(
              new SimulatedMailServer.Settings(
                  host,
                  address.isPresent() ? address.get() : network.takeAddress(),
                  platform,
                  new SimulatedMailServer.Admission(domains, accounts),
                  new SimulatedMailServer.Limits(maxMessageBytes, maxRecipients, idle)),
              ports,
              sockets,
              behaviours,
              network);
      network.servers.put(server.address(), server);
      network.dns.addAddress(host, server.address());
      return server;
    }
  }
}
