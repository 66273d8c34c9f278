package io.portolan.api.bench;

import io.portolan.api.application.TemporaryHome;
import io.portolan.api.sink.BenchException;
import io.portolan.api.sink.OwnProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code portolan bench start}: how long {@code serve} takes from the start of its process until it
 * is ready, that is until {@code GET /health} says that it and its database are up.
 */
@Command(
    name = "start",
    description =
        "Measures how long serve takes from its process's start until it is ready, over an embedded"
            + " database that exists.")
final class StartCommand implements Callable<Integer> {
  private static final int MOST_RUNS = 50;
  private static final int OK = 200;
  private static final Pattern SERVES = Pattern.compile("Portolan serves at (\\S+)");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How many starts after the first, which makes the database; 1 to 50 (default:"
              + " ${DEFAULT-VALUE}).")
  private int runs;

  @Option(names = "--json", description = "Print the result as JSON, for scripts.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /**
   * What it measured, in seconds.
   *
   * @param median of {@code runs}
   * @param first with a database to be made
   */
  record StartReport(String measure, double median, List<Double> runs, double first) {
    StartReport {
      runs = List.copyOf(runs);
    }

    static StartReport of(double first, List<Double> runs) {
      List<Double> sorted = runs.stream().sorted().toList();
      double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
      return new StartReport("start", median, runs, first);
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%n  start to ready %10.2f s, the median of %s%n  first start    %10.2f s, which made the"
              + " database",
          median,
          runs.stream()
              .map(each -> String.format(Locale.ROOT, "%.2f", each))
              .collect(Collectors.joining(", ")),
          first);
    }
  }

  @Override
  public Integer call() throws IOException {
    WayOptions.within(spec, "--runs", runs, 1, MOST_RUNS);
    return BenchRun.of(
        spec,
        json,
        (home, screen) -> {
          screen.say("starting serve for the first time");
          double first = start(home);
          List<Double> times = new ArrayList<>();
          for (int run = 1; run <= runs; run++) {
            screen.say("start " + run + " of " + runs);
            times.add(start(home));
          }
          StartReport report = StartReport.of(first, times);
          return new BenchRun.Result(json ? BenchReport.json(report) : report.text(), true);
        });
  }

  /** Starts serve, waits until it is ready, and stops it; the seconds between the first two. */
  private static double start(TemporaryHome home) throws IOException, InterruptedException {
    Path errors = home.directory().resolve("serve.log");
    ProcessBuilder builder =
        OwnProcess.of(OwnProcess.LAUNCHER_OPTIONS, List.of("serve"))
            .directory(home.directory().toFile())
            .redirectError(errors.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PORTOLAN_"));
    environment.put("PORTOLAN_DATABASE_DIRECTORY", home.database().toString());
    environment.put("PORTOLAN_HTTP_PORT", "0");
    environment.put("PORTOLAN_HTTP_UPLOAD_DIRECTORY", home.uploads().toString());
    // nobody answers there: a bench looks nothing up and dials nobody
    environment.put("PORTOLAN_DNS_SERVERS", "127.0.0.1:9");
    long start = System.nanoTime();
    Process process = OwnProcess.start(builder, PATIENCE);
    try {
      awaitReady(process, errors);
      return (System.nanoTime() - start) / 1e9;
    } finally {
      OwnProcess.end(process, PATIENCE);
    }
  }

  private static void awaitReady(Process process, Path errors)
      throws IOException, InterruptedException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher serves = SERVES.matcher(line);
      if (serves.find()) {
        try (HttpClient http = HttpClient.newHttpClient()) {
          HttpResponse<String> health =
              http.send(
                  HttpRequest.newBuilder(URI.create(serves.group(1) + "/health"))
                      .timeout(PATIENCE)
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
          if (health.statusCode() != OK) {
            throw new BenchException("serve is up and not well: " + health.body());
          }
        }
        return;
      }
    }
    throw new BenchException("serve did not start: " + Files.readString(errors).strip());
  }
}
