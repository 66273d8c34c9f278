package io.portolan.api.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the system that the bench runs. Interrupting the caller ends the program. */
public final class Tools {
  /** Where Debian keeps those for administrators, which are not on everybody's path. */
  private static final List<String> SYSTEM = List.of("/usr/sbin", "/sbin");

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Tools() {}

  /** Where a program is: on the path, or among those for administrators. */
  public static Optional<Path> find(String program) {
    return find(program, Optional.ofNullable(System.getenv("PATH")).orElse(""));
  }

  /** Where a program is, by a path of one's own. */
  public static Optional<Path> find(String program, String path) {
    return Stream.concat(Stream.of(path.split(":", -1)), SYSTEM.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What a program prints. */
  public record Result(int exitCode, String output) {}

  /**
   * Runs a program to its end; its errors are among its output.
   *
   * @throws BenchException if it does not end in ten minutes; it is ended then
   */
  public static Result run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("portolan-bench-", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new BenchException(
            command.getFirst() + " did not end within " + PATIENCE.toMinutes() + " minutes.");
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      Files.deleteIfExists(output);
    }
  }

  /** Whether the bench runs as root. */
  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
