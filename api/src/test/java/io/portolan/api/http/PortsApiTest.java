package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
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
