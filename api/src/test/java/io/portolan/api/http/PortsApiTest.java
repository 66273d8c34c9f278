package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.api.pace.PaceText;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortsApiTest {
  private static final String PROBE = "/api/v1/ports/probe";

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

  @Test
  void looksAtEveryPortThatCanBeJudged() {
    JsonNode report = api.post(PROBE, Map.of());

    assertThat(report.path("ports")).hasSize(1);
    JsonNode port = report.path("ports").path(0);
    assertThat(port.path("port").asInt()).isEqualTo(25);
    assertThat(port.path("verdict").asText()).isEqualTo("open");
    assertThat(report.path("host")).isEmpty();
    assertThat(report.path("looks"))
        .filteredOn(look -> !look.path("tls").asText().equals("none"))
        .hasSize(2)
        .allSatisfy(
            look -> {
              assertThat(look.path("outcome").asText()).isEqualTo("open");
              assertThat(look.path("banner").asText()).contains(look.path("host").asText());
              assertThat(look.path("certificate").path("sha256").asText()).hasSize(64);
            });
  }

  @Test
  void showsHowFastPlatformsAreSentTo() {
    database.execute(
        """
        INSERT INTO platform_pace (lane, rate, connections, reached, peak, barren, slowed_at, resumes_at, reply)
        VALUES ('gmail', 2, 2, 4, 4, 0, now() - interval '30 s', now() + interval '9 min', '421 4.7.28 slow down'),
               ('relay/ses', 0, 1, 0, 0, 0, now() - interval '30 s', now() + interval '9 min', '454 too fast'),
               ('relay/old', 0, 1, 0, 0, 0, now() - interval '3 min', now() - interval '1 min', '454 too fast'),
               ('other/small.test', 0.1, 1, 0.2, 0.2, 0, now() - interval '5 min', now() - interval '4 min', '421 busy')
        """);
    database.execute(
        """
        INSERT INTO platform_pace_change (at, lane, kind, from_rate, to_rate, resumes_at, reply, node)
        VALUES ('2026-11-24T09:14:00Z', 'gmail', 'slowed', NULL, 2, '2026-11-24T09:24:00Z', '421 4.7.28 slow down', 'n1'),
               ('2026-11-24T10:14:00Z', 'yahoo', 'recovered', 8, 10, NULL, '', 'n1')
        """);
    database.execute(
        "INSERT INTO warm_up_day VALUES ('direct from 192.0.2.9', 'gmail', '2026-11-20', '2026-11-22', 2, 'raised')");

    JsonNode answer = api.get("/api/v1/pace");
    JsonNode history = api.get("/api/v1/pace/history?platform=gmail");

    assertThat(answer.path("platforms"))
        .filteredOn(row -> !row.path("state").asText().equals("policy"))
        .extracting(
            row -> row.path("platform").asText() + " " + row.path("state").asText(),
            row -> row.path("rate").asDouble() > 0)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("gmail cooling-down", false),
            org.assertj.core.api.Assertions.tuple("other/small.test slowed", true),
            org.assertj.core.api.Assertions.tuple("relay/ses cooling-down", false));
    assertThat(answer.path("platforms"))
        .extracting(row -> row.path("platform").asText())
        .as("with those that the policy's limits hold for")
        .contains("yahoo");
    assertThat(answer.path("warmUps").path(0).path("step").asInt()).isEqualTo(3);
    assertThat(history.path("items")).hasSize(1);
    assertThat(history.path("items").path(0).path("reply").asText())
        .isEqualTo("421 4.7.28 slow down");
    assertThat(PaceText.overview(answer))
        .contains("gmail", "nothing is sent for", "direct from 192.0.2.9")
        .doesNotContain("0 of 0");
    assertThat(PaceText.changes(api.get("/api/v1/pace/history").path("items")))
        .contains("no limit", "2.0/s", "recovered");
  }

  @Test
  void showsWhatIsKnownOfPortsAndPaths() {
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, looks, node)
        VALUES ('default', 2525, 'port-blocked', '2026-11-24T09:14:00Z', 'dropped everywhere', 'port-blocked', 2,
                '2026-11-24T09:14:00Z', '2999-01-01T00:00:00Z',
                '[{"operator": "one", "host": "a.test", "port": 2525, "family": "IPv4", "outcome": "failed"},
                  {"operator": "web", "host": "b.test", "port": 443, "family": "IPv4", "outcome": "open"}]', 'n1')
        """);
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES ('2026-11-24T09:14:00Z', 'default', 2525, 'open', 'port-blocked', 'dropped everywhere', '[]', 'n1')
        """);
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES ('2026-11-24T09:15:00Z', 'default', 'ses', '', 2525, 'starttls', 'open', 'suspect', 'mail', 'ses.test',
                'connect-timeout', 'n1')
        """);

    JsonNode matrix = api.get("/api/v1/ports");
    JsonNode changes = api.get("/api/v1/ports/history?port=2525");
    JsonNode transitions = api.get("/api/v1/paths/history?route=ses&port=2525");

    assertThat(matrix.path("ports"))
        .filteredOn(port -> port.path("port").asInt() == 2525)
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.path("verdict").asText()).isEqualTo("port-blocked");
              assertThat(port.path("families")).hasSize(1);
              assertThat(port.path("families").path(0).path("answered").asInt()).isZero();
              assertThat(port.path("looks")).hasSize(1);
            });
    assertThat(changes.path("items").path(0).path("to").asText()).isEqualTo("port-blocked");
    assertThat(transitions.path("items").path(0).path("evidence").asText())
        .isEqualTo("connect-timeout");
    assertThat(api.get("/api/v1/paths/history?route=nobody").path("items")).isEmpty();
    assertThatThrownBy(() -> api.get("/api/v1/paths/history?port=0"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("port");
  }

  @Test
  void marksWhatNobodyLooksAtAnyMore() {
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('default', 2587, 'port-blocked', now(), '', 'port-blocked', 2, now(), now() - interval '1 hour', 'n1'),
               ('default', 8025, 'port-blocked', now(), '', 'port-blocked', 2, now(), now() - interval '3 hours', 'n1')
        """);

    JsonNode ports = api.get("/api/v1/ports").path("ports");

    assertThat(ports)
        .filteredOn(port -> port.path("stale").asBoolean())
        .extracting(port -> port.path("port").asInt())
        .containsExactly(8025);
  }

  @Test
  void looksAtAHostBesideTheControls() {
    JsonNode report = api.post(PROBE, Map.of("host", "mx1.healthy.test", "ports", List.of(25)));

    assertThat(report.path("host").path(0).path("verdict").asText()).isEqualTo("open");
    assertThat(report.path("looks")).hasSize(4);
  }

  @Test
  void judgesNoPortForAHostWithoutAnAddress() {
    JsonNode report = api.post(PROBE, Map.of("host", "nowhere.test", "ports", List.of(25)));

    assertThat(report.path("host").path(0).path("verdict").asText()).isEqualTo("inconclusive");
    assertThat(report.path("ports").path(0).path("verdict").asText()).isEqualTo("open");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 25, must be a DNS name",
    "localhost, 25, must be a DNS name",
    "mx1.healthy.test, 22, has 22; ports of mail are [25"
  })
  void scansNoNetwork(String host, int port, String reason) {
    assertThatThrownBy(() -> api.post(PROBE, Map.of("host", host, "ports", List.of(port))))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesARelayThatIsNot() {
    assertThatThrownBy(() -> api.post(PROBE, Map.of("relay", "nobody")))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("nobody");
  }
}
