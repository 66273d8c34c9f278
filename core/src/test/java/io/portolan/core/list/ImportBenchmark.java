package io.portolan.core.list;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portolan.core.database.TestDatabase;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Measures rows imported a second, and what they cost: into an empty list, the same file again, and
 * with every row changed. The server's cost is known where it runs on the same machine. Arguments:
 * rows (default 1,000,000).
 */
final class ImportBenchmark {
  private static final PrintStream OUT = System.out;

  private final TestDatabase postgres;
  private final ListStore lists;
  private final RecipientImporter importer;

  private ImportBenchmark(TestDatabase postgres) {
    this.postgres = postgres;
    lists = new ListStore(postgres.database(), InstantSource.system());
    importer =
        new RecipientImporter(
            postgres.database(), InstantSource.system(), RecipientImporter.PATIENCE);
  }

  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    Path first = write(rows, "Berlin");
    Path second = write(rows, "Hamburg");
    try (TestDatabase postgres = TestDatabase.create()) {
      ImportBenchmark benchmark = new ImportBenchmark(postgres);
      benchmark.measure("warm-up", first, benchmark.list("warm-up"));
      long list = benchmark.list("measured");
      benchmark.measure("created", first, list);
      benchmark.measure("unchanged", first, list);
      benchmark.measure("updated", second, list);
    } finally {
      Files.delete(first);
      Files.delete(second);
    }
  }

  private long list(String name) {
    return lists.create(name, "").id();
  }

  private void measure(String what, Path file, long list) throws IOException {
    double ownCpu = cpuSeconds(Stream.of(ProcessHandle.current()));
    double serverCpu = cpuSeconds(serverProcesses());
    long start = System.nanoTime();
    ImportJob job;
    try (InputStream in = Files.newInputStream(file)) {
      job =
          importer.run(
              new ImportRequest(
                  list, "rows.csv", Optional.of(Files.size(file)), ImportOptions.DEFAULT),
              in,
              progress -> {});
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double rows = job.rows().read();
    OUT.printf(
        "%-10s %,9.0f rows/s; CPU a row: %.1f us here, %.1f us in PostgreSQL; %.1f MB; %s%n",
        what,
        rows / seconds,
        1e6 * (cpuSeconds(Stream.of(ProcessHandle.current())) - ownCpu) / rows,
        1e6 * (cpuSeconds(serverProcesses()) - serverCpu) / rows,
        Files.size(file) / 1e6,
        job.rows());
  }

  /** The sessions of the pool, where the server runs on this machine. */
  private Stream<ProcessHandle> serverProcesses() {
    return postgres
        .texts("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        .stream()
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream());
  }

  private static double cpuSeconds(Stream<ProcessHandle> processes) {
    return processes
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToDouble(cpu -> cpu.toNanos() / 1e9)
        .sum();
  }

  private static Path write(int rows, String city) throws IOException {
    Path file = Files.createTempFile("import", ".csv");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write("email,first_name,last_name,city,customer\n".getBytes(UTF_8));
      for (int row = 0; row < rows; row++) {
        String line =
            "person.%d@isp%d.example,Anna,\"Müller, M.\",%s,%d%n"
                .formatted(row, row % 50, city, 100_000 + row);
        out.write(line.getBytes(UTF_8));
      }
    }
    return file;
  }
}
