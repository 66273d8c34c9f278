package io.portolan.scheduler;

import io.portolan.core.database.DatabaseSettings;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A node in a process of its own, which can be killed. */
final class NodeProcess implements AutoCloseable {
  private final Process process;

  private NodeProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a process whose node sends {@code messages} messages and then hangs.
   *
   * @param log where the process writes what it has to say
   */
  static NodeProcess start(DatabaseSettings database, int messages, File log) throws IOException {
    return new NodeProcess(
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                database.jdbcUrl(),
                Integer.toString(messages))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start());
  }

  /** The process itself: a JDBC URL and the number of messages. */
  public static void main(String[] arguments) throws InterruptedException {
    DatabaseSettings database =
        new DatabaseSettings(arguments[0], "", "", 10, Duration.ofSeconds(10));
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[1]));
    CountDownLatch never = new CountDownLatch(1);
    try (TestNode node = TestNode.create(database, TestNode.settings())) {
      node.sender()
          .follow(
              (_, _) -> {
                if (left.getAndDecrement() <= 0) {
                  never.await();
                }
                return node.sender().accepted();
              });
      node.scheduler().start();
      never.await();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends the process as a power cut would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
