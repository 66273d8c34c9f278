package io.portolan.sender.mailbox;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLSocket;

/**
 * Stands before the IMAP or POP3 server of a test and breaks what a test wants broken: answers
 * single commands itself, hangs up at them, or rewrites the server's lines. It speaks TLS, from the
 * first byte or after STARTTLS (STLS), and the server behind it none.
 */
final class BreakingServer implements AutoCloseable {
  /** An answer that hangs up instead. */
  static final String HANG_UP = "";

  /** An answer that leaves it to the server. */
  static final String ASK = "?";

  /** An answer that does not end for long: a byte now and then. */
  static final String DRIP = "*";

  static final int MOST_DRIPS = 3_000;

  /** Begins a record of TLS, of a handshake, of nearly the greatest length. */
  private static final String HANDSHAKE = "\u0016\u0003\u0003?\u00ff";

  private static final int PATIENCE_MILLIS = 20_000;

  private final ServerSocket listening;
  private final int behind;
  private final boolean isImplicitTls;
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Function<String, String> answers = _ -> ASK;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Runnable dripped = () -> {};
  private volatile boolean isHandshakeDripped;
  private volatile Function<String, String> rewriting = line -> line;

  BreakingServer(int behind, boolean isImplicitTls) throws IOException {
    this.behind = behind;
    this.isImplicitTls = isImplicitTls;
    listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::listen);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Tells what is answered to a command without its tag; {@link #ASK} to ask the server. */
  void answering(Function<String, String> answers) {
    this.answers = answers;
  }

  /** Is run after each byte that dripped. */
  void dripping(Runnable each) {
    dripped = each;
  }

  /** Answers no more than a byte now and then to who would speak TLS. */
  void drippingHandshakes() {
    isHandshakeDripped = true;
  }

  /** How often it was dialled. */
  int connections() {
    return sockets.size();
  }

  /** Changes lines of the server. */
  void rewriting(Function<String, String> lines) {
    rewriting = lines;
  }

  /** What was said to it, without tags. */
  List<String> commands() {
    return List.copyOf(commands);
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listening.close();
    for (Socket each : sockets) {
      each.close();
    }
  }

  private void listen() {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket plain) {
    sockets.add(plain);
    try (plain;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
      plain.setSoTimeout(PATIENCE_MILLIS);
      if (isHandshakeDripped) {
        Client client = new Client(plain);
        client.write(HANDSHAKE);
        drip(client);
        return;
      }
      Client client = new Client(isImplicitTls ? encrypted(plain) : plain);
      Thread back =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      answer(server.getInputStream(), client);
                    } catch (IOException e) {
                      // the client went
                    }
                  });
      ask(client, plain, server.getOutputStream());
      server.shutdownInput();
      back.join();
    } catch (IOException e) {
      // either side went
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(Client client, Socket plain, OutputStream server) throws IOException {
    for (String line = line(client.in()); !line.isEmpty(); line = line(client.in())) {
      boolean isTagged = line.matches("(?s)[A-Z]+\\d+ .*");
      String tag = isTagged ? line.substring(0, line.indexOf(' ')) : "";
      String command = line.substring(isTagged ? tag.length() + 1 : 0).strip();
      commands.add(command);
      if (command.equals("STARTTLS") || command.equals("STLS")) {
        client.write((isTagged ? tag + " OK" : "+OK") + " begin\r\n");
        client.to(encrypted(plain));
        continue;
      }
      String answer = answers.apply(command);
      if (answer.equals(ASK)) {
        server.write(line.getBytes(StandardCharsets.ISO_8859_1));
        server.flush();
      } else if (answer.equals(DRIP)) {
        drip(client);
        return;
      } else if (answer.isEmpty()) {
        return;
      } else {
        client.write((isTagged ? tag + " " : "") + answer + "\r\n");
      }
    }
  }

  private void drip(Client client) throws IOException {
    try {
      for (int i = 0; i < MOST_DRIPS && !closed.await(10, TimeUnit.MILLISECONDS); i++) {
        client.write("*");
        dripped.run();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause(); // the client went
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(InputStream server, Client client) throws IOException {
    InputStream buffered = new BufferedInputStream(server);
    for (String line = line(buffered); !line.isEmpty(); line = line(buffered)) {
      client.write(rewriting.apply(line));
    }
  }

  private static Socket encrypted(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            LocalhostIdentity.context()
                .getSocketFactory()
                .createSocket(plain, "localhost", plain.getPort(), true);
    socket.setUseClientMode(false);
    return socket;
  }

  /** A line with its end; empty at the end of all. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      line.write(octet);
      if (octet == '\n') {
        break;
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** The client's side, before and after STARTTLS. */
  private static final class Client {
    private Socket socket;

    Client(Socket socket) {
      this.socket = socket;
    }

    synchronized void to(Socket other) {
      socket = other;
    }

    synchronized void write(String text) {
      try {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private synchronized Socket current() {
      return socket;
    }

    InputStream in() throws IOException {
      return current().getInputStream();
    }
  }
}
