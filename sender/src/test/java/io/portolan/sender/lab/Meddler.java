package io.portolan.sender.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A host on the way that speaks in the place of others: it passes on what they say as it likes.
 * Until it is closed, one sender's connections to the targets end here.
 */
public final class Meddler implements AutoCloseable {
  private static final int FIRST_PORT = 2600;

  private final LabHost host;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final UnaryOperator<String> says;
  private final Duration delay;

  private Meddler(LabHost host, UnaryOperator<String> says, Duration delay) {
    this.host = host;
    this.says = says;
    this.delay = delay;
  }

  /** The way on which it sits: from a sender to a port of the targets. */
  public record Way(LabHost host, LabHost sender, List<LabHost> targets, int port) {}

  /**
   * Puts a host between a sender and a port of the targets.
   *
   * @param says what becomes of each line that a target says, with its end
   * @param delay of each piece, in either direction
   */
  public static Meddler between(NetworkLab lab, Way way, UnaryOperator<String> says, Duration delay)
      throws IOException {
    Meddler meddler = lab.keep(new Meddler(way.host(), says, delay));
    int number = 0;
    for (LabHost target : way.targets()) {
      int here = FIRST_PORT + number++;
      var listener = lab.keep(way.host().listen(way.host().address(), here));
      Thread.ofVirtual().start(() -> meddler.accept(listener, target, way.port()));
      lab.keep(
          lab.rules(
              "type nat hook prerouting priority -100;",
              "ip saddr %s ip daddr %s tcp dport %d dnat ip to %s:%d"
                  .formatted(
                      way.sender().address().getHostAddress(),
                      target.address().getHostAddress(),
                      way.port(),
                      way.host().address().getHostAddress(),
                      here)));
    }
    return meddler;
  }

  private void accept(ServerSocket listener, LabHost target, int port) {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> join(client, target, port));
      } catch (IOException e) {
        // closed: the loop ends
      }
    }
  }

  private void join(Socket client, LabHost target, int port) {
    sockets.add(client);
    try {
      Socket server = host.dial(target.address(), port);
      sockets.add(server);
      Thread.ofVirtual().start(() -> pass(client, server, UnaryOperator.identity()));
      pass(server, client, says);
    } catch (IOException e) {
      forget(client);
    }
  }

  /** Passes pieces on as they come: SMTP says a reply in one, TLS comes as octets. */
  private void pass(Socket from, Socket to, UnaryOperator<String> change) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] piece = new byte[16_384];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        TimeUnit.NANOSECONDS.sleep(
            delay.toNanos()); // the length of the way, not a wait for anything
        out.write(changed(new String(piece, 0, count, ISO_8859_1), change).getBytes(ISO_8859_1));
        out.flush();
      }
    } catch (IOException e) {
      // one side is gone: both are closed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static String changed(String piece, UnaryOperator<String> change) {
    return Stream.of(piece.split("(?<=\n)")).map(change).collect(Collectors.joining());
  }

  private void forget(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
