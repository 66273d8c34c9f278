package io.portolan.api.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The reputation report by HTTP, on the terminal and as a page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReputationApiTest {
  private static final String REPORT = "/api/v1/reports/reputation";
  private static final String UNTIL = "until=2026-11-02T00:00:00Z";
  private static final String NOVEMBER = REPORT + "?" + UNTIL;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path directory;

  private TestingNode node;
  private ApiClient api;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, directory);
    api = new ApiClient(node.url(), node.key());
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (7001, 'November', 'finished', '{"fromAddress": "news@<shop>.example"}')
        """);
    counted("2026-11-01T10:00:00Z", "yahoo", "direct", "accepted", "", 10_000);
    counted("2026-11-01T10:00:00Z", "yahoo", "direct", "complaint", "", 21);
    counted("2026-11-01T10:00:00Z", "yahoo", "direct", "bounced", "bad-mailbox", 900);
    counted("2026-10-31T10:00:00Z", "yahoo", "direct", "accepted", "", 10_000);
    counted("2026-11-01T10:00:00Z", "yahoo", "direct", "path-failure", "connect-timeout", 99);
    counted("2026-11-01T10:00:00Z", "gmail", "ses", "accepted", "", 70);
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void showsScoresWithTheirNumbersTrendsAndLimits() {
    JsonNode report = api.get(NOVEMBER + "&span=24h");

    assertThat(report.path("span").asText()).isEqualTo("24h");
    assertThat(report.path("signals")).hasSize(2);
    JsonNode yahoo = report.path("signals").get(0);
    assertThat(yahoo.path("sender").asText()).isEqualTo("direct from 192.0.2.1");
    assertThat(yahoo.path("domain").asText()).isEqualTo("<shop>.example");
    JsonNode complaints = yahoo.path("components").get(0);
    assertThat(complaints.path("component").asText()).isEqualTo("complaints");
    assertThat(complaints.path("score").path("value").asDouble()).isBetween(29.9, 30.1);
    assertThat(complaints.path("rate").path("count").asLong()).isEqualTo(21);
    assertThat(complaints.path("words").asText()).isEqualTo("0.21 % (0.14–0.32 %), 21 of 10,000");
    assertThat(yahoo.path("trends"))
        .anyMatch(
            trend ->
                trend.path("component").asText().equals("list-quality")
                    && trend.path("span").asText().equals("24h")
                    && trend.path("direction").asText().equals("rising"));
    assertThat(report.path("limits"))
        .anyMatch(
            limit ->
                limit.path("threshold").asText().equals("yahoo-complaints")
                    && limit.path("verdict").asText().equals("cannot-tell")
                    && limit
                        .path("words")
                        .asText()
                        .contains("complaints at yahoo 0.21 % (0.14–0.32 %), limit 0.30 %"));
    assertThat(report.path("inForce").path("limits"))
        .hasSize(12)
        .allMatch(limit -> limit.path("origin").asText().equals("shipped"));
    JsonNode gmail = report.path("signals").get(1);
    assertThat(gmail.path("overall").has("score")).as("the relay has not said anything").isFalse();
    assertThat(gmail.path("relayed").asLong()).isEqualTo(70);
    assertThat(report.toString()).doesNotContain("connect-timeout");
  }

  @Test
  void keepsToWhatIsAskedFor() {
    assertThat(api.get(NOVEMBER + "&isp=gmail").path("signals"))
        .singleElement()
        .satisfies(signal -> assertThat(signal.path("route").asText()).isEqualTo("ses"));
    assertThat(api.get(NOVEMBER + "&source=192.0.2.1").path("signals")).hasSize(1);
    assertThat(api.get(NOVEMBER + "&route=ses").path("signals")).hasSize(1);
    assertThat(api.get(NOVEMBER + "&domain=other.example").path("signals")).isEmpty();
    assertThat(api.get(REPORT).path("until").asText())
        .as("by default up to the hour under way")
        .matches(".*T\\d\\d:00:00Z");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    for (String[] wrong :
        new String[][] {
          {"span=1h", "span"},
          {"format=pdf", "format"},
          {"format=csv&part=all", "part"},
          {"until=yesterday", "until"},
          {"campaign=1", "campaign"}
        }) {
      assertThatThrownBy(() -> api.get(REPORT + "?" + wrong[0]))
          .as(wrong[0])
          .isInstanceOf(ApiException.class)
          .hasMessageContaining(wrong[1]);
    }
  }

  @Test
  void answersAsDescribed() {
    DescribedAnswers described =
        new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));

    assertThat(described.differences("get", REPORT, 200, api.get(NOVEMBER))).isEmpty();
  }

  @Test
  void writesRowsAndAPage() {
    assertThat(api.getText(NOVEMBER + "&format=csv", "text/csv").lines())
        .hasSize(21)
        .anyMatch(
            row -> row.startsWith("yahoo,yahoo,direct,192.0.2.1,<shop>.example,7d,complaints,"));
    assertThat(api.getText(NOVEMBER + "&format=csv&part=limits", "text/csv").lines())
        .anyMatch(row -> row.startsWith("yahoo-complaints,yahoo,<shop>.example,complaints,21,"));
    assertThat(api.getText(NOVEMBER + "&format=html&span=24h", "text/html"))
        .startsWith("<!doctype html>")
        .contains("Limits in force", "&lt;shop&gt;.example", "cannot tell", "hard bounces, 24 h")
        .contains("ses has not said what became of its mail", "Rates against their limits")
        .doesNotContain("<shop>", "<script", "src=", "NaN");
    assertThat(api.getText(NOVEMBER + "&isp=nobody&format=html", "text/html"))
        .contains("Nothing was offered to a peer");
  }

  @Test
  void saysItOnTheTerminal() throws Exception {
    assertThat(run("--span", "24h"))
        .contains("OVERALL", "direct from 192.0.2.1", "weakest: ", "What moved:", "rising")
        .contains("limit 0.30 %: its bounds lie on both sides");
    assertThat(run())
        .contains("In force: 12 that come with Portolan.")
        .doesNotContain("of your own", "Switched off");
    assertThat(run("--isp", "nobody")).contains("Nothing was offered");
    assertThat(run("--csv", "--limits")).startsWith("threshold,owner,");
    assertThat(run("--json", "--route", "direct")).contains("\"signals\"");
    Path page = directory.resolve("reputation.html");
    assertThat(run("--html", page.toString())).contains("The report is in");
    assertThat(Files.readString(page)).startsWith("<!doctype html>");
  }

  private String run(String... options) {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("reputation"));
    arguments.addAll(List.of("--until", "2026-11-02T00:00:00Z"));
    arguments.addAll(List.of("--url", node.url().toString(), "--api-key", node.key()));
    arguments.addAll(List.of(options));
    int status =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(out))
            .execute(arguments.toArray(String[]::new));
    assertThat(status).isZero();
    return out.toString();
  }

  private void counted(
      String minute, String isp, String route, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, source, outcome, category, count)
        VALUES (7001, ?::timestamptz, ?, ?, ?, 25, 'opportunistic', '192.0.2.1', ?, ?, ?)
        """,
        minute,
        isp,
        isp,
        route,
        outcome,
        category,
        count);
  }
}
