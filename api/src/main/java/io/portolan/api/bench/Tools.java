package io.portolan.api.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of the system that the bench runs. Interrupting the caller ends the program. */
final class Tools {
  /** Where Debian keeps those for administrators, which are not on everybody's path. */
  private static final List<String> SYSTEM = List.of("/usr/sbin", "/sbin");

  private Tools() {}

  /** Where a program is. */
  static Optional<Path> find(String program) {
    return find(program, Optional.ofNullable(System.getenv("PATH")).orElse(""));
  }

  static Optional<Path> find(String program, String path) {
    return Stream.concat(Stream.of(path.split(":", -1)), SYSTEM.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What a program prints. */
  record Result(int exitCode, String output) {}

  /** Runs a program to its end; its errors are among its output. */
  static Result run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  /** Whether the bench runs as root. */
  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
