package io.portolan.api.sink;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Postfix's {@code smtp-sink} on a free port of the loopback: takes every message, keeps none and
 * counts them. Not thread-safe.
 */
final class PostfixSink implements Sink {
  private static final String PROGRAM = "smtp-sink";
  private static final int BACKLOG = 1_000;
  private static final Duration START = Duration.ofSeconds(10);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final int TAIL = 256;
  private static final Pattern MESSAGES = Pattern.compile("mesg=(\\d+)");

  private final Process process;
  private final Path counters;
  private final int port;

  private PostfixSink(Process process, Path counters, int port) {
    this.process = process;
    this.counters = counters;
    this.port = port;
  }

  /**
   * Starts a sink.
   *
   * @param directory for its counters
   * @throws BenchException if it is not installed or does not start
   */
  static PostfixSink start(Path directory) throws IOException, InterruptedException {
    Path program =
        Tools.find(PROGRAM)
            .orElseThrow(
                () ->
                    new BenchException(
                        "The bench needs smtp-sink and does not find it; install Debian's package"
                            + " postfix, or take --sink internal."));
    int port = freePort();
    Path counters = directory.resolve("sink");
    List<String> command = new ArrayList<>(List.of(program.toString(), "-c"));
    if (Tools.isRoot()) {
      // it does not run as root, and says so
      command.addAll(List.of("-u", "nobody"));
    }
    command.addAll(List.of("127.0.0.1:" + port, Integer.toString(BACKLOG)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(counters.toFile())
            .start();
    PostfixSink sink = new PostfixSink(process, counters, port);
    sink.awaitStart();
    return sink;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int directPort() {
    return port;
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public long messages() throws IOException {
    long last = 0;
    Matcher counts = MESSAGES.matcher(tail());
    while (counts.find()) {
      last = Long.parseLong(counts.group(1));
    }
    return last;
  }

  @Override
  public Map<String, Long> breaches() {
    return Map.of(); // it takes whatever comes
  }

  @Override
  public void close() {
    OwnProcess.end(process, STOP);
  }

  private void awaitStart() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        close();
        throw new BenchException(PROGRAM + " does not start: " + tail().strip());
      }
      Thread.sleep(20);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) START.toMillis());
      return true;
    } catch (IOException e) {
      return false; // not yet
    }
  }

  /** The end of what it has written, where the last counters are. */
  private String tail() throws IOException {
    if (!Files.exists(counters)) {
      return "";
    }
    try (RandomAccessFile file = new RandomAccessFile(counters.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - TAIL));
      byte[] end = new byte[(int) (file.length() - file.getFilePointer())];
      file.readFully(end);
      return new String(end, StandardCharsets.US_ASCII);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }
}
