package io.portolan.api.bench;

import io.portolan.api.application.Application;
import io.portolan.api.application.TemporaryHome;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.profile.CpuTimes;
import io.portolan.api.sink.BenchException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portolan bench import}: how fast recipients come in. */
@Command(
    name = "import",
    description = "Imports recipients into an embedded database of its own and measures it.")
final class ImportCommand implements Callable<Integer> {
  private static final int MOST_ROWS = 10_000_000;

  /** Nothing is sent, so nothing listens there. */
  private static final int NO_PORT = 9;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "500000",
      description = "How many rows, 1 to 10,000,000 (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Import so many rows into another list first that are not counted, 0 to 10,000,000"
              + " (default: none).")
  private int warmUp;

  @Option(names = "--json", description = "Print the result as JSON, for scripts.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /**
   * What it measured.
   *
   * @param cpuMicrosPerRow of our process, and of PostgreSQL's server with its children
   */
  record ImportReport(
      String measure,
      int rows,
      int warmUp,
      double rowsPerSecond,
      CpuOfRow cpuMicrosPerRow,
      Check durable) {
    String text() {
      return String.format(
          Locale.ROOT,
          "%nimported %,d rows, %s%n%n  import         %,10.0f rows/s%n"
              + "  CPU a row      %,10.1f us in Portolan, %.1f in PostgreSQL%n%n  %-7s %s (%s)",
          rows,
          warmUp > 0
              ? String.format(Locale.ROOT, "warmed up by %,d before", warmUp)
              : "cold: the JVM had just started",
          rowsPerSecond,
          cpuMicrosPerRow.portolan(),
          cpuMicrosPerRow.postgresql(),
          durable.held() ? "held" : "BROKEN",
          durable.name(),
          durable.detail());
    }
  }

  /** CPU time a row. */
  record CpuOfRow(double portolan, double postgresql) {}

  @Override
  public Integer call() throws IOException {
    WayOptions.within(spec, "--rows", rows, 1, MOST_ROWS);
    WayOptions.within(spec, "--warm-up", warmUp, 0, MOST_ROWS);
    return BenchRun.of(
        spec,
        json,
        (home, screen) -> {
          ImportReport report = run(home, screen);
          return new BenchRun.Result(
              json ? BenchReport.json(report) : report.text(), report.durable().held());
        });
  }

  private ImportReport run(TemporaryHome home, BenchScreen screen) throws IOException {
    BenchNetwork network = new BenchNetwork(1);
    screen.say("starting PostgreSQL");
    try (Application application =
        Bench.start(home, network, NO_PORT, false, Application.systemClock())) {
      BenchCampaign campaign = new BenchCampaign(application.parts(), screen);
      if (warmUp > 0) {
        screen.say(String.format(Locale.ROOT, "warming up with %,d rows", warmUp));
        Bench.imported(campaign, network, home.directory().resolve("warm-up.csv"), warmUp);
      }
      Optional<ProcessHandle> server = home.server();
      if (server.isEmpty()) {
        throw new BenchException("The database server has gone.");
      }
      CpuTimes before = CpuTimes.now(server, Optional.empty());
      BenchCampaign.Imported imported =
          Bench.imported(campaign, network, home.directory().resolve("recipients.csv"), rows);
      CpuTimes used = CpuTimes.now(server, Optional.empty()).minus(before);
      String commits = new BenchStore(application.parts().database()).synchronousCommit();
      return new ImportReport(
          "import",
          rows,
          warmUp,
          imported.rowsPerSecond(),
          new CpuOfRow(perRow(used.portolan()), perRow(used.postgresql())),
          new Check(
              "the import was durable", commits.equals("on"), "synchronous_commit is " + commits));
    }
  }

  private double perRow(Duration time) {
    return BenchReport.micros(time, rows);
  }
}
