package io.portolan.api.bench;

import io.portolan.api.sink.SinkKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options of every bench that sends: where to, how much at a time, and what to measure beside.
 */
final class WayOptions {
  private static final int FEWEST_BYTES = 2_048;
  private static final int MOST_BYTES = 1_048_576;
  private static final int MOST_CONNECTIONS = 400;
  private static final int MOST_MILLIS = 2_000;

  @Option(
      names = "--sink",
      paramLabel = "WHICH",
      defaultValue = "smtp-sink",
      description =
          "Where to: smtp-sink, which is Postfix's, or internal, our own in another JVM"
              + " (default: ${DEFAULT-VALUE}).")
  private String sink = "";

  @Option(
      names = {"--size", "--bytes"},
      paramLabel = "BYTES",
      defaultValue = "2048",
      description = "Size of a message, 2,048 to 1,048,576 bytes (default: ${DEFAULT-VALUE}).")
  private int bytes;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "20",
      description = "SMTP connections at a time, 1 to 400 (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--rtt",
      paramLabel = "MS",
      defaultValue = "0",
      description =
          "Delay each way to the sink by half of so many milliseconds, 0 to 2,000 (default: none).")
  private int roundTripMillis;

  @Option(
      names = "--limits",
      paramLabel = "WHICH",
      defaultValue = "usual",
      description =
          "Limits of this machine to measure too: none, usual (smtp-source and OpenSSL), or all"
              + " (a Postfix queue too, as root) (default: ${DEFAULT-VALUE}).")
  private String limits = "";

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description =
          "Keep the recording (JFR) of this process while it sent, and show the ten methods with"
              + " most CPU time.")
  private Optional<Path> profile = Optional.empty();

  @Option(names = "--json", description = "Print the result as JSON, for scripts.")
  private boolean json;

  /**
   * Where a recording is kept, if it is.
   *
   * @throws ParameterException if nothing can be written there
   */
  Optional<Path> profile(CommandSpec spec) {
    profile.ifPresent(file -> checkFolder(spec, file));
    return profile;
  }

  boolean json() {
    return json;
  }

  /**
   * The settings that these options and a command's own make.
   *
   * @throws ParameterException for a value out of its range
   */
  BenchSettings settings(CommandSpec spec, int recipients, int warmUp, boolean signed) {
    within(spec, "--size", bytes, FEWEST_BYTES, MOST_BYTES);
    within(spec, "--connections", connections, 1, MOST_CONNECTIONS);
    within(spec, "--rtt", roundTripMillis, 0, MOST_MILLIS);
    SinkKind kind =
        SinkKind.of(sink)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "--sink is \"" + sink + "\"; give " + sinks()));
    LimitsMode mode =
        switch (limits.toLowerCase(Locale.ROOT)) {
          case "none" -> LimitsMode.NONE;
          case "usual" -> LimitsMode.USUAL;
          case "all" -> LimitsMode.ALL;
          default ->
              throw new ParameterException(
                  spec.commandLine(), "--limits is \"" + limits + "\"; give none, usual or all");
        };
    return new BenchSettings(
        recipients,
        warmUp,
        bytes,
        signed,
        new BenchSettings.Way(kind, connections, Duration.ofMillis(roundTripMillis)),
        mode);
  }

  /**
   * @throws ParameterException for a value out of its range
   */
  static void within(CommandSpec spec, String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " is " + value + "; give " + least + " to " + most);
    }
  }

  private static String sinks() {
    return Arrays.stream(SinkKind.values()).map(SinkKind::word).collect(Collectors.joining(" or "));
  }

  private static void checkFolder(CommandSpec spec, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isWritable(folder)) {
      throw new ParameterException(
          spec.commandLine(),
          "--profile is \"" + file + "\", where no file can be written; give another");
    }
  }
}
