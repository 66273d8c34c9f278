package io.portolan.api.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.Main;
import io.portolan.core.Eventually;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code serve} leaves behind when it is told to end while it is still starting. */
class EndedStartTest {
  @TempDir private Path directory;

  @Test
  void stopsTheEmbeddedDatabaseOfAStartThatIsCutShort() throws Exception {
    Path data = directory.resolve("database");
    Process serve = serve(data);
    try {
      Eventually.holds("the database server runs", () -> isRunning(data) || !serve.isAlive());
      assertThat(serve.isAlive()).as("it still starts").isTrue();

      serve.destroy();

      assertThat(serve.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(isRunning(data)).isFalse();
    } finally {
      serve.destroyForcibly();
      EmbeddedDatabase.postmaster(data).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private Process serve(Path data) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("portolan.yaml"),
            "database:\n  directory: "
                + data
                + "\nhttp:\n  port: 0\n  upload-directory: "
                + directory.resolve("uploads")
                + "\nmail:\n  helo-name: sender.test\n");
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    return new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                Main.class.getName(),
                "serve",
                "--config",
                file.toString()))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("serve.log").toFile())
        .start();
  }

  private static boolean isRunning(Path data) {
    try {
      return EmbeddedDatabase.postmaster(data).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
