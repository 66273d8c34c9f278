package io.portolan.api.sink;

import io.portolan.api.Main;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts Portolan's commands in a JVM of their own, of the same build and JDK as this one. */
public final class OwnProcess {
  /** The options of the JVM with which the launcher starts a server or a bench. */
  public static final List<String> LAUNCHER_OPTIONS =
      List.of("-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError");

  private OwnProcess() {}

  /** A process to be: the arguments of the command line behind options of the JVM. */
  public static ProcessBuilder of(List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** Starts a process that is ended by force if it has not ended by itself in time. */
  public static Process start(ProcessBuilder process, Duration most) throws IOException {
    Process started = process.start();
    var _ =
        started
            .onExit()
            .orTimeout(most.toSeconds(), TimeUnit.SECONDS)
            .exceptionally(_ -> started.destroyForcibly());
    return started;
  }

  /** Asks a process to end, and ends it by force if it does not in time. */
  public static void end(Process process, Duration patience) {
    process.destroy();
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
