package io.portolan.api.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.node.TestingNode;
import io.portolan.api.rates.RatesCommand;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import io.portolan.core.json.Json;
import io.portolan.sender.simulation.StoredMessage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A campaign of which four recipients are reached through a relay and two directly, one of whom
 * does not exist; and what the relay's events make of it, wherever it is shown.
 */
class RelayedCampaignTest {
  private static final String KEY = "the key of the webhook";
  private static final List<String> BY_RELAY =
      List.of("ada@healthy.test", "ben@healthy.test", "cem@healthy.test", "dea@healthy.test");
  private static final IspEntry DIRECT =
      new IspEntry(
          new Isp("choosy", "Choosy", Isp.Kind.MAILBOX, "choosy"),
          List.of("choosy.test"),
          List.of(),
          "test");
  private static final String POLICY =
      """
      rules:
        - isp: "*"
          paths: [smart:25]
        - isp: choosy
          paths: [direct:25]
      """;

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path directory;
  @TempDir private Path uploads;

  private TestingNode node;
  private String key;
  private ApiClient api;
  private String campaign;
  private long id;

  @BeforeEach
  void send() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), KEY);
    Path file =
        Files.writeString(
            directory.resolve("portolan.yaml"),
            """
            webhooks:
              smart:
                vendor: generic
                secret: file:%s
                relay: smart
            """
                .formatted(secret));
    node = new TestingNode(database, uploads, List.of(DIRECT), file);
    key = node.key();
    api = new ApiClient(node.url(), key);
    api.put(
        "/api/v1/relays/smart",
        Map.of(
            "host", "mx1.healthy.test", "ports", List.of(Map.of("port", 25, "tls", "starttls"))));
    int version =
        api.postText("/api/v1/policy/versions", POLICY, "application/yaml").path("version").asInt();
    api.post("/api/v1/policy/versions/" + version + "/activate", Map.of());
    long list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    List<String> all = new ArrayList<>(BY_RELAY);
    all.addAll(List.of("eve@choosy.test", "nobody@choosy.test"));
    for (String address : all) {
      api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", address));
    }
    id =
        api.post(
                "/api/v1/campaigns",
                Map.of(
                    "name",
                    "news",
                    "listId",
                    list,
                    "content",
                    Map.of("fromAddress", "me@sender.test", "subject", "Hi", "text", "Hello.")))
            .path("id")
            .asLong();
    campaign = "/api/v1/campaigns/" + id;
    api.post(campaign + "/schedule", Map.of("at", "now"));
    Eventually.holds(
        "the campaign is finished, without any event",
        () -> api.get(campaign).path("state").asText().equals("finished"));
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void isRelayedUntilTheRelaysEventsSayMore() throws Exception {
    shows(1, 4, 1, 2);
    assertThat(addresses("relayed")).containsExactlyElementsOf(BY_RELAY);
    assertThat(addresses("accepted")).containsExactly("eve@choosy.test");

    event("1", "delivered", "ada@healthy.test", "");
    event("1", "delivered", "ada@healthy.test", "");
    event("2", "delivered", "ada@healthy.test", "");

    // bounces of four are no share of what is known of one
    shows(2, 3, 1, 2);
    assertThat(addresses("accepted")).containsExactly("ada@healthy.test", "eve@choosy.test");

    event("3", "delivered", "cem@healthy.test", "");

    shows(3, 2, 1, 4);

    event("4", "bounce", "ben@healthy.test", "550 5.1.1 no such user");
    event("4", "bounce", "ben@healthy.test", "550 5.1.1 no such user");

    shows(3, 1, 2, 5);
    assertThat(addresses("bounced")).containsExactly("ben@healthy.test", "nobody@choosy.test");
    assertThat(addresses("relayed,bounced")).hasSize(3);

    event("5", "bounce", "ada@healthy.test", "550 5.1.1 no such user");

    shows(2, 1, 3, 5);
    assertThat(addresses("relayed")).containsExactly("dea@healthy.test");
  }

  /**
   * The same in the progress and in each form of the report, and it adds up.
   *
   * @param known what bounces are a share of
   */
  private void shows(long accepted, long relayed, long bounced, long known) throws Exception {
    JsonNode progress = api.get(campaign + "/progress");
    JsonNode total = progress.path("total");
    assertThat(
            List.of(number(total, "accepted"), number(total, "relayed"), number(total, "bounced")))
        .containsExactly(accepted, relayed, bounced);
    assertThat(number(total, "recipients")).isEqualTo(accepted + relayed + bounced);
    assertThat(progress.path("isps"))
        .filteredOn(isp -> isp.path("isp").asText().equals("choosy"))
        .singleElement()
        .satisfies(isp -> assertThat(number(isp.path("counts"), "relayed")).isZero());

    JsonNode report = api.get("/api/v1/reports/campaigns/" + id);
    JsonNode funnel = report.path("funnel");
    assertThat(funnel.toString())
        .isEqualTo(
            "{\"planned\":6,\"accepted\":%d,\"relayed\":%d,\"bounced\":%d,\"notSent\":0,\"expired\":0,\"suppressed\":0,\"cancelled\":0,\"waiting\":0}"
                .formatted(accepted, relayed, bounced));
    assertThat(number(report.path("total"), "relayed")).isEqualTo(relayed);
    assertThat(number(report.path("total").path("hardBounceRate"), "of")).isEqualTo(known);
    assertThat(number(report.path("total"), "notInBounceRates")).isEqualTo(6 - known);
    String without =
        "Hard bounce, soft bounce and block rates leave out " + (6 - known) + " messages";
    assertThat(report.path("leftOut").path(0).asText()).startsWith(without);
    assertThat(run("rates", "--by", "route")).contains(without);
    assertThat(csv("").getLast()).contains("," + known + ",");
    for (JsonNode relays : List.of(progress.path("relays"), report.path("relays"))) {
      assertThat(relays)
          .singleElement()
          .satisfies(
              relay -> {
                assertThat(relay.path("relay").asText()).isEqualTo("smart");
                assertThat(number(relay, "relayed")).isEqualTo(relayed);
                assertThat(relay.path("reports").asText()).isEqualTo("events");
              });
    }
    assertThat(csv("&part=funnel"))
        .contains("planned,6,")
        .anyMatch(line -> line.startsWith("accepted," + accepted + ","))
        .anyMatch(line -> line.startsWith("relayed," + relayed + ","))
        .anyMatch(line -> line.startsWith("bounced," + bounced + ","));
    assertThat(api.getText("/api/v1/reports/campaigns/" + id + "?format=html", "text/html"))
        .contains(
            "<td class=t>accepted<td>" + accepted + "<td>",
            "<td class=t>relayed<td>" + relayed + "<td>",
            "Relayed: " + relayed + ". Accepted by relay smart;",
            without);
    assertThat(run("report", "news"))
        .containsPattern("accepted +" + accepted + " ")
        .containsPattern("relayed +" + relayed + " ")
        .contains(
            "Relayed: " + relayed + ". Accepted by relay smart; the ISP's answer is not known.",
            without);
    assertThat(run("report", "news", "--csv", "--funnel").lines())
        .containsExactlyElementsOf(csv("&part=funnel"));
    assertThat(run("report", "news", "--csv", "--cohorts").lines())
        .containsExactlyElementsOf(csv("&part=cohorts"));
    assertThat(csv("&part=cohorts").getLast()).contains(",24,5,").endsWith(",5");
    assertThat(run("report", "news", "--cohorts")).containsPattern("Z +24 +5 ");
    assertThat(run("campaign", "watch", "news")).contains(relayed + " relayed");
  }

  @Test
  void eachDeliverySaysWhichRelayHasItAndWhatToExpect() throws Exception {
    JsonNode relayed = delivery("ada@healthy.test").path("delivery");
    assertThat(relayed.path("state").asText()).isEqualTo("relayed");
    assertThat(relayed.path("relay").asText()).isEqualTo("smart");
    assertThat(relayed.path("note").asText()).contains("Its events say whether the ISP took it");
    assertThat(relayed.has("endedAt")).isTrue();
    JsonNode direct = delivery("eve@choosy.test").path("delivery");
    assertThat(direct.path("state").asText()).isEqualTo("accepted");
    assertThat(direct.has("relay")).isFalse();

    event("1", "delivered", "ada@healthy.test", "");

    JsonNode told = delivery("ada@healthy.test");
    assertThat(told.path("delivery").path("state").asText()).isEqualTo("accepted");
    assertThat(told.path("delivery").has("note")).isFalse();
    assertThat(told.path("feedback").path(0).path("effects").toString())
        .isEqualTo("[\"confirmed\",\"counted\"]");
    assertThat(run("delivery", "show", "--campaign", "news", "--state", "relayed,bounced"))
        .contains("ben@healthy.test", "nobody@choosy.test", "Relayed: Accepted by relay smart;")
        .doesNotContain("ada@healthy.test", "eve@choosy.test");
    assertThatThrownBy(() -> addresses("delivered"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("\"delivered\" is no state of a delivery");
    DescribedAnswers described =
        new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));
    assertThat(
            described.differences(
                "get", "/api/v1/deliveries/{id}", 200, delivery("ben@healthy.test")))
        .isEmpty();
    assertThat(
            described.differences(
                "get",
                "/api/v1/reports/campaigns/{id}",
                200,
                api.get("/api/v1/reports/campaigns/" + id)))
        .isEmpty();
  }

  @Test
  void saysThatNothingWillComeOfARelayThatDoesNotReport() throws Exception {
    stop();
    node =
        new TestingNode(database, uploads, List.of(DIRECT), Map.of("PORTOLAN_INTAKE_ADDRESS", ""));
    api = new ApiClient(node.url(), key);

    assertThat(api.get("/api/v1/relays/smart").path("reports").asText()).isEqualTo("nothing");
    assertThat(run("relay", "show")).containsPattern("smart .*nothing");
    for (String words :
        List.of(
            delivery("ada@healthy.test").path("delivery").path("note").asText(),
            api.get(campaign + "/progress").path("relays").path(0).path("note").asText(),
            run("report", "news"),
            run("campaign", "watch", "news"),
            run("delivery", "show", "--campaign", "news"))) {
      assertThat(words).contains("This relay does not report, so nothing will arrive");
    }
  }

  private List<String> addresses(String state) {
    List<String> addresses = new ArrayList<>();
    api.get("/api/v1/deliveries?campaign=" + id + "&state=" + state)
        .path("items")
        .forEach(item -> addresses.add(item.path("delivery").path("address").asText()));
    return addresses;
  }

  private JsonNode delivery(String address) {
    long delivery =
        api.get("/api/v1/deliveries?campaign=" + id + "&address=" + ApiClient.encode(address))
            .path("items")
            .path(0)
            .path("delivery")
            .path("id")
            .asLong();
    return api.get("/api/v1/deliveries/" + delivery);
  }

  private List<String> csv(String part) {
    return api.getText("/api/v1/reports/campaigns/" + id + "?format=csv" + part, "text/csv")
        .lines()
        .toList();
  }

  private static long number(JsonNode counts, String field) {
    return counts.path(field).asLong(-1);
  }

  /** What the relay says of its copy of the message to an address. */
  private void event(String event, String kind, String address, String reply) throws Exception {
    StoredMessage message = node.mailboxes().of(address).getFirst();
    String messageId =
        message
            .content()
            .text()
            .orElseThrow()
            .lines()
            .filter(line -> line.startsWith("Message-ID:"))
            .map(line -> line.substring("Message-ID:".length()).strip())
            .findFirst()
            .orElseThrow();
    byte[] body =
        Json.write(
                Map.of(
                    "id", event,
                    "event", kind,
                    "recipient", address,
                    "reply", reply,
                    "messageId", messageId))
            .getBytes(StandardCharsets.UTF_8);
    String seconds = String.valueOf(InstantSource.system().instant().getEpochSecond());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
    String signature = "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(
              client
                  .send(
                      HttpRequest.newBuilder(node.url().resolve("/api/v1/events/generic/smart"))
                          .header("Portolan-Signature", signature)
                          .POST(BodyPublishers.ofByteArray(body))
                          .build(),
                      BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  private String run(String... command) {
    StringWriter said = new StringWriter();
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--url", node.url().toString(), "--api-key", key));
    assertThat(
            PortolanCommand.commandLine(new RatesCommand())
                .setOut(new PrintWriter(said))
                .execute(line.toArray(String[]::new)))
        .as("%s", said)
        .isZero();
    return said.toString();
  }
}
