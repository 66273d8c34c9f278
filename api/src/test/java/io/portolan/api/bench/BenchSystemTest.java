package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A small bench, for which Postfix's programs must be there. */
@Tag("system")
class BenchSystemTest {
  @ParameterizedTest
  @ValueSource(strings = {"--limits none", "--limits none --signed --bytes 10000"})
  void sendsEveryMessageIntoTheSinkAndHoldsItsOwnChecks(String options) throws IOException {
    StringWriter said = new StringWriter();
    StringWriter failed = new StringWriter();

    int exitCode =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(failed))
            .execute(("--recipients 1500 --connections 6 --json " + options).split(" ", -1));

    assertThat(exitCode).as("%s%s", said, failed).isZero();
    JsonNode report = new ObjectMapper().readTree(said.toString());
    assertThat(report.path("accepted").asLong()).isEqualTo(1_500);
    assertThat(report.path("sinkMessages").asLong()).isEqualTo(1_500);
    assertThat(report.path("messagesPerSecond").asDouble()).isPositive();
    assertThat(report.path("heapMaxBytes").asLong()).isPositive();
    assertThat(report.path("checks")).allMatch(check -> check.path("held").asBoolean());
  }
}
