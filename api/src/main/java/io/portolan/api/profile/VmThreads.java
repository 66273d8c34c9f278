package io.portolan.api.profile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CPU time of the JVM's own threads, those that compile and collect garbage, which no stack
 * shows: as Linux has it, looked at twice a second, since a compiler thread ends when it has been
 * idle for a while and takes its figure along. Thread-safe.
 */
final class VmThreads implements AutoCloseable {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  /** As the JVM names them; Linux keeps 15 characters. */
  private static final List<String> NAMES =
      List.of("C1 Compiler", "C2 Compiler", "GC Thread", "G1 ", "VM Thread", "VM Periodic");

  private final Map<Path, Duration> atStart = new ConcurrentHashMap<>();
  private final Map<Path, Duration> last = new ConcurrentHashMap<>();
  private final Thread watcher;
  private volatile boolean closed;

  VmThreads() {
    look();
    atStart.putAll(last);
    watcher = Thread.ofPlatform().daemon().name("vm-threads").start(this::watch);
  }

  static boolean isLinux() {
    return System.getProperty("os.name").equals("Linux");
  }

  /** Used since the start; zero where this is not Linux. */
  Duration used() {
    look();
    return last.entrySet().stream()
        .map(task -> task.getValue().minus(atStart.getOrDefault(task.getKey(), Duration.ZERO)))
        .reduce(Duration.ZERO, Duration::plus);
  }

  @Override
  public void close() {
    closed = true;
    watcher.interrupt();
  }

  private void watch() {
    while (!closed) {
      try {
        Thread.sleep(BETWEEN_LOOKS);
      } catch (InterruptedException e) {
        return;
      }
      look();
    }
  }

  private void look() {
    if (!isLinux()) {
      return;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      tasks.forEach(this::look);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + TASKS, e);
    }
  }

  private void look(Path task) {
    try {
      String stat = Files.readString(task.resolve("stat"));
      if (isOfVm(stat)) {
        last.put(task, CpuTimes.parse(stat, false));
      }
    } catch (IOException e) {
      // the thread has ended: what was seen last stays
    }
  }

  /** Whether a line of {@code /proc/self/task/ID/stat} is of such a thread. */
  static boolean isOfVm(String stat) {
    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return NAMES.stream().anyMatch(name::startsWith);
  }
}
