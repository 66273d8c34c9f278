package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.SimulatedMailServer.Security.IMPLICIT_TLS;
import static io.portolan.sender.simulation.SimulatedMailServer.Security.STARTTLS;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A network with one server, {@code mx.one.test}, that takes mail for {@code one.test} and has a
 * user.
 */
final class OneServer implements AutoCloseable {
  static final String HOST = "mx.one.test";
  static final String SENDER = "news@client.test";
  static final String RECIPIENT = "ann@one.test";

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final SimulatedNetwork network;
  private final SimulatedMailServer server;

  OneServer(Behaviour... behaviours) throws IOException {
    this(builder -> builder.behaving(behaviours));
  }

  OneServer(UnaryOperator<SimulatedNetwork.Builder> further) throws IOException {
    network = new SimulatedNetwork(clock());
    server =
        further
            .apply(
                network
                    .server(HOST)
                    .domains("one.test")
                    .accounts(Map.of("user", "secret"))
                    .listen(25, STARTTLS)
                    .listen(465, IMPLICIT_TLS))
            .start();
  }

  InstantSource clock() {
    return now::get;
  }

  void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  SimulatedNetwork network() {
    return network;
  }

  SimulatedMailServer server() {
    return server;
  }

  SimulatedMailboxes mailboxes() {
    return network.mailboxes();
  }

  List<StoredMessage> received() {
    return mailboxes().of(RECIPIENT);
  }

  /**
   * Waits until the server's statistics are so: what it notices last of a connection, no answer
   * tells.
   */
  ServerStatistics await(Predicate<ServerStatistics> condition) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.test(server.statistics())) {
      if (deadline - System.nanoTime() < 0) {
        throw new AssertionError("Not so within " + TIMEOUT + ": " + server.statistics());
      }
      LockSupport.parkNanos(1_000_000);
    }
    return server.statistics();
  }

  /** A connection on which nothing was read yet. */
  RawSmtpClient connect() throws IOException {
    return connect(25);
  }

  RawSmtpClient connect(int port) throws IOException {
    return new RawSmtpClient(network.dial(HOST, port, TIMEOUT));
  }

  /** A connection after banner and EHLO. */
  RawSmtpClient greeted() throws IOException {
    return connect().greeted();
  }

  /** A connection after STARTTLS and the EHLO behind it. */
  RawSmtpClient encrypted() throws IOException {
    RawSmtpClient client = greeted().startTls(network.certificates().clientContext(), HOST);
    client.command("EHLO client.test");
    return client;
  }

  @Override
  public void close() throws IOException {
    network.close();
  }
}
