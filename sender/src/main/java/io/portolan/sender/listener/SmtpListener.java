package io.portolan.sender.listener;

import io.portolan.core.feedback.Source;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.intake.PeopleMail;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mail for the bounce domain by SMTP (RFC 5321). A mail is acknowledged when what it says is
 * committed, so that whoever brought it keeps it until then.
 *
 * <p>Thread-safe; one virtual thread a connection.
 */
public final class SmtpListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);
  private static final int BACKLOG = 128;
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);
  private static final byte[] TOO_MANY =
      "421 4.7.0 Too many connections, try again later\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ListenerSettings settings;
  private final Parts parts;
  private final PeerLimits limits;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Thread accepting;

  /**
   * What the sessions work with.
   *
   * @param nanoTime a clock that runs evenly
   */
  public record Parts(
      MailIntake intake,
      PeopleMail people,
      SSLContext tls,
      DeadlineWatch deadlines,
      LongSupplier nanoTime) {
    IntakeCounts counts() {
      return intake.counts();
    }
  }

  private SmtpListener(ListenerSettings settings, Parts parts, ServerSocket server) {
    this.settings = settings;
    this.parts = parts;
    this.server = server;
    limits = new PeerLimits(settings, parts.nanoTime().getAsLong());
    accepting = Thread.ofPlatform().name("smtp-listener").daemon().start(this::accept);
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if the address is not to be had
   */
  public static SmtpListener start(ListenerSettings settings, Parts parts) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(settings.address(), BACKLOG);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    log.info("The listener for bounces listens on {}", server.getLocalSocketAddress());
    return new SmtpListener(settings, parts, server);
  }

  /** The port on which it listens. */
  public int port() {
    return server.getLocalPort();
  }

  /** How many connections there are. */
  public int connections() {
    return limits.connections();
  }

  /** Hangs up. A mail that is being committed is committed, and brought again by its peer. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.debug("the listening socket did not close", e);
    }
    open.forEach(SmtpListener::hangUp);
    try {
      accepting.join(settings.timeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().name("smtp-intake").start(() -> serve(socket));
      } catch (IOException e) {
        if (!server.isClosed()) {
          log.warn("A connection could not be accepted: {}", e.toString());
          pause();
        }
      }
    }
  }

  private void serve(Socket socket) {
    InetAddress peer = socket.getInetAddress();
    open.add(socket);
    DeadlineWatch.Guard guard = parts.deadlines().guard(socket);
    try {
      if (server.isClosed()) {
        return;
      }
      if (!limits.open(peer, parts.nanoTime().getAsLong())) {
        parts.counts().count(Source.SMTP, IntakeCounts.Result.LIMITED);
        guard.within(settings.timeout());
        socket.getOutputStream().write(TOO_MANY);
        return;
      }
      try {
        socket.setTcpNoDelay(true);
        new ListenerSession(settings, parts, limits, socket, guard).run();
      } finally {
        limits.closed(peer);
      }
    } catch (IOException e) {
      log.debug("{} hung up or was late: {}", peer, e.toString());
    } catch (RuntimeException e) {
      log.error("The conversation with {} broke", peer, e);
    } finally {
      guard.release();
      open.remove(socket);
      hangUp(socket);
    }
  }

  private static void hangUp(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("a socket did not close", e);
    }
  }

  /** Where no file descriptor is to be had, trying at once again would take all of a core. */
  private static void pause() {
    try {
      Thread.sleep(ACCEPT_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
