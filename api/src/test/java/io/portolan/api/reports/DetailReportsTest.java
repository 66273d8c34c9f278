package io.portolan.api.reports;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The reports of one ISP and of ports, by HTTP and on the terminal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DetailReportsTest {
  private static final String REPORTS = "/api/v1/reports/";
  private static final String FROM = "2026-11-01T00:00:00Z";
  private static final String UNTIL = "2026-11-02T00:00:00Z";
  private static final String DAY = "?from=" + FROM + "&until=" + UNTIL;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    counted("gmail", "direct", 25, "accepted", "", 900);
    counted("gmail", "direct", 25, "bounced", "bad-mailbox", 60);
    counted("gmail", "direct", 25, "deferred", "rate-limited", 40);
    counted("gmail", "ses", 587, "accepted", "", 100);
    counted("yahoo", "direct", 25, "path-failure", "connect-timeout", 30);
    counted("yahoo", "direct", 25, "path-failure", "refused", 10);
    counted("yahoo", "ses", 587, "accepted", "", 50);
    change("2026-11-01T12:00:00Z", "open", "port-blocked");
    change("2026-10-31T12:00:00Z", "unknown", "open");
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void reportsOneIspByPathSourceDomainAndCategory() {
    JsonNode report = api.get(REPORTS + "isps/gmail" + DAY);

    JsonNode counts = report.path("report").path("total").path("counts");
    assertThat(counts.path("accepted").asLong()).as("yahoo's are not in it").isEqualTo(1_000);
    assertThat(report.path("byPath").path("groups"))
        .extracting(
            group ->
                group.path("key").path("route").asText()
                    + ":"
                    + group.path("key").path("port").asText()
                    + " "
                    + group.path("counts").path("accepted").asLong())
        .containsExactly("direct:25 900", "ses:587 100");
    assertThat(report.path("bySource").path("groups")).hasSize(1);
    assertThat(report.path("byDomain").path("groups").get(0).path("key").path("domain").asText())
        .isEqualTo("shop.example");
    assertThat(report.path("total").path("groups").get(0).path("categories"))
        .extracting(category -> category.path("category").asText())
        .containsExactly("bad-mailbox", "rate-limited");
    assertThat(
            report.path("report").path("isps").get(0).path("bounces").path("bad-mailbox").asLong())
        .isEqualTo(60);
  }

  @Test
  void writesTheIspAsRowsAndAsAPage() {
    assertThat(api.getText(REPORTS + "isps/gmail" + DAY + "&format=csv", "text/csv").lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("direct,25,opportunistic,,shop.example,900,"));
    assertThat(api.getText(REPORTS + "isps/gmail" + DAY + "&format=html", "text/html"))
        .contains("Mail to gmail", "rate-limited", "shop.example", "Rates by time")
        .doesNotContain("yahoo", "<script", "https://");
  }

  @Test
  void saysThatAnIspIsNotKnown() {
    assertThatThrownBy(() -> api.get(REPORTS + "isps/nowhere" + DAY))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("nowhere");
    assertThat(api.get(REPORTS + "isps/orange" + DAY).path("report").path("isps"))
        .as("known, and nothing was sent")
        .isEmpty();
    assertThatThrownBy(() -> api.get(REPORTS + "isps/gmail?from=" + FROM))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("until");
  }

  @Test
  void reportsPortsWithFailuresByKindAndVerdictsThatChanged() {
    JsonNode report = api.get(REPORTS + "ports" + DAY);

    JsonNode direct = report.path("ports").get(0);
    assertThat(direct.path("port").asInt()).isEqualTo(25);
    assertThat(direct.path("attempts").asLong()).isEqualTo(1_000);
    assertThat(direct.path("pathFailureRate").path("count").asLong()).isEqualTo(40);
    assertThat(direct.path("pathFailureRate").path("of").asLong()).isEqualTo(1_040);
    assertThat(direct.path("failuresByKind"))
        .hasToString("{\"connect-timeout\":30,\"refused\":10}");
    assertThat(report.path("isps"))
        .extracting(isp -> isp.path("isp").asText() + " " + isp.path("port").asInt())
        .contains("yahoo 25", "yahoo 587", "gmail 25");
    assertThat(report.path("changes"))
        .as("within the span")
        .singleElement()
        .satisfies(change -> assertThat(change.path("to").asText()).isEqualTo("port-blocked"));
  }

  @Test
  void writesPortsAsRowsAndAsAPage() {
    assertThat(api.getText(REPORTS + "ports" + DAY + "&format=csv", "text/csv").lines())
        .first()
        .asString()
        .endsWith("accept_p50_ms,accept_p95_ms,failed_connect_timeout,failed_refused");
    assertThat(api.getText(REPORTS + "ports" + DAY + "&format=html", "text/html"))
        .contains("connect-timeout 30, refused 10", "100.00 % failed", "no SYN-ACK &lt;25&gt;")
        .doesNotContain("<25>", "<script", "https://");
  }

  @Test
  void answersAsDescribed() {
    DescribedAnswers described =
        new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));

    assertThat(
            described.differences(
                "get", "/api/v1/reports/isps/{isp}", 200, api.get(REPORTS + "isps/gmail" + DAY)))
        .isEmpty();
    assertThat(
            described.differences(
                "get", "/api/v1/reports/ports", 200, api.get(REPORTS + "ports" + DAY)))
        .isEmpty();
  }

  @Test
  void saysItOnTheTerminal() throws Exception {
    assertThat(run("--isp", "gmail")).contains("direct", "shop.example", "rate-limited");
    assertThat(run("--ports")).contains("connect-timeout 30, refused 10", "turned from open to");
    Path page = uploads.resolve("ports.html");
    assertThat(run("--ports", "--html", page.toString())).contains("The report is in");
    assertThat(Files.readString(page)).startsWith("<!doctype html>");
  }

  @Test
  void showsWhatChangedAsAPage() {
    assertThat(api.getText(REPORTS + "compare" + DAY + "&format=html", "text/html"))
        .contains("What changed", "Only after: gmail, yahoo.", "hard bounce rate")
        .doesNotContain("<script", "https://");
  }

  private String run(String... options) {
    StringWriter out = new StringWriter();
    String[] arguments = new String[options.length + 9];
    String[] fixed = {
      "report",
      "--from",
      FROM,
      "--until",
      UNTIL,
      "--url",
      node.url().toString(),
      "--api-key",
      node.key()
    };
    System.arraycopy(fixed, 0, arguments, 0, fixed.length);
    System.arraycopy(options, 0, arguments, fixed.length, options.length);
    int status = PortolanCommand.commandLine().setOut(new PrintWriter(out)).execute(arguments);
    assertThat(status).isZero();
    return out.toString();
  }

  private void counted(
      String isp, String route, int port, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (7001, 'November', 'finished', '{"fromAddress": "news@shop.example"}') ON CONFLICT DO NOTHING
        """);
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (7001, '2026-11-01T10:00:00Z', ?, ?, ?, ?, 'opportunistic', ?, ?, ?)
        """,
        isp,
        isp,
        route,
        port,
        outcome,
        category,
        count);
  }

  private void change(String at, String from, String to) {
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (?::timestamptz, ?, 25, ?, ?, 'no SYN-ACK <25>', '[]', 'n')
        """,
        at,
        "default",
        from,
        to);
  }
}
