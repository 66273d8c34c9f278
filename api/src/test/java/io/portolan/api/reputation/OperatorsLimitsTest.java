package io.portolan.api.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A whole node whose operator has set, added and switched off limits of the reputation report. */
class OperatorsLimitsTest {
  private static final String REPORT = "/api/v1/reports/reputation";
  private static final String NOVEMBER = REPORT + "?until=2026-11-02T00:00:00Z&span=24h";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path directory;

  @Test
  void areHeldAgainstWhatWasSentAndStandInEveryFormOfTheReport() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("portolan.yaml"),
            """
            relays:
              mailer:
                host: relay.test
                ports: [587:starttls]
            reputation-limits:
              yahoo-complaints:
                limit: 0.1%
              orange-complaints:
                limit: off
              yahoo-bounces:
                of: isp:yahoo
                measure: list-quality
                limit: 20%
                consequence: Ask the owner of the list.
              our-contract:
                of: relay:mailer
                measure: complaints
                limit: 0.08%
            """);
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (7001, 'November', 'finished', '{"fromAddress": "news@shop.example"}')
        """);
    counted("yahoo", "direct", "accepted", "", 10_000);
    counted("yahoo", "direct", "complaint", "", 21);
    counted("yahoo", "direct", "bounced", "bad-mailbox", 900);
    counted("orange", "direct", "accepted", "", 10_000);
    counted("orange", "direct", "complaint", "", 90);
    counted("yahoo", "mailer", "accepted", "", 50_000);
    counted("yahoo", "mailer", "complaint", "", 5);
    try (TestingNode node = new TestingNode(database, directory, List.of(), Map.of(), file);
        ApiClient api = new ApiClient(node.url(), node.key())) {
      JsonNode report = api.get(NOVEMBER);

      assertThat(report.path("inForce").path("words").asText())
          .isEqualTo(
              "In force: 10 that come with Portolan, and 3 of your own"
                  + " (yahoo-complaints, yahoo-bounces, our-contract). Switched off by you: orange-complaints.");
      assertThat(limit(report, "yahoo-bounces").path("origin").asText()).isEqualTo("operator");
      assertThat(limit(report, "yahoo-bounces").path("verdict").asText()).isEqualTo("below");
      assertThat(limit(report, "yahoo-bounces").has("source")).isFalse();
      assertThat(limit(report, "our-contract").path("owner").asText()).isEqualTo("mailer");
      assertThat(limit(report, "our-contract").path("verdict").asText()).isEqualTo("below");
      assertThat(limit(report, "yahoo-complaints").path("limit").asDouble()).isEqualTo(0.001);
      assertThat(limit(report, "yahoo-complaints").path("words").asText())
          .contains("your own limit 0.10 %");
      assertThat(report.path("limits").findValuesAsText("threshold"))
          .contains("yahoo-complaints")
          .doesNotContain("orange-complaints");
      assertThat(
              new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"))
                  .differences("get", REPORT, 200, report))
          .isEmpty();
      assertThat(api.getText(NOVEMBER + "&format=csv&part=limits", "text/csv").lines())
          .anyMatch(row -> row.startsWith("yahoo-bounces,yahoo,") && row.contains(",operator,"))
          .noneMatch(row -> row.startsWith("orange-complaints,"));
      assertThat(api.getText(NOVEMBER + "&format=html", "text/html"))
          .contains("your own limit 0.10 %", "Switched off by you: orange-complaints.");
      assertThat(said(node)).contains("3 of your own", "your own limit 0.08 %");
    }
  }

  private static JsonNode limit(JsonNode report, String id) {
    for (JsonNode limit : report.path("limits")) {
      if (limit.path("threshold").asText().equals(id)) {
        return limit;
      }
    }
    return report.path("limits").path(-1);
  }

  private static String said(TestingNode node) {
    StringWriter out = new StringWriter();
    int status =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(out))
            .execute(
                "reputation",
                "--until",
                "2026-11-02T00:00:00Z",
                "--url",
                node.url().toString(),
                "--api-key",
                node.key());
    assertThat(status).isZero();
    return out.toString();
  }

  private void counted(String isp, String route, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, source, outcome, category, count)
        VALUES (7001, '2026-11-01T10:00:00Z', ?, ?, ?, 25, 'opportunistic', '192.0.2.1', ?, ?, ?)
        """,
        isp,
        isp,
        route,
        outcome,
        category,
        count);
  }
}
