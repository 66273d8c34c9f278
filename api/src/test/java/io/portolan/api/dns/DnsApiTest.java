package io.portolan.api.dns;

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
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsApiTest {
  private static final String CHECK = "/api/v1/dns/check";

  private static final AtomicInteger LISTS = new AtomicInteger();

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
  }

  /** No round of the schedule within the test. */
  @BeforeEach
  void clear() {
    database.execute(
        """
        DELETE FROM dns_finding;
        DELETE FROM dns_finding_change;
        DELETE FROM campaign;
        INSERT INTO dns_round (network, next_round, busy_until, node)
        VALUES ('default', '2999-01-01T00:00:00Z', 'epoch', 'n')
        ON CONFLICT (network) DO UPDATE SET next_round = excluded.next_round, busy_until = 'epoch'
        """);
  }

  @Test
  void checksNowAndShowsTheLatestAndTheHistory() {
    campaign("news@shop.test");

    JsonNode found = api.post(CHECK, Map.of()).path("items");

    assertThat(status(found, "sender.test", "spf")).isEqualTo("error");
    assertThat(status(found, "sender.test", "helo")).isEqualTo("error");
    assertThat(status(found, "shop.test", "signing")).isEqualTo("warning");
    assertThat(status(found, "shop.test", "dmarc")).isEqualTo("error");
    JsonNode latest = api.get("/api/v1/dns").path("items");
    assertThat(latest).hasSize(found.size());
    assertThat(latest.path(0).path("checkedAt").asText()).isNotEmpty();
    assertThat(api.get("/api/v1/dns?subject=shop.test&status=error").path("items")).hasSize(1);
    JsonNode history = api.get("/api/v1/dns/history?subject=shop.test&limit=1");
    assertThat(history.path("items")).hasSize(1);
    assertThat(history.path("items").path(0).path("from").asText()).isEqualTo("unknown");
    assertThat(history.path("nextCursor").asText()).isNotEmpty();
  }

  @Test
  void checksADomainThatIsNotOursWithoutKeepingIt() {
    JsonNode found = api.post(CHECK, Map.of("domain", "Other.test")).path("items");

    assertThat(status(found, "other.test", "dmarc")).isEqualTo("error");
    assertThat(api.get("/api/v1/dns").path("items")).isEmpty();
  }

  @Test
  void checksOneAtATime() {
    database.execute("UPDATE dns_round SET busy_until = '2999-01-01T00:00:00Z'");

    assertThatThrownBy(() -> api.post(CHECK, Map.of()))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(429));
  }

  @Test
  void refusesWhatIsNoFilterAndNoDomain() {
    assertThatThrownBy(() -> api.get("/api/v1/dns?status=bad")).hasMessageContaining("status");
    assertThatThrownBy(() -> api.get("/api/v1/dns?domain=a.test")).hasMessageContaining("domain");
    assertThatThrownBy(() -> api.post(CHECK, Map.of("domain", "no domain")))
        .hasMessageContaining("domain");
  }

  @Test
  void saysAtTheLaunchWhatIsKnownToBeWrong() {
    long unknown = campaign("news@unknown.test");
    assertThat(scheduled(unknown).path("note").asText()).doesNotContain("DNS");

    long campaign = campaign("news@shop.test");
    api.post(CHECK, Map.of());

    assertThat(scheduled(campaign).path("note").asText())
        .contains("DNS of shop.test", "unsigned", "no DMARC policy", "portolan dns");
  }

  @Test
  void showsATableAndWhatToDo() {
    campaign("news@shop.test");
    assertThat(run("dns")).contains("Nothing is known yet");

    assertThat(run("dns", "check")).contains("SUBJECT", "shop.test", "_dmarc.shop.test");

    assertThat(run("dns", "--status", "error")).contains("dmarc").doesNotContain("signing");
    assertThat(run("dns", "check", "other.test")).contains("other.test").doesNotContain("helo");
    assertThat(run("dns", "history")).contains("FROM", "dmarc");
    assertThat(run("dns", "--json")).startsWith("{");
  }

  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine commandLine = PortolanCommand.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(out));
    String[] all = new String[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--url";
    all[arguments.length + 1] = node.url().toString();
    all[arguments.length + 2] = "--api-key";
    all[arguments.length + 3] = node.key();
    assertThat(commandLine.execute(all)).as(out.toString()).isZero();
    return out.toString();
  }

  private static String status(JsonNode findings, String subject, String check) {
    for (JsonNode finding : findings) {
      if (finding.path("subject").asText().equals(subject)
          && finding.path("check").asText().equals(check)) {
        return finding.path("status").asText();
      }
    }
    return "none";
  }

  private JsonNode scheduled(long campaign) {
    return api.post(
        "/api/v1/campaigns/" + campaign + "/schedule", Map.of("at", "2999-01-01T00:00:00Z"));
  }

  private long campaign(String from) {
    long list =
        api.post("/api/v1/lists", Map.of("name", "list " + LISTS.incrementAndGet()))
            .path("id")
            .asLong();
    api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", "anna@healthy.test"));
    return api.post(
            "/api/v1/campaigns",
            Map.of(
                "name",
                "n",
                "listId",
                list,
                "content",
                Map.of("fromAddress", from, "subject", "Hi", "text", "Good day.")))
        .path("id")
        .asLong();
  }
}
