package io.portolan.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The examples of {@code docs/policy-tools.md}: each command is run after the story that the
 * document tells, and says what stands below it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyToolsTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "policy-tools.md");
  private static final Pattern FILE =
      Pattern.compile("(?s)`(?<name>[a-z]+\\.yaml)`:\n\n```yaml\n(?<text>.*?)```");
  private static final Pattern EXAMPLE =
      Pattern.compile("(?s)```\n\\$ \\./portolan (?<command>[^\n]+)\n(?<answer>.*?)```");
  private static final ObjectMapper WHOLE =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");

  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path directory;

  private TestingNode node;
  private String document;

  @BeforeAll
  void tellTheStory() throws IOException {
    document = Files.readString(DOCUMENT);
    node = new TestingNode(database, directory, InstantSource.fixed(NOON));
    try (ApiClient api = new ApiClient(node.url(), node.key())) {
      api.put(
          "/api/v1/relays/ses",
          Map.of(
              "host",
              "email-smtp.eu-west-1.amazonaws.com",
              "ports",
              List.of(Map.of("port", 587, "tls", "starttls"))));
    }
    for (MatchResult file : FILE.matcher(document).results().toList()) {
      Files.writeString(directory.resolve(file.group("name")), file.group("text"));
    }
    run("policy apply active.yaml --note with-a-relay");
    record();
  }

  /** A campaign to gmail and gmx; port 25 is blocked from 09:14 on. */
  private static void record() {
    transition(-30, "direct", 25, "opportunistic", "unknown", "open");
    transition(-30, "ses", 587, "starttls", "unknown", "open");
    for (int minute = 0; minute < 30; minute++) {
      boolean isBlocked = minute >= 14;
      for (String isp : List.of("gmail", "gmx")) {
        result(
            minute, isp, isBlocked ? "ses" : "direct", "accepted", isp.equals("gmail") ? 600 : 90);
      }
    }
    for (int minute : new int[] {14, 15, 20}) {
      result(minute, "gmail", "direct", "path-failure", 2);
      failure(minute, "gmail", 10_000);
      failure(minute, "gmail", 10_000);
    }
    transition(14, "direct", 25, "opportunistic", "open", "suspect");
    transition(15, "direct", 25, "opportunistic", "suspect", "blocked");
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('office', 25, 'port-blocked', ?,
                'dropped at 4 of 4 operators, 443 works: your network blocks port 25. Send through a relay on 587.',
                'port-blocked', 2, ?, ?, 'a'),
               ('office', 587, 'open', ?, 'open at 4 of 4 operators.', 'open', 9, ?, ?, 'a')
        """,
        at(14),
        at(170),
        at(200),
        at(-30),
        at(170),
        at(200));
    attempts("direct", 25, "opportunistic", 10, 180, 120);
    attempts("ses", 587, "starttls", 20, 240, 90);
  }

  @AfterAll
  void stop() throws IOException {
    node.close();
  }

  @Test
  void everyExampleSaysWhatIsWritten() throws IOException {
    List<MatchResult> examples = EXAMPLE.matcher(document).results().toList();

    assertThat(examples).isNotEmpty();
    assertThat(examples)
        .allSatisfy(
            example ->
                assertThat(run(example.group("command")))
                    .as(example.group("command"))
                    .isEqualTo(example.group("answer")));
    // after them, for it writes one version more
    JsonNode written = WHOLE.readTree(run("policy recommend --draft --json"));
    assertThat(written.path("version").asInt()).isEqualTo(4);
    assertThat(written.path("advice").path("recommendations")).hasSize(1);
    assertThat(run("policy versions --before 4"))
        .doesNotContainPattern("\n *4 ")
        .containsPattern("\n *3 ");
  }

  @Test
  void givesTheSameAsJson() throws IOException {
    String answer =
        run(
            "policy simulate draft.yaml --json --from 2026-11-24T09:00:00Z --to 2026-11-24T10:00:00Z");

    assertThat(new ObjectMapper().readTree(answer).path("draft").path("deliveries").asLong())
        .isEqualTo(20_700);
  }

  @Test
  void printsOneDocumentOfBothHistories() throws IOException {
    JsonNode histories = WHOLE.readTree(run("ports history --json"));

    assertThat(histories.path("verdicts").isArray()).isTrue();
    assertThat(histories.path("paths").isArray()).isTrue();
  }

  @Test
  void simulatesTheLastDayIfNoSpanIsGiven() {
    assertThat(run("policy simulate 1"))
        .contains(
            "Version 1 beside the active version 2, from 2026-11-23T12:00:00Z to 2026-11-24T12:00:00Z");
  }

  private String run(String command) {
    List<String> arguments = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      arguments.add(word.endsWith(".yaml") ? directory.resolve(word).toString() : word);
    }
    arguments.addAll(Arrays.asList("--url", node.url().toString(), "--api-key", node.key()));
    StringWriter out = new StringWriter();
    CommandLine commandLine = PortolanCommand.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(out));
    commandLine.execute(arguments.toArray(String[]::new));
    // lines of a document do not end in spaces
    return out.toString().replace(directory + "/", "").replaceAll(" +\n", "\n");
  }

  private static void transition(
      int minute, String route, int port, String tls, String from, String to) {
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES (?, 'office', ?, '', ?, ?, ?, ?, 'mail', '', '', 'a')
        """,
        at(minute),
        route,
        port,
        tls,
        from,
        to);
  }

  private static void result(int minute, String isp, String route, String outcome, long count) {
    boolean isDirect = route.equals("direct");
    database.execute(
        "INSERT INTO result_rollup VALUES (?, 1, ?, ?, ?, ?, ?, ?, '', ?)",
        at(minute),
        isp,
        isp,
        route,
        isDirect ? 25 : 587,
        isDirect ? "opportunistic" : "starttls",
        outcome,
        count);
  }

  private static void failure(int minute, String isp, int millis) {
    database.execute(
        """
        INSERT INTO path_failure VALUES (?, 1, 1, 25, ?, ?, ?, 'direct', 'opportunistic', '', 'CONNECT', 'connect-timeout', '')
        """,
        at(minute),
        millis,
        isp,
        isp);
  }

  private static void attempts(
      String route, int port, String tls, int minute, int openMillis, int exchangeMillis) {
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome)
        SELECT ?, n, 1, 1, 1, 1, 1, ?, CASE WHEN n % 50 = 0 THEN ? ELSE 0 END, ?, 'gmail', 'gmail', '*', '', ?, ?, '', '',
               'DOT', 'accepted'
          FROM generate_series(1, 100) n
        """,
        at(minute), port, openMillis, exchangeMillis, route, tls);
  }

  private static Object at(int minute) {
    return NINE.plus(Duration.ofMinutes(minute)).plusSeconds(0).atOffset(ZoneOffset.UTC);
  }
}
