package io.portolan.api.fault;

import io.portolan.api.system.ServeProcess;
import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.LabHost;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
  private final URI url;
  private @Nullable ServeProcess serve;

  FaultNode(LabHost host, Path directory, String configuration) throws IOException {
    this.host = host;
    this.directory = Files.createDirectories(directory);
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
    serve = ServeProcess.start(directory, configuration, Map.of(), host::command);
  }

  ServeProcess serve() {
    if (serve == null) {
      throw new IllegalStateException("not started");
    }
    return serve;
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
