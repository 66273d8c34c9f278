package io.portolan.api.system;

import io.portolan.api.Main;
import io.portolan.core.Eventually;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code portolan serve} in a process of its own, with the options that the launcher gives it and
 * nothing of the tests on its class path.
 */
public final class ServeProcess implements AutoCloseable {
  private static final Pattern SERVES = Pattern.compile("Portolan serves at (\\S+)");
  private static final Pattern KEY = Pattern.compile("export PORTOLAN_API_KEY=(\\S+)");
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;

  private ServeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts the product on this host, and waits until it serves. */
  public static ServeProcess start(
      Path directory, String configuration, Map<String, String> environment) throws IOException {
    return start(directory, configuration, environment, UnaryOperator.identity());
  }

  /**
   * Starts the product, and waits until it serves.
   *
   * @param directory where it runs; its configuration and its log are put there
   * @param configuration the content of its configuration file
   * @param elsewhere makes its command one that runs on another host
   */
  public static ServeProcess start(
      Path directory,
      String configuration,
      Map<String, String> environment,
      UnaryOperator<List<String>> elsewhere)
      throws IOException {
    Path file = Files.writeString(directory.resolve("portolan.yaml"), configuration);
    Path log = Files.createTempFile(directory, "serve-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(elsewhere.apply(command(file)))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // what is set for the tests is none of the product's settings
    builder.environment().keySet().removeIf(name -> name.startsWith("PORTOLAN_"));
    builder.environment().putAll(environment);
    ServeProcess serve = new ServeProcess(builder.start(), log);
    try {
      Eventually.value(
          "serve is up", START, serve::log, text -> serves(text).isPresent() || !serve.isAlive());
      if (!serve.isAlive()) {
        throw new AssertionError("serve ended: " + serve.log());
      }
      return serve;
    } catch (AssertionError e) {
      serve.kill();
      throw e;
    }
  }

  private static List<String> command(Path configuration) {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    return new ArrayList<>(
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx512m",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            Main.class.getName(),
            "serve",
            "--config",
            configuration.toString()));
  }

  /** Where it says that it serves; on another host this is as seen from there. */
  public URI url() {
    return URI.create(serves(log()).orElseThrow());
  }

  /**
   * The key that it shows at its first start on an empty database, after it says that it serves.
   */
  public String firstKey() {
    return Eventually.value(
            "a first key is shown",
            () -> KEY.matcher(log()).results().findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .group(1);
  }

  /** What it has said so far. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The process, for signals. */
  public long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    ended(STOP);
  }

  /** Stops it as SIGTERM does. */
  @Override
  public void close() {
    process.destroy();
    if (!ended(STOP)) {
      kill();
      throw new AssertionError("serve does not stop: " + log());
    }
  }

  private boolean ended(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Optional<String> serves(String text) {
    Matcher serves = SERVES.matcher(text);
    return serves.find() ? Optional.of(serves.group(1)) : Optional.empty();
  }
}
