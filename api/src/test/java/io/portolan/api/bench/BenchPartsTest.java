package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.bench.StartCommand.StartReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The benches of import and start, small. */
class BenchPartsTest {
  @Test
  void importsEveryRow() throws IOException {
    JsonNode report = run("import --rows 3000 --warm-up 1000 --json");

    assertThat(report.path("rows").asInt()).isEqualTo(3_000);
    assertThat(report.path("rowsPerSecond").asDouble()).isPositive();
    assertThat(report.path("cpuMicrosPerRow").path("postgresql").asDouble()).isNotNegative();
    assertThat(report.path("durable").path("held").asBoolean()).isTrue();
  }

  @Test
  void startsServeOverADatabaseThatExists() throws IOException {
    JsonNode report = run("start --runs 1 --json");

    assertThat(report.path("median").asDouble()).isPositive();
    assertThat(report.path("runs")).hasSize(1);
    assertThat(report.path("first").asDouble()).isPositive();
  }

  @Test
  void theMedianOfStartsIsTheMiddleOrTheMeanOfTheTwoThere() {
    assertThat(StartReport.of(9, List.of(5.0, 1.0, 2.0)).median()).isEqualTo(2.0);
    assertThat(StartReport.of(9, List.of(4.0, 1.0, 2.0, 8.0)).median()).isEqualTo(3.0);
    assertThat(StartReport.of(9, List.of(6.004)).median())
        .as("judged as measured")
        .isEqualTo(6.004);
  }

  private static JsonNode run(String command) throws IOException {
    StringWriter said = new StringWriter();
    StringWriter failed = new StringWriter();
    int exitCode =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(failed))
            .execute(command.split(" ", -1));

    assertThat(exitCode).as("%s%s", said, failed).isZero();
    return new ObjectMapper().readTree(said.toString());
  }
}
