package io.portolan.api.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What changed between two days, by HTTP and on the terminal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompareTest {
  private static final String COMPARE = "/api/v1/reports/compare?";
  private static final String DAY = "from=2026-12-02T00:00:00Z&until=2026-12-03T00:00:00Z";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    counted("2026-12-01T10:00:00Z", "accepted", "", 99_500);
    counted("2026-12-01T10:00:00Z", "bounced", "bad-mailbox", 500);
    counted("2026-12-02T10:00:00Z", "accepted", "", 97_900);
    counted("2026-12-02T10:00:00Z", "bounced", "bad-mailbox", 2_100);
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void saysWhatIsLowerSoFarAndTellsItAsNoFall() {
    for (String hour : List.of("2026-12-10T10:00:00Z", "2026-12-11T10:00:00Z")) {
      counted(hour, "accepted", "", 97_900);
      counted(hour, "bounced", "bad-mailbox", 2_100);
    }
    counted("2026-12-10T10:00:00Z", "late-bounce", "bad-mailbox", 900);

    JsonNode comparison = api.get(COMPARE + "from=2026-12-11T00:00:00Z&until=2026-12-12T00:00:00Z");

    assertThat(comparison.path("movers").findValuesAsText("measure"))
        .doesNotContain("hardBounceRate");
    assertThat(comparison.path("tooEarly").path(0).asText())
        .startsWith("The hard bounce rate is lower so far (all mail, yahoo)");
  }

  @Test
  void comparesADayWithTheOneBefore() {
    JsonNode comparison = api.get(COMPARE + DAY);

    assertThat(comparison.path("before").path("from").asText()).isEqualTo("2026-12-01T00:00:00Z");
    assertThat(comparison.path("movers").findValuesAsText("words"))
        .anyMatch(
            words -> words.startsWith("yahoo: the hard bounce rate rose from 0.50 % to 2.10 %"));
  }

  @Test
  void comparesWithAnotherDayWhenAskedTo() {
    JsonNode comparison =
        api.get(
            COMPARE + DAY + "&beforeFrom=2026-11-30T00:00:00Z&beforeUntil=2026-12-01T00:00:00Z");

    assertThat(comparison.path("onlyAfter")).hasToString("[\"yahoo\"]");
    assertThat(comparison.path("movers")).isEmpty();
  }

  @Test
  void saysItOnTheTerminal() {
    StringWriter out = new StringWriter();
    int status =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(out))
            .execute(
                "compare",
                "--from",
                "2026-12-02T00:00:00Z",
                "--until",
                "2026-12-03T00:00:00Z",
                "--url",
                node.url().toString(),
                "--api-key",
                node.key());

    assertThat(status).isZero();
    assertThat(out.toString())
        .contains("Before: All campaigns, 2026-12-01T00:00:00Z to 2026-12-02T00:00:00Z, 99,500")
        .contains("yahoo: the hard bounce rate rose from 0.50 % to 2.10 %");
  }

  @Test
  void refusesWhatItCannotCompare() {
    refused("", "from");
    refused("before=1", "after");
    refused("before=1&after=2&from=2026-12-02T00:00:00Z", "from");
    refused(DAY.replace("T00:00:00Z", ""), "from");
    assertThatThrownBy(() -> api.get(COMPARE + "before=1&after=2"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("campaign");
  }

  private void refused(String query, String field) {
    assertThatThrownBy(() -> api.get(COMPARE + query))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining(field);
  }

  private static void counted(String hour, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_hour (hour, campaign_id, isp, platform, route, port, tls, source, encryption, outcome, category, count)
        VALUES (?::timestamptz, 1, 'yahoo', 'yahoo', 'direct', 25, 'opportunistic', '', 'TLSv1.3', ?, ?, ?)
        """,
        hour,
        outcome,
        category,
        count);
  }
}
