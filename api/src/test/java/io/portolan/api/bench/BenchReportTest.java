package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.bench.BenchReport.CpuMicros;
import io.portolan.api.bench.BenchReport.Limits;
import io.portolan.api.bench.BenchReport.Measured;
import io.portolan.api.bench.BenchReport.Ratios;
import io.portolan.api.profile.CpuProfile;
import io.portolan.api.profile.CpuTimes;
import io.portolan.api.sink.SinkKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchReportTest {
  private static final Limits LIMITS =
      new Limits(Optional.of(12_500.0), Optional.of(7_000.0), Optional.empty());
  private static final CpuParts PARTS =
      new CpuParts(1_000.1, 1_200.2, 1_300.3, 1_400.4, 1_500.5, 1_600.6, 1_700.7);

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
    assertThat(names(json.path("portolanCpuMicrosPerMessage")))
        .containsExactly("render", "sign", "exchange", "database", "lanes", "jvm", "rest");
    assertThat(json.path("limits").path("postfixQueuePerSecond").isNull()).isTrue();
    assertThat(json.path("ratios").path("postfixQueue").isNull()).isTrue();
    assertThat(json.path("ratios").path("smtpSource").asDouble()).isEqualTo(0.24);
    assertThat(json.path("messagesPerSecond").asDouble()).isEqualTo(3_000);
  }

  @Test
  void whatGoalsAreJudgedByIsNotRounded() throws JsonProcessingException {
    BenchReport report =
        BenchReport.of(
            "send",
            new BenchSettings(
                50_000,
                0,
                2_048,
                false,
                new BenchSettings.Way(SinkKind.INTERNAL, 20, Duration.ZERO),
                LimitsMode.ALL),
            new Measured(
                11_999,
                2,
                Optional.of(149_999.96),
                200_000_000,
                CpuMicros.of(
                    new CpuTimes(Duration.ofNanos(11_999_123), Duration.ZERO, Duration.ZERO), 1),
                PARTS,
                List.of(),
                11_999,
                Optional.of(1.304),
                List.of()),
            new Limits(Optional.of(10_000.0), Optional.empty(), Optional.empty()));

    JsonNode json = new ObjectMapper().readTree(report.json());

    assertThat(json.path("messagesPerSecond").asDouble()).isEqualTo(5_999.5);
    assertThat(json.path("ratios").path("smtpSource").asDouble()).isEqualTo(0.59995);
    assertThat(json.path("importRowsPerSecond").asDouble()).isEqualTo(149_999.96);
    assertThat(json.path("databaseBloat").asDouble()).isEqualTo(1.304);
    assertThat(json.path("cpuMicrosPerMessage").path("portolan").asDouble()).isEqualTo(11_999.123);
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
        Optional.of(61_234.5),
        4_000_000_000L,
        50_000,
        49_999,
        "smtp-sink",
        50,
        20_000,
        PARTS,
        List.of(new CpuProfile.HotMethod("io.portolan.Packages".repeat(5) + ".method", 0.5)),
        Optional.of(1.25),
        List.of(new Check("the sink took each message once", held, "49,999 messages")));
  }

  private static List<String> names(JsonNode node) {
    return node.propertyStream().map(Map.Entry::getKey).toList();
  }
}
