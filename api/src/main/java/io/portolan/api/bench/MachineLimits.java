package io.portolan.api.bench;

import io.portolan.api.sink.BenchException;
import io.portolan.api.sink.Sink;
import io.portolan.api.sink.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures what other programs do on this machine with nothing else at work: the most that a sender
 * can be held against, without the delay that a bench may have put before the sink. What cannot be
 * measured is left out and said.
 */
final class MachineLimits {
  private static final int MESSAGES = 20_000;
  private static final int WARM_UP = 2_000;
  private static final int ROUNDS = 3;
  private static final int SIGN_SECONDS = 2;
  private static final Pattern SIGNATURES =
      Pattern.compile("^rsa 2048 bits\\s+\\S+\\s+\\S+\\s+([0-9.]+)", Pattern.MULTILINE);
  private static final Pattern QUEUE = Pattern.compile("^rate ([0-9.]+)$", Pattern.MULTILINE);
  private static final String QUEUE_SCRIPT = "postfix-queue.sh";

  private final BenchSettings settings;
  private final Sink sink;
  private final BenchScreen screen;

  MachineLimits(BenchSettings settings, Sink sink, BenchScreen screen) {
    this.settings = settings;
    this.sink = sink;
    this.screen = screen;
  }

  /**
   * Measures.
   *
   * @param directory for what the programs need
   */
  BenchReport.Limits measure(Path directory) throws IOException, InterruptedException {
    return switch (settings.limits()) {
      case NONE -> BenchReport.Limits.NONE;
      case USUAL -> new BenchReport.Limits(smtpSource(), signatures(), Optional.empty());
      case ALL -> new BenchReport.Limits(smtpSource(), signatures(), postfixQueue(directory));
    };
  }

  /** Postfix's own load generator, in C, into the same sink over as many connections. */
  private Optional<Double> smtpSource() throws IOException, InterruptedException {
    Optional<Path> program = found("smtp-source", "postfix");
    if (program.isEmpty()) {
      return Optional.empty();
    }
    screen.say("measuring smtp-source into the same sink");
    source(program.get(), WARM_UP);
    OptionalDouble best = OptionalDouble.empty();
    for (int round = 0; round < ROUNDS; round++) {
      double rate = source(program.get(), MESSAGES);
      best = OptionalDouble.of(Math.max(rate, best.orElse(0)));
    }
    return Optional.of(best.orElseThrow());
  }

  private double source(Path program, int messages) throws IOException, InterruptedException {
    long start = System.nanoTime();
    run(
        List.of(
            program.toString(),
            "-d",
            "-s",
            Integer.toString(settings.way().connections()),
            "-m",
            Integer.toString(messages),
            "-l",
            Integer.toString(settings.bytes()),
            "-f",
            "bench@portolan.test",
            "-t",
            "person@bench-1.test",
            "127.0.0.1:" + sink.directPort()));
    return messages / ((System.nanoTime() - start) / 1e9);
  }

  /** OpenSSL's signatures on all cores: the most messages that can be signed. */
  private Optional<Double> signatures() throws IOException, InterruptedException {
    Optional<Path> program = found("openssl", "openssl");
    if (program.isEmpty()) {
      return Optional.empty();
    }
    screen.say("measuring OpenSSL's RSA-2048 signatures on all cores");
    String output =
        run(
            List.of(
                program.get().toString(),
                "speed",
                "-seconds",
                Integer.toString(SIGN_SECONDS),
                "-multi",
                Integer.toString(Runtime.getRuntime().availableProcessors()),
                "rsa2048"));
    return number(SIGNATURES, output, "openssl speed");
  }

  /** A private Postfix that takes messages into its queue and delivers them to the same sink. */
  private Optional<Double> postfixQueue(Path directory) throws IOException, InterruptedException {
    if (!Tools.isRoot()) {
      screen.say("the Postfix queue is not measured: Postfix has to be started by root");
      return Optional.empty();
    }
    if (found("postfix", "postfix").isEmpty()) {
      return Optional.empty();
    }
    screen.say("measuring a Postfix queue into the same sink");
    Path script = directory.resolve(QUEUE_SCRIPT);
    try (InputStream resource = MachineLimits.class.getResourceAsStream(QUEUE_SCRIPT)) {
      if (resource == null) {
        throw new IllegalStateException(QUEUE_SCRIPT + " is not on the class path");
      }
      Files.copy(resource, script);
    }
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.add(directory.resolve("postfix").toString());
    command.add(Integer.toString(sink.directPort()));
    command.add(Integer.toString(MESSAGES / 2));
    command.add(Integer.toString(settings.bytes()));
    return number(QUEUE, run(command), "the Postfix queue");
  }

  private Optional<Path> found(String program, String debianPackage) {
    Optional<Path> path = Tools.find(program);
    if (path.isEmpty()) {
      screen.say(program + " is not there; Debian's package " + debianPackage + " has it");
    }
    return path;
  }

  private Optional<Double> number(Pattern pattern, String output, String what) {
    Optional<Double> number = number(pattern, output);
    if (number.isEmpty()) {
      screen.say("the output of " + what + " is not understood, and its rate is left out");
    }
    return number;
  }

  /** What {@code openssl speed rsa2048} prints as signatures a second. */
  static Optional<Double> signatures(String output) {
    return number(SIGNATURES, output);
  }

  private static Optional<Double> number(Pattern pattern, String output) {
    Matcher found = pattern.matcher(output);
    return found.find() ? Optional.of(Double.parseDouble(found.group(1))) : Optional.empty();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Tools.Result result = Tools.run(command);
    if (result.exitCode() != 0) {
      throw new BenchException(
          String.join(" ", command)
              + " failed with exit code "
              + result.exitCode()
              + ": "
              + result.output().strip());
    }
    return result.output();
  }
}
