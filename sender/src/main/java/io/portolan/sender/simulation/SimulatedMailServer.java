package io.portolan.sender.simulation;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A simulated mail host: an SMTP server on real loopback sockets, one for each port it is known
 * under in the simulated network, with behaviours that may change while it runs.
 *
 * <p>Thread-safe.
 */
public final class SimulatedMailServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SimulatedMailServer.class);

  /** How a port speaks TLS. */
  public enum Security {
    /** Not at all. */
    CLEAR,
    /** After STARTTLS. */
    STARTTLS,
    /** From the first octet. */
    IMPLICIT_TLS
  }

  /**
   * What a server is from its start.
   *
   * @param platform whose statistics the server counts in, the host name if nothing else is said
   */
  record Settings(
      String host, InetAddress address, String platform, Admission admission, Limits limits) {}

  /**
   * Whose mail a server takes.
   *
   * @param domains the domains it takes mail for, all if none is named
   * @param accounts passwords by user name; without accounts there is no AUTH
   */
  record Admission(Set<String> domains, Map<String, String> accounts) {
    Admission {
      domains = domains.stream().map(SimulatedDns::key).collect(Collectors.toUnmodifiableSet());
      accounts = Map.copyOf(accounts);
    }
  }

  /**
   * How much a server takes.
   *
   * @param recipients most recipients of one message
   * @param idle how long a client may say nothing
   */
  record Limits(long messageBytes, int recipients, Duration idle) {}

  private static final int BACKLOG = 1024;

  static final SimulatedNetwork.ListeningSockets ON_LOOPBACK =
      (address, port) -> new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());

  private final Settings settings;
  private final SimulatedNetwork network;
  private final ServerStatistics.Counters counters;
  private final ServerScript script = new ServerScript();
  private final Map<Integer, Listener> listeners = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> connectionsByClient = new ConcurrentHashMap<>();
  private final AtomicLong queueIds = new AtomicLong();
  private volatile List<Behaviour> behaviours;
  private volatile @Nullable SSLContext identity;
  private volatile String newestTls = "TLSv1.3";

  SimulatedMailServer(
      Settings settings,
      Map<Integer, Security> ports,
      SimulatedNetwork.ListeningSockets sockets,
      List<Behaviour> behaviours,
      SimulatedNetwork network)
      throws IOException {
    this.settings = settings;
    this.network = network;
    counters =
        new ServerStatistics.Counters(Optional.of(network.platformCounters(settings.platform())));
    this.behaviours = withScript(behaviours);
    for (Map.Entry<Integer, Security> port : ports.entrySet()) {
      listeners.put(port.getKey(), new Listener(port.getKey(), port.getValue(), sockets));
    }
    listeners.values().forEach(Listener::start);
  }

  public String host() {
    return settings.host();
  }

  /** The simulated address. */
  public InetAddress address() {
    return settings.address();
  }

  /** The ports it is known under in the simulated network. */
  public Set<Integer> ports() {
    return Set.copyOf(listeners.keySet());
  }

  /** The loopback address that backs a port, for clients that do not dial through the network. */
  public Optional<InetSocketAddress> backing(int port) {
    return Optional.ofNullable(listeners.get(port)).map(Listener::backing);
  }

  /** Begins a rule of the script, which goes before every behaviour. */
  public ServerScript.Rule on(ServerPhase phase) {
    return script.on(phase);
  }

  /** Takes every rule of the script out of force. */
  public void clearScript() {
    script.clear();
  }

  /** Replaces the behaviours, for open connections too; the script stays. */
  public void behave(Behaviour... traits) {
    behaviours = withScript(List.of(traits));
  }

  /** Replaces the TLS identity for handshakes to come. */
  public void present(SSLContext newIdentity) {
    identity = newIdentity;
  }

  /** Speaks no newer TLS than {@code version}, such as TLSv1.2, in handshakes to come. */
  public void speakAtMost(String version) {
    newestTls = version;
  }

  /** The versions of TLS to speak, oldest first. */
  String[] tlsVersions() {
    return newestTls.equals("TLSv1.2")
        ? new String[] {"TLSv1.2"}
        : new String[] {"TLSv1.2", newestTls};
  }

  public ServerStatistics statistics() {
    return counters.snapshot();
  }

  /** Ends the server as a crash does: its ports refuse, its connections are reset. */
  @Override
  public void close() {
    listeners.values().forEach(Listener::close);
  }

  private List<Behaviour> withScript(List<Behaviour> traits) {
    List<Behaviour> all = new ArrayList<>();
    all.add(script);
    all.addAll(traits);
    return List.copyOf(all);
  }

  Settings settings() {
    return settings;
  }

  List<Behaviour> behaviours() {
    return behaviours;
  }

  /** The identity for a handshake; made at the first one, since many a test never comes to it. */
  SSLContext identity() {
    SSLContext presented = identity;
    if (presented == null) {
      synchronized (this) {
        presented = identity;
        if (presented == null) {
          presented = network.certificates().identity(host());
          identity = presented;
        }
      }
    }
    return presented;
  }

  ServerStatistics.Counters counters() {
    return counters;
  }

  SimulatedMailboxes mailboxes() {
    return network.mailboxes();
  }

  InstantSource clock() {
    return network.clock();
  }

  String nextQueueId() {
    return Long.toHexString(queueIds.incrementAndGet());
  }

  int connectionsOf(InetAddress client) {
    return connectionsByClient.getOrDefault(client, 0);
  }

  /** Stalls or resets the open connections through a port, or lets stalled ones go on. */
  void touch(int port, SimulatedNetwork.OpenConnections fate) {
    Listener listener = listeners.get(port);
    if (listener != null) {
      listener.touch(fate);
    }
  }

  /**
   * The client has closed; its connection counts no more, even if the server has not noticed yet.
   */
  void left(int port, InetSocketAddress client) {
    Listener listener = listeners.get(port);
    if (listener != null) {
      listener.left(client);
    }
  }

  /** One accepted connection, from accept to the end. */
  static final class Connection {
    private final SimulatedMailServer server;
    private final Listener listener;
    private final InetSocketAddress client;
    private final Wire wire;
    private final AtomicBoolean released = new AtomicBoolean();

    private Connection(
        SimulatedMailServer server, Listener listener, InetSocketAddress client, Wire wire) {
      this.server = server;
      this.listener = listener;
      this.client = client;
      this.wire = wire;
      server.counters.opened();
      server.connectionsByClient.merge(client.getAddress(), 1, Integer::sum);
    }

    Wire wire() {
      return wire;
    }

    int port() {
      return listener.port;
    }

    Security security() {
      return listener.security;
    }

    InetAddress client() {
      return client.getAddress();
    }

    /** Stops counting the connection as open; later calls do nothing. */
    void release() {
      if (released.compareAndSet(false, true)) {
        listener.open.remove(client, this);
        server.connectionsByClient.merge(client.getAddress(), -1, Integer::sum);
        server.counters.closed();
      }
    }
  }

  /** One port: the loopback socket behind it and the connections through it. */
  private final class Listener {
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final int port;
    private final Security security;
    private final ServerSocket socket;
    private final Wire.Gate gate = new Wire.Gate();
    private final Map<InetSocketAddress, Connection> open = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;

    Listener(int port, Security security, SimulatedNetwork.ListeningSockets sockets)
        throws IOException {
      this.port = port;
      this.security = security;
      socket = sockets.listen(settings.address(), port);
      acceptor =
          Thread.ofVirtual().name("simulated " + host() + ':' + port).unstarted(this::acceptAll);
    }

    InetSocketAddress backing() {
      return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    }

    void start() {
      acceptor.start();
    }

    private void acceptAll() {
      while (!socket.isClosed()) {
        try {
          Socket accepted = socket.accept();
          Thread thread =
              Thread.ofVirtual()
                  .name("simulated " + host() + ':' + port + " session")
                  .unstarted(() -> serve(accepted));
          threads.add(thread);
          thread.start();
        } catch (IOException e) {
          if (!socket.isClosed()) {
            log.warn(
                "Simulated server {} port {} cannot accept a connection and goes on",
                host(),
                port,
                e);
          }
        }
      }
    }

    private void serve(Socket accepted) {
      try (Wire wire = new Wire(accepted, gate, settings.limits().idle())) {
        InetSocketAddress client = (InetSocketAddress) accepted.getRemoteSocketAddress();
        Connection connection = new Connection(SimulatedMailServer.this, this, client, wire);
        open.put(client, connection);
        try {
          new SmtpDialogue(SimulatedMailServer.this, connection).run();
        } finally {
          connection.release();
        }
      } catch (EOFException | SocketException e) {
        log.trace("A client of {} port {} left", host(), port, e);
      } catch (IOException e) {
        log.debug("A connection to {} port {} ended early", host(), port, e);
      } finally {
        threads.remove(Thread.currentThread());
      }
    }

    void touch(SimulatedNetwork.OpenConnections fate) {
      gate.shut(fate == SimulatedNetwork.OpenConnections.STALL);
      if (fate == SimulatedNetwork.OpenConnections.RESET) {
        resetAll();
      }
    }

    void left(InetSocketAddress client) {
      Connection connection = open.get(client);
      if (connection != null) {
        connection.release();
      }
    }

    private void resetAll() {
      for (Connection connection : open.values()) {
        try {
          connection.release();
          connection.wire.reset();
        } catch (IOException e) {
          log.debug("A connection to {} port {} was gone before its reset", host(), port, e);
        }
      }
    }

    void close() {
      try {
        socket.close();
        // the descriptor of a socket that a virtual thread waits on is closed by that thread
        acceptor.join(CLOSING);
      } catch (IOException e) {
        log.warn("Simulated server {} cannot close port {}", host(), port, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      resetAll();
      threads.forEach(Thread::interrupt);
    }
  }
}
