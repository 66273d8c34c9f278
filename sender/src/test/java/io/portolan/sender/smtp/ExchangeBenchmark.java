package io.portolan.sender.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.smtp.Transaction.Replied;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures the exchange alone: prebuilt messages of 2 KB over kept-open sessions on virtual threads
 * into a sink, grouped and one by one. Prints messages a second, and the CPU time that a message
 * costs on our side, which a busy machine changes less.
 *
 * <p>Arguments: messages (200,000), sessions (20), and the address and port of a sink that offers
 * PIPELINING, such as Postfix's {@code smtp-sink}; without them the sink runs here on threads of
 * its own, whose CPU time is not counted.
 */
final class ExchangeBenchmark {
  private static final PrintStream OUT = System.out;
  private static final Envelope ENVELOPE =
      new Envelope("bounce+token@sender.test", "recipient@receiver.test");

  private final int messages;
  private final int sessions;

  private ExchangeBenchmark(int messages, int sessions) {
    this.messages = messages;
    this.sessions = sessions;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int messages = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
    int sessions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    ExchangeBenchmark benchmark = new ExchangeBenchmark(messages, sessions);
    if (arguments.length > 3) {
      benchmark.measure("grouped", arguments[2], Integer.parseInt(arguments[3]), Optional.empty());
      return;
    }
    for (int round = 0; round < 3; round++) {
      for (boolean pipelining : new boolean[] {true, false}) {
        try (Sink sink = new Sink(pipelining)) {
          benchmark.measure(
              pipelining ? "grouped" : "one by one",
              InetAddress.getLoopbackAddress().getHostAddress(),
              sink.port(),
              Optional.of(sink));
        }
      }
    }
  }

  private void measure(String what, String address, int port, Optional<Sink> sink)
      throws InterruptedException {
    byte[] message = message(2048);
    SessionTarget target =
        new SessionTarget(
            new Path(Path.DIRECT, port, TlsMode.NONE),
            "sink.test",
            List.of(address),
            Optional.empty(),
            "sender.test",
            Timeouts.DEFAULT);
    AtomicInteger left = new AtomicInteger(messages);
    try (DeadlineWatch watch = new DeadlineWatch()) {
      SessionOpener opener = new SessionOpener(new SocketDialer(), TlsTrust.ofPlatform(), watch);
      long start = System.nanoTime();
      long cpu = processCpuNanos();
      List<Thread> workers = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        workers.add(Thread.ofVirtual().start(() -> sendAll(opener, target, message, left)));
      }
      for (Thread worker : workers) {
        worker.join();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      long sinkCpu = sink.isPresent() ? sink.get().join() : 0;
      double micros = (processCpuNanos() - cpu - sinkCpu) / 1e3 / messages;
      OUT.printf(
          "%-10s %,9.0f messages/s; CPU a message: %.1f us here, %.1f us in the sink%n",
          what, messages / seconds, micros, sinkCpu / 1e3 / messages);
    }
  }

  private static void sendAll(
      SessionOpener opener, SessionTarget target, byte[] message, AtomicInteger left) {
    if (!(opener.open(target) instanceof Opening.Opened(SmtpSession session))) {
      throw new IllegalStateException("the sink cannot be reached");
    }
    try (session) {
      while (left.getAndDecrement() > 0) {
        if (!(session.send(ENVELOPE, message) instanceof Replied reply && reply.accepted())) {
          throw new IllegalStateException("the sink took a message not");
        }
      }
    }
  }

  private static byte[] message(int octets) {
    String header = "Message-ID: <1@sender.test>\r\nSubject: Hello\r\n\r\n";
    String line = "x".repeat(70) + "\r\n";
    return Arrays.copyOf(
        (header + line.repeat(octets / line.length() + 1)).getBytes(US_ASCII), octets);
  }

  private static long processCpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** A server that takes everything and keeps nothing. */
  private static final class Sink implements AutoCloseable {
    private static final byte[] OK = "250 2.0.0 Ok\r\n".getBytes(US_ASCII);
    private static final byte[] GO_AHEAD =
        "354 End data with <CR><LF>.<CR><LF>\r\n".getBytes(US_ASCII);
    private static final byte[] BYE = "221 2.0.0 Bye\r\n".getBytes(US_ASCII);

    private final ServerSocket socket;
    private final byte[] ehlo;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private final LongAdder cpuNanos = new LongAdder();

    Sink(boolean pipelining) throws IOException {
      socket = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
      ehlo =
          ("250-sink.test\r\n" + (pipelining ? "250-PIPELINING\r\n" : "") + "250 8BITMIME\r\n")
              .getBytes(US_ASCII);
      Thread.ofPlatform().daemon().start(this::acceptAll);
    }

    int port() {
      return socket.getLocalPort();
    }

    private void acceptAll() {
      while (!socket.isClosed()) {
        try {
          Socket client = socket.accept();
          Thread thread = Thread.ofPlatform().daemon().unstarted(() -> serve(client));
          threads.add(thread);
          thread.start();
        } catch (IOException e) {
          return; // closed
        }
      }
    }

    /** Waits until every client has left and returns the CPU time that serving them took. */
    long join() throws InterruptedException {
      for (Thread thread : threads) {
        thread.join();
      }
      return cpuNanos.sum();
    }

    private void serve(Socket client) {
      try (client) {
        client.setTcpNoDelay(true);
        BufferedInputStream in = new BufferedInputStream(client.getInputStream(), 16 * 1024);
        OutputStream out = client.getOutputStream();
        out.write("220 sink.test\r\n".getBytes(US_ASCII));
        byte[] answers = new byte[1024];
        int pending = 0;
        while (true) {
          if (in.available() == 0) {
            out.write(answers, 0, pending);
            pending = 0;
          }
          byte[] answer =
              switch (command(in)) {
                case 'E' -> ehlo;
                case 'D' -> {
                  out.write(answers, 0, pending);
                  out.write(GO_AHEAD);
                  pending = 0;
                  skipMessage(in);
                  yield OK;
                }
                case 'Q' -> BYE;
                case -1 -> new byte[0];
                default -> OK;
              };
          if (answer.length == 0) {
            return;
          }
          System.arraycopy(answer, 0, answers, pending, answer.length);
          pending += answer.length;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        cpuNanos.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
      }
    }

    /** Reads a line and returns its first octet; -1 at the end. */
    private static int command(InputStream in) throws IOException {
      int first = in.read();
      int octet = first;
      while (octet >= 0 && octet != '\n') {
        octet = in.read();
      }
      return first;
    }

    private static void skipMessage(InputStream in) throws IOException {
      int matched = 2; // at the start of a line
      byte[] end = "\r\n.\r\n".getBytes(US_ASCII);
      while (matched < end.length) {
        int octet = in.read();
        if (octet < 0) {
          throw new IOException("the client left amid a message");
        }
        matched = octet == end[matched] ? matched + 1 : octet == '\r' ? 1 : 0;
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
