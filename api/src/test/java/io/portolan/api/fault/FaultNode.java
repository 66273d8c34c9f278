package io.portolan.api.fault;

import io.portolan.api.system.ServeProcess;
import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.LabHost;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A host on which {@code serve} runs, is killed and is started again. Not thread-safe. */
final class FaultNode implements AutoCloseable {
  private static final int API = 8025;
  private static final Pattern NAME = Pattern.compile("node (\\S+) schedules");

  private final LabHost host;
  private final Path directory;
  private final String configuration;
  private final Map<String, String> environment;
  private final URI url;
  private @Nullable ServeProcess serve;

  /**
   * @param hasClock whether it runs by a clock of its own, which can be set
   */
  FaultNode(LabHost host, Path directory, String configuration, boolean hasClock)
      throws IOException {
    this.host = host;
    this.directory = Files.createDirectories(directory);
    environment = hasClock ? ownClock() : Map.of();
    this.configuration = "http:\n  port: " + API + "\n" + configuration;
    url = URI.create("http://127.0.0.1:" + host.fromOutside(API).getPort());
  }

  LabHost host() {
    return host;
  }

  /** Where the test reaches its API. */
  URI url() {
    return url;
  }

  void start() throws IOException {
    serve = ServeProcess.start(directory, configuration, environment, host::command);
  }

  ServeProcess serve() {
    if (serve == null) {
      throw new IllegalStateException("not started");
    }
    return serve;
  }

  /** The CPU time of its process; none while it does not run. */
  Duration cpu() {
    return serve == null || !serve.isAlive()
        ? Duration.ZERO
        : ProcessHandle.of(serve.pid())
            .flatMap(each -> each.info().totalCpuDuration())
            .orElseThrow();
  }

  /** The name of this run of the node in the cluster. */
  String name() {
    Matcher name = NAME.matcher(serve().log());
    if (!name.find()) {
      throw new AssertionError("no name is logged: " + serve().log());
    }
    return name.group(1);
  }

  void freeze() throws IOException {
    signal("STOP");
  }

  void thaw() throws IOException {
    signal("CONT");
  }

  /** Sets its clock, so much from the right time, while it runs. */
  void setClock(Duration off) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(off.toSeconds()).flip();
    try (FileChannel file =
        FileChannel.open(clock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(seconds, 0);
    }
  }

  private Path clock() {
    return directory.resolve("clock");
  }

  /** Makes the process see the clock that is set here, instead of the machine's. */
  private Map<String, String> ownClock() throws IOException {
    setClock(Duration.ZERO);
    Path source = directory.resolve("clock.c");
    try (InputStream text =
        Objects.requireNonNull(FaultNode.class.getResourceAsStream("clock.c"))) {
      Files.copy(text, source);
    }
    Path library = directory.resolve("clock.so");
    Commands.run(
        List.of("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString()));
    return Map.of("LD_PRELOAD", library.toString(), "CLOCK_OF_THIS_PROCESS", clock().toString());
  }

  @Override
  public void close() {
    if (serve != null && serve.isAlive()) {
      serve.close();
    }
  }

  private void signal(String name) throws IOException {
    Commands.run(List.of("sh", "-c", "kill -" + name + " " + serve().pid()));
  }
}
