package io.portolan.api.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.access.InstallationStore;
import io.portolan.core.database.TestDatabase;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.message.Tokens.Purpose;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Suppressions, unsubscription and privacy over a whole node, by HTTP and the command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SuppressionApiTest {
  private static final String SUPPRESSIONS = "/api/v1/suppressions";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path directory;

  private TestingNode node;
  private ApiClient api;
  private HttpClient http;
  private Tokens tokens;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, directory);
    api = new ApiClient(node.url(), node.key());
    http = HttpClient.newHttpClient();
    tokens = new Tokens(new InstallationStore(database.database()).tokenKey());
  }

  @AfterAll
  void stop() throws Exception {
    http.close();
    api.close();
    node.close();
  }

  @Test
  void sendsNothingASecondAfterAnUnsubscriptionWhileTheCampaignRuns() throws Exception {
    long list = list("one@healthy.test");
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT ?, 'z' || n || '@healthy.test', 'z' || n || '@healthy.test', 'healthy.test'
          FROM generate_series(1, 400) n
        """,
        list);
    slow();
    long campaign = campaign(list);
    api.post("/api/v1/campaigns/" + campaign + "/schedule", Map.of("at", "now"));
    Eventually.holds("it runs", () -> accepted(campaign) >= 3);
    // the last in the batch; it was claimed and waits in the lane
    long last =
        database.number(
            "SELECT id FROM delivery WHERE campaign_id = ? AND address = 'z99@healthy.test'",
            campaign);

    assertThat(post("/unsubscribe/" + tokens.sign(Purpose.UNSUBSCRIBE, last), "").statusCode())
        .isEqualTo(200);
    Instant asked = Instant.now();

    Eventually.holds(
        "a second is over", () -> Duration.between(asked, Instant.now()).toMillis() > 1_000);
    assertThat(accepted(campaign)).as("still under way").isLessThan(400);
    fast();
    Eventually.holds(
        "all have ended",
        () ->
            database.number(
                    "SELECT count(*) FROM delivery WHERE state = 'planned' AND campaign_id = ?",
                    campaign)
                == 0);
    assertThat(
            database.texts(
                "SELECT state || ' ' || category || ' ' || attempts FROM delivery WHERE id = ?",
                last))
        .containsExactly("suppressed unsubscribe 0");
    assertThat(node.mailboxes().of("z99@healthy.test")).isEmpty();
    assertThat(accepted(campaign)).isEqualTo(400);
  }

  @Test
  void actsOnPostAloneAndTwiceAsOnce() throws Exception {
    long list = list("post@healthy.test");
    long delivery = delivery(list, "post@healthy.test");
    String path = "/unsubscribe/" + tokens.sign(Purpose.UNSUBSCRIBE, delivery);

    for (String method : List.of("GET", "HEAD")) {
      HttpResponse<String> shown = send(method, path, "");
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.headers().firstValue("Set-Cookie")).isEmpty();
    }
    assertThat(elsewhere("post@healthy.test")).isEmpty();

    for (int i = 0; i < 2; i++) {
      HttpResponse<String> done = post(path, "List-Unsubscribe=One-Click");
      assertThat(done.statusCode()).as("no redirect").isEqualTo(200);
      assertThat(done.body()).contains("You are unsubscribed");
    }
    JsonNode by = check("post@healthy.test", "&list=" + list).path("by");
    assertThat(by.path("reason").asText()).isEqualTo("unsubscribe");
    assertThat(by.path("list").asLong()).isEqualTo(list);
    assertThat(by.path("evidence").asText()).isEqualTo("one-click");
    assertThat(by.path("delivery").asLong()).isEqualTo(delivery);
    assertThat(check("post@healthy.test", "").path("suppressed").asBoolean())
        .as("other lists go on")
        .isFalse();
  }

  @Test
  void unsubscribesFromEverythingOfTheSenderAndTakesItBack() throws Exception {
    long list = list("all@healthy.test");
    long delivery = delivery(list, "all@healthy.test");
    String path = "/unsubscribe/" + tokens.sign(Purpose.UNSUBSCRIBE, delivery);

    assertThat(post(path, "from=sender").body()).contains("messages from sender.test", "undo/");
    assertThat(suppressedFor("all@healthy.test", "&sendingDomain=news.sender.test")).isTrue();
    assertThat(suppressedFor("all@healthy.test", "&sendingDomain=other.test")).isFalse();

    String undo = "/unsubscribe/undo/" + tokens.sign(Purpose.RESUBSCRIBE, delivery);
    assertThat(send("GET", undo, "").statusCode()).isEqualTo(200);
    assertThat(elsewhere("all@healthy.test")).as("GET changes nothing").isNotEmpty();
    assertThat(
            post("/unsubscribe/undo/" + tokens.sign(Purpose.UNSUBSCRIBE, delivery), "")
                .statusCode())
        .as("a token for one thing is none for another")
        .isEqualTo(404);
    assertThat(post(undo, "").body()).contains("You are subscribed again");
    assertThat(elsewhere("all@healthy.test")).isEmpty();
    JsonNode lifted =
        api.get(SUPPRESSIONS + "/history?value=all%40healthy.test").path("items").path(0);
    assertThat(lifted.path("action").asText()).isEqualTo("resubscribed");
    assertThat(lifted.path("note").asText()).contains("page");

    post(path, "");
    assertThat(api.post("/api/v1/deliveries/" + delivery + "/resubscribe").path("lifted").asInt())
        .isEqualTo(1);
  }

  @Test
  void scopesEndsAndRemovesWithANote() {
    long list = list("scoped@healthy.test");
    api.post(
        SUPPRESSIONS,
        Map.of(
            "items",
            List.of(
                Map.of(
                    "kind",
                    "address",
                    "value",
                    "scoped@healthy.test",
                    "list",
                    list,
                    "expiresAt",
                    "2999-01-01T00:00:00Z"),
                Map.of(
                    "kind",
                    "address",
                    "value",
                    "gone@healthy.test",
                    "expiresAt",
                    "2001-01-01T00:00:00Z"))));
    JsonNode check = check("scoped@healthy.test", "&list=" + list);
    assertThat(check.path("by").path("expiresAt").asText()).startsWith("2999");
    assertThat(suppressedFor("gone@healthy.test", "")).as("expired").isFalse();
    assertThat(api.get(SUPPRESSIONS + "?list=" + list).path("items")).hasSize(1);

    api.delete(SUPPRESSIONS + "/" + check.path("by").path("id").asLong() + "?note=she+asked");
    JsonNode lifted =
        api.get(SUPPRESSIONS + "/history?value=scoped%40healthy.test").path("items").path(0);
    assertThat(lifted.path("note").asText()).isEqualTo("she asked");
    assertThat(lifted.path("who").asText()).startsWith("api key");
    assertThatThrownBy(
            () ->
                api.post(
                    SUPPRESSIONS,
                    Map.of(
                        "items",
                        List.of(
                            Map.of(
                                "kind",
                                "domain",
                                "value",
                                "x.test",
                                "list",
                                list,
                                "sendingDomain",
                                "y.test")))))
        .hasMessageContaining("items[0].sendingDomain");
  }

  @Test
  void importsAndExportsCsvByTheCommandLine() throws Exception {
    Path file = directory.resolve("in.csv");
    Files.writeString(
        file,
        """
        email,reason,sending_domain,expires_at,note
        in1@csv.test,complaint,acme.test,,"a, b"
        nonsense,,,,
        IN2@csv.test,,,2999-01-01T00:00:00Z,
        in3@csv.test,whim,,,
        in2@csv.test,,,,
        """);

    String said = cli("suppression", "import", file.toString());

    assertThat(said)
        .contains(
            "5 rows: 2 added, 1 were there already, 2 rejected.",
            "Line 3: email",
            "Line 5: reason");
    String exported = cli("suppression", "export", "--value", "csv.test");
    assertThat(exported)
        .contains("value,reason,list,sending_domain", "in1@csv.test,complaint,,acme.test,,\"a, b\"")
        .contains("in2@csv.test,import,,,2999-01-01T00:00:00Z");
    Files.writeString(file, exported);
    assertThat(cli("suppression", "import", file.toString()))
        .contains("2 rows: 0 added, 2 were there already, 0 rejected.");
    assertThat(cli("suppression", "check", "in1@csv.test", "--sending-domain", "acme.test"))
        .contains("gets no mail", "complaint", "from acme.test");
    assertThat(cli("suppression", "show", "--value", "csv.test")).contains("in1@csv.test");
  }

  @Test
  void exportsAndErasesARecipientByTheCommandLine() {
    long list = list("erase.me@healthy.test");
    delivery(list, "erase.me@healthy.test");

    assertThat(cli("recipient", "export", "erase.me@healthy.test"))
        .contains("\"deliveries\"", "erase.me@healthy.test");
    assertThat(cli("recipient", "erase", "erase.me@healthy.test", "--yes"))
        .contains("1 lists, out of 1 deliveries");
    assertThat(cli("recipient", "export", "erase.me@healthy.test")).contains("\"erased\"");
    assertThat(cli("suppression", "check", "erase.me@healthy.test")).contains("gets no mail: hash");
  }

  private String cli(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = PortolanCommand.commandLine().setOut(new PrintWriter(out));
    StringWriter err = new StringWriter();
    command.setErr(new PrintWriter(err));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--url", node.url().toString(), "--api-key", node.key()));
    assertThat(command.execute(all.toArray(String[]::new))).as(err.toString()).isZero();
    return out.toString();
  }

  private void slow() {
    for (SimulatedMailServer host : node.healthy()) {
      host.on(ServerPhase.DOT).delay(Duration.ofMillis(400)).always();
    }
  }

  private void fast() {
    node.healthy().forEach(SimulatedMailServer::clearScript);
  }

  private JsonNode check(String address, String more) {
    return api.get(SUPPRESSIONS + "/check?address=" + ApiClient.encode(address) + more);
  }

  private boolean suppressedFor(String address, String more) {
    return check(address, more).path("suppressed").asBoolean();
  }

  private JsonNode elsewhere(String address) {
    return check(address, "").path("elsewhere");
  }

  private long list(String address) {
    long list = api.post("/api/v1/lists", Map.of("name", address)).path("id").asLong();
    api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", address));
    return list;
  }

  private long delivery(long list, String address) {
    return database.number(
        """
        INSERT INTO delivery (campaign_id, recipient_id, state, ended_at, address, domain, isp, platform)
        SELECT ?, id, 'accepted', now(), address, domain, 'other', 'other' FROM recipient WHERE list_id = ? AND address = ?
        RETURNING id
        """,
        campaign(list),
        list,
        address);
  }

  private long accepted(long campaign) {
    return database.number(
        "SELECT count(*) FROM delivery WHERE state = 'accepted' AND campaign_id = ?", campaign);
  }

  private HttpResponse<String> post(String path, String form) throws Exception {
    return send("POST", path, form);
  }

  private HttpResponse<String> send(String method, String path, String form) throws Exception {
    return http.send(
        HttpRequest.newBuilder(node.url().resolve(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, BodyPublishers.ofString(form))
            .build(),
        BodyHandlers.ofString());
  }

  private long campaign(long list) {
    return api.post(
            "/api/v1/campaigns",
            Map.of(
                "name",
                "c" + list,
                "listId",
                list,
                "content",
                Map.of("fromAddress", "news@sender.test", "subject", "Hi", "text", "Good day.")))
        .path("id")
        .asLong();
  }
}
