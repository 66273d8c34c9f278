package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Small benches into our own sink, which need no program of the system's. */
class BenchSendTest {
  private static final int RECIPIENTS = 600;

  @TempDir Path directory;

  @Test
  void sendsEveryMessageIntoOurOwnSinkWhichSeesNoBreachOfSmtp() throws IOException {
    Path profile = directory.resolve("bench.jfr");
    JsonNode report = send("--signed --warm-up 200 --connections 6 --bloat --profile " + profile);

    assertThat(report.path("accepted").asLong()).isEqualTo(RECIPIENTS);
    assertThat(report.path("sinkMessages").asLong()).isEqualTo(RECIPIENTS);
    assertThat(report.path("sink").asText()).isEqualTo("internal");
    assertThat(report.path("warmUp").asInt()).isEqualTo(200);
    assertThat(report.path("cpuMicrosPerMessage").path("sink").asDouble()).isPositive();
    JsonNode parts = report.path("portolanCpuMicrosPerMessage");
    assertThat(parts.valueStream().mapToDouble(JsonNode::asDouble).sum())
        .isCloseTo(
            report.path("cpuMicrosPerMessage").path("portolan").asDouble(), Offset.offset(1.0));
    assertThat(parts.path("sign").asDouble()).isPositive();
    assertThat(report.path("hottest")).isNotEmpty();
    assertThat(report.path("databaseBloat").asDouble()).isGreaterThanOrEqualTo(1.0);
    assertThat(profile).isNotEmptyFile();
    assertThat(report.path("checks")).allMatch(check -> check.path("held").asBoolean());
  }

  @Test
  void aLongWayCostsARoundTripAMessage() throws IOException {
    JsonNode report = send("--connections 1 --rtt 10");

    // each answer to a dot is 10 ms away, and without delay there are thousands a second
    assertThat(report.path("messagesPerSecond").asDouble()).isLessThanOrEqualTo(100);
    assertThat(report.path("rttMillis").asInt()).isEqualTo(10);
    assertThat(report.path("checks")).allMatch(check -> check.path("held").asBoolean());
  }

  @ParameterizedTest
  @CsvSource({"'', exchange", "--compose, compose"})
  void exchangesEveryMessageWithoutADatabase(String options, String measure) throws IOException {
    JsonNode report = run("exchange --messages 1500 --warm-up 300 --connections 4 " + options);

    assertThat(report.path("measure").asText()).isEqualTo(measure);
    assertThat(report.path("sinkMessages").asLong()).isEqualTo(1_500);
    assertThat(report.path("messagesPerSecond").asDouble()).isPositive();
    assertThat(report.path("importRowsPerSecond").isNull()).isTrue();
    assertThat(report.path("portolanCpuMicrosPerMessage").path("sign").asDouble() > 0)
        .isEqualTo(measure.equals("compose"));
    assertThat(report.path("checks")).allMatch(check -> check.path("held").asBoolean());
  }

  private static JsonNode send(String options) throws IOException {
    return run("send --recipients " + RECIPIENTS + " " + options);
  }

  private static JsonNode run(String options) throws IOException {
    StringWriter said = new StringWriter();
    StringWriter failed = new StringWriter();
    int exitCode =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(failed))
            .execute((options.strip() + " --sink internal --limits none --json").split(" ", -1));

    assertThat(exitCode).as("%s%s", said, failed).isZero();
    return new ObjectMapper().readTree(said.toString());
  }
}
