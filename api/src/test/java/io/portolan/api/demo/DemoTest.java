package io.portolan.api.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.application.TemporaryHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class DemoTest {
  private static final int PATIENCE_MINUTES = 4;

  @TempDir Path directory;

  @Test
  void everyCheckHoldsAndTheReportSaysSo() throws IOException {
    Path file = directory.resolve("report.json");
    StringWriter said = new StringWriter();

    int exitCode =
        new CommandLine(new DemoCommand())
            .setOut(new PrintWriter(said))
            .execute("--recipients", "200", "--exit", "--report", file.toString());

    assertThat(exitCode).as("%s", said).isZero();
    JsonNode report = new ObjectMapper().readTree(file.toFile());
    assertThat(names(report))
        .containsExactly(
            "recipients",
            "accepted",
            "bounced",
            "expired",
            "suppressed",
            "cancelled",
            "isps",
            "mailboxes",
            "checks",
            "seconds",
            "messagesPerSecond");
    assertThat(names(report.path("mailboxes")))
        .containsExactly("messages", "distinctRecipients", "duplicates", "missing");
    assertThat(names(report.path("checks").path(0))).containsExactly("name", "held", "detail");
    assertThat(report.path("checks"))
        .isNotEmpty()
        .allMatch(check -> check.path("held").asBoolean());
    assertThat(report.path("isps")).hasSize(DemoIsp.values().length);
    assertThat(names(report.path("isps").path(0))).containsExactly("isp", "paths");
    assertThat(names(report.path("isps").path(0).path("paths").path(0)))
        .containsExactly("route", "port", "tls", "accepted", "bounced", "deferred", "pathFailures");
    long ended =
        List.of("accepted", "bounced", "expired", "suppressed", "cancelled").stream()
            .mapToLong(name -> report.path(name).asLong())
            .sum();
    assertThat(report.path("recipients").asLong()).isEqualTo(200).isEqualTo(ended);
    assertThat(report.path("mailboxes").path("messages").asLong())
        .isEqualTo(report.path("accepted").asLong());
  }

  @Test
  void leavesNothingBehindWhenItIsInterrupted() throws Exception {
    CountDownLatch scheduled = new CountDownLatch(1);
    PrintWriter out = new PrintWriter(new Listening("scheduled the campaign", scheduled));
    InstantSource clock = InstantSource.system();
    TemporaryHome home = TemporaryHome.create("demo");
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread runner =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (home) {
                    new Demo(100, new DemoScreen(out, clock), clock).run(home, (_, _, _) -> {});
                    outcome.complete(new IllegalStateException("it ended by itself"));
                  } catch (IOException | InterruptedException | RuntimeException e) {
                    outcome.complete(e);
                  }
                });
    assertThat(scheduled.await(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();

    runner.interrupt();

    assertThat(outcome.get(PATIENCE_MINUTES, TimeUnit.MINUTES))
        .isInstanceOf(InterruptedException.class);
    assertThat(home.directory()).doesNotExist();
  }

  private static List<String> names(JsonNode node) {
    return node.propertyStream().map(Map.Entry::getKey).toList();
  }

  /** Opens a latch when a text is written. */
  private static final class Listening extends Writer {
    private final StringBuilder written = new StringBuilder();
    private final String text;
    private final CountDownLatch latch;

    Listening(String text, CountDownLatch latch) {
      this.text = text;
      this.latch = latch;
    }

    @Override
    public synchronized void write(char[] buffer, int offset, int length) {
      written.append(buffer, offset, length);
      if (written.indexOf(text) >= 0) {
        latch.countDown();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
