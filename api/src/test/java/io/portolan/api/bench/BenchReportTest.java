package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.bench.BenchReport.CpuMicros;
import io.portolan.api.bench.BenchReport.Limits;
import io.portolan.api.bench.BenchReport.Ratios;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchReportTest {
  private static final Limits LIMITS =
      new Limits(Optional.of(12_500.0), Optional.of(7_000.0), Optional.empty());

  @Test
  void jsonHasTheKeysThatScriptsReadAndNullForWhatWasNotMeasured() throws JsonProcessingException {
    JsonNode json = new ObjectMapper().readTree(report(true).json());

    assertThat(names(json))
        .startsWith(
            "measure",
            "recipients",
            "bytes",
            "signed",
            "messagesPerSecond",
            "heapMaxBytes",
            "limits",
            "ratios",
            "cpuMicrosPerMessage")
        .contains("importRowsPerSecond", "seconds", "accepted", "sinkMessages", "checks");
    assertThat(names(json.path("limits")))
        .containsExactly("smtpSourcePerSecond", "rsaSignPerSecond", "postfixQueuePerSecond");
    assertThat(names(json.path("ratios"))).containsExactly("smtpSource", "rsaSign", "postfixQueue");
    assertThat(names(json.path("cpuMicrosPerMessage")))
        .containsExactly("portolan", "postgresql", "sink");
    assertThat(json.path("limits").path("postfixQueuePerSecond").isNull()).isTrue();
    assertThat(json.path("ratios").path("postfixQueue").isNull()).isTrue();
    assertThat(json.path("ratios").path("smtpSource").asDouble()).isEqualTo(0.24);
    assertThat(json.path("messagesPerSecond").asDouble()).isEqualTo(3_000);
  }

  @Test
  void textFitsATerminalOf80Columns() {
    assertThat(report(true).text().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void saysWhatDidNotHold() {
    BenchReport report = report(false);

    assertThat(report.allHeld()).isFalse();
    assertThat(report.text()).contains("BROKEN  the sink took each message once (49,999 messages)");
  }

  private static BenchReport report(boolean held) {
    return new BenchReport(
        "send",
        50_000,
        2_048,
        false,
        3_000,
        200_000_000,
        LIMITS,
        Ratios.of(3_000, LIMITS),
        new CpuMicros(300.1, 150.2, 60.3),
        20,
        16.7,
        61_234.5,
        4_000_000_000L,
        50_000,
        49_999,
        List.of(new Check("the sink took each message once", held, "49,999 messages")));
  }

  private static List<String> names(JsonNode node) {
    return node.propertyStream().map(Map.Entry::getKey).toList();
  }
}
