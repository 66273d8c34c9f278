package io.portolan.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ProgressScreenTest {
  private static final String COUNTS =
      """
      {"recipients": 1234567, "accepted": 800000, "relayed": 200000, "bounced": 23456, "expired": 1234, "suppressed": 999,
       "cancelled": 0, "deferrals": 123456, "pathFailures": 4321, "waiting": 208878, "messagesPerSecond": 12345.6,
       "secondsLeft": 7260}
      """;

  @Test
  void fitsATerminalOf80Columns() throws Exception {
    JsonNode progress =
        new ObjectMapper()
            .readTree(
                """
                {"state": "running", "percent": 83.1, "total": %1$s,
                 "holds": [{"reason": "isp gmail: 13 of 100 first attempts bounced hard, more than 2 %% may; resume it when the list is clean"}],
                 "isps": [{"isp": "webde", "counts": %1$s,
                           "paths": [{"route": "direct", "port": 25}, {"route": "smarthost", "port": 587}]}]}
                """
                    .formatted(COUNTS));

    String screen = ProgressScreen.render(progress);

    assertThat(screen.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(screen)
        .contains(
            "running   83.1 %  208,878 waiting  12,346/s  121 min left",
            "1,000,000 of 1,234,567 sent (200,000 relayed)",
            "HELD by a guardrail, isp gmail",
            "list is clean",
            "webde")
        .contains("direct:25 smar…")
        .doesNotContain("cancelled");
  }
}
