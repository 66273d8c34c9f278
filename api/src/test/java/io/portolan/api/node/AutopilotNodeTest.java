package io.portolan.api.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The autopilot in a running node: it looks when the node starts, and once a minute from then. */
class AutopilotNodeTest {
  private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String POLICY =
      """
      rules:
        - isp: "*"
          paths: [direct:25, ses:587]
          autopilot: true
      """;

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  private String key = "";

  @Test
  void movesMailOffABlockedPortAndBackOnceItIsOpen() throws Exception {
    try (TestingNode node = at(0)) {
      key = node.key();
      try (ApiClient api = new ApiClient(node.url(), key)) {
        api.put(
            "/api/v1/relays/ses",
            Map.of(
                "host",
                "email-smtp.eu-west-1.amazonaws.com",
                "ports",
                List.of(Map.of("port", 587, "tls", "starttls"))));
        int version =
            api.postText("/api/v1/policy/versions", POLICY, "application/yaml")
                .path("version")
                .asInt();
        api.post("/api/v1/policy/versions/" + version + "/activate", Map.of());
      }
    }
    path("unknown", "open", -30);
    path("open", "blocked", 14);
    verdict("open", "port-blocked", 15);

    try (TestingNode node = at(30)) {
      assertThat(activationAfter(node, 2)).contains("port 25 blocked", "put ses:587 first");
      assertThat(firstPath(node)).isEqualTo("ses");
    }
    verdict("port-blocked", "open", 60);
    path("blocked", "open", 70);

    try (TestingNode node = at(90)) {
      assertThat(activationAfter(node, 3))
          .contains("open again since 2026-11-24 10:10 UTC: put direct:25 first again");
      assertThat(firstPath(node)).isEqualTo("direct");
    }
  }

  private TestingNode at(int minute) throws Exception {
    return new TestingNode(
        database, uploads, InstantSource.fixed(NINE.plus(Duration.ofMinutes(minute))));
  }

  /** The note of the activation that comes after so many, once it has come. */
  private String activationAfter(TestingNode node, int before) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (ApiClient api = new ApiClient(node.url(), key)) {
      JsonNode activations = api.get("/api/v1/policy/activations").path("items");
      while (activations.size() <= before && System.nanoTime() < end) {
        LockSupport.parkNanos(50_000_000);
        activations = api.get("/api/v1/policy/activations").path("items");
      }
      assertThat(activations).hasSize(before + 1);
      assertThat(activations.path(0).path("author").asText()).isEqualTo("autopilot");
      return activations.path(0).path("note").asText();
    }
  }

  private String firstPath(TestingNode node) {
    try (ApiClient api = new ApiClient(node.url(), key)) {
      JsonNode paths =
          api.get("/api/v1/policy").path("document").path("rules").path(0).path("paths");
      return paths.path(0).isTextual()
          ? paths.path(0).asText().split(":", 2)[0]
          : paths.path(0).path("route").asText();
    }
  }

  private void verdict(String from, String to, int minute) {
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (?, 'default', 25, ?, ?, '', '[]', 'a')
        """,
        time(minute),
        from,
        to);
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('default', 25, ?, ?, '', ?, 2, ?, '2999-01-01T00:00:00Z', 'a')
        ON CONFLICT (network, port) DO UPDATE SET verdict = excluded.verdict, since = excluded.since, latest = excluded.latest,
            next_look = excluded.next_look
        """,
        to,
        time(minute),
        to,
        time(minute));
  }

  private void path(String from, String to, int minute) {
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES (?, 'default', 'direct', '', 25, 'opportunistic', ?, ?, 'look', '', '', 'a')
        """,
        time(minute),
        from,
        to);
    database.execute(
        """
        INSERT INTO path_health (network, route, target, port, tls, state, since, until, strikes, good_looks, host, evidence, node)
        VALUES ('default', 'direct', '', 25, 'opportunistic', ?, ?, '2999-01-01T00:00:00Z', 1, 0, '', '', 'a')
        ON CONFLICT (network, source, route, target, port, tls, family) DO UPDATE SET state = excluded.state, since = excluded.since
        """,
        to,
        time(minute));
  }

  private static Object time(int minute) {
    return NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC);
  }
}
