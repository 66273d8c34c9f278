package io.portolan.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.json.Json;
import io.portolan.sender.simulation.StoredMessage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Scheduled reports of a whole node: by mail, to a webhook, by the API and on the terminal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScheduledReportsTest {
  private static final String SCHEDULES = "/api/v1/report-schedules";
  private static final String KEY = "the key";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private record Call(String body, String signature) {}

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile int answer = 204;
  private HttpServer hook;
  private TestingNode node;
  private ApiClient api;
  private DescribedAnswers described;

  @BeforeAll
  void start() throws Exception {
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          calls.add(
              new Call(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                  String.valueOf(exchange.getRequestHeaders().getFirst("Portolan-Signature"))));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    hook.start();
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    described = new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));
    counted(90, "accepted", "", 900);
    counted(90, "bounced", "bad-mailbox", 100);
    counted(36 * 60, "accepted", "", 1_000);
    database.execute(
        "INSERT INTO suppression (kind, value, reason, source) VALUES ('address', 'gone@healthy.test', 'unsubscribe', 'test')");
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
    hook.stop(0);
  }

  @Test
  void mailsASummaryWithThePageAndSaysWhatChanged() {
    Map<String, Object> settings = mail("morning", "ops@healthy.test", "gone@healthy.test");
    JsonNode made = api.post(SCHEDULES, settings);
    long id = made.path("id").asLong();

    JsonNode asked = api.post(SCHEDULES + "/" + id + "/run");
    JsonNode run = ended(id);

    assertThat(described.differences("post", SCHEDULES, 201, made)).isEmpty();
    assertThat(described.differences("post", SCHEDULES + "/{id}/run", 202, asked)).isEmpty();
    assertThat(
            described.differences(
                "get", SCHEDULES + "/{id}/runs", 200, api.get(SCHEDULES + "/" + id + "/runs")))
        .isEmpty();
    assertThat(described.differences("get", SCHEDULES, 200, api.get(SCHEDULES))).isEmpty();
    assertThat(run.path("state").asText()).as("one address is suppressed").isEqualTo("failed");
    assertThat(run.path("trouble").asText()).contains("gone@healthy.test", "suppressed");
    assertThat(run.path("tries").asInt()).as("no other try is of use").isEqualTo(1);
    assertThat(node.mailboxes().of("gone@healthy.test")).isEmpty();
    List<StoredMessage> mails = node.mailboxes().of("ops@healthy.test");
    assertThat(mails).hasSize(1);
    String text = mails.getFirst().content().text().orElseThrow();
    assertThat(text)
        .contains(
            "From: Reports <reports@shop.test>",
            "Subject: morning: All campaigns",
            "Auto-Submitted: auto-generated",
            "Accepted: 900",
            "What changed against the day before:",
            "the hard bounce rate rose from 0.00 % to 10.00 %",
            "Content-Disposition: attachment; filename=\"report-",
            "<!doctype html>")
        .doesNotContain("List-Unsubscribe", "Precedence");
  }

  @Test
  void mailsHowReputationStands() {
    Map<String, Object> settings = mail("reputation", "boss@healthy.test");
    settings.put("report", "reputation");
    settings.put("days", 7);
    long id = api.post(SCHEDULES, settings).path("id").asLong();

    api.post(SCHEDULES + "/" + id + "/run");

    assertThat(ended(id).path("state").asText()).isEqualTo("sent");
    assertThat(node.mailboxes().of("boss@healthy.test").getFirst().content().text().orElseThrow())
        .contains("Subject: reputation: All campaigns", "Accepted: ", "<title>Reputation");
  }

  @Test
  void postsASignedDocumentAndTriesAgainWhereItIsNotTaken() throws Exception {
    Path secret = Files.writeString(uploads.resolve("hook.key"), KEY);
    String url = "http://127.0.0.1:" + hook.getAddress().getPort() + "/in?token=secret";
    Map<String, Object> settings = settings("hook");
    settings.put("webhook", Map.of("url", url));
    long id = api.post(SCHEDULES, settings).path("id").asLong();
    // no secrets directory is configured, so that the API may not name a file
    database.execute(
        "UPDATE report_schedule SET secret_ref = ? WHERE id = ?", "file:" + secret, id);
    answer = 503;

    api.post(SCHEDULES + "/" + id + "/run");
    JsonNode failed =
        Eventually.value(
            "a try failed",
            () -> api.get(SCHEDULES + "/" + id).path("lastRun"),
            run -> run.hasNonNull("nextTry") && !run.path("trouble").asText().isEmpty());
    answer = 204;
    database.execute("UPDATE report_run SET not_before = now() WHERE schedule_id = ?", id);
    api.post(SCHEDULES + "/" + id + "/run"); // wakes the thread; another run
    Eventually.holds("three calls", () -> calls.size() == 3);

    assertThat(failed.path("state").asText()).isEqualTo("open");
    assertThat(failed.path("trouble").asText())
        .isEqualTo("webhook: it answers 503")
        .doesNotContain("token");
    JsonNode first = Json.read(calls.get(0).body(), JsonNode.class);
    JsonNode second = Json.read(calls.get(1).body(), JsonNode.class);
    assertThat(second.path("run").asLong())
        .as("the receiver can tell a copy")
        .isEqualTo(first.path("run").asLong());
    assertThat(first.path("event").asText()).isEqualTo("report");
    assertThat(first.path("data").path("total").path("counts").path("accepted").asLong())
        .isEqualTo(900);
    assertThat(first.path("changes")).isNotEmpty();
    for (Call call : calls) {
      assertThat(call.signature()).isEqualTo(signature(call.body()));
      assertThat(call.signature()).isNotEqualTo(signature(call.body() + " "));
    }
  }

  @Test
  void sendsWhatIsDueOnceBySchedule() {
    long id = api.post(SCHEDULES, mail("due", "due@healthy.test")).path("id").asLong();
    Instant due = Instant.now().minusSeconds(60);
    database.execute(
        "UPDATE report_schedule SET next_run = ? WHERE id = ?", due.atOffset(ZoneOffset.UTC), id);

    Eventually.value(
        "the report was sent",
        Duration.ofSeconds(40),
        () -> api.get(SCHEDULES + "/" + id).path("lastRun"),
        run -> run.path("state").asText().equals("sent"));

    assertThat(api.get(SCHEDULES + "/" + id + "/runs").path("items")).hasSize(1);
    assertThat(node.mailboxes().of("due@healthy.test")).hasSize(1);
    assertThat(Instant.parse(api.get(SCHEDULES + "/" + id).path("nextRun").asText()))
        .isAfter(Instant.now());
  }

  @Test
  void namesEachFieldThatIsWrong() {
    Map<String, Object> wrong = new LinkedHashMap<>();
    wrong.put("name", "");
    wrong.put("report", "isp");
    wrong.put("days", 3);
    wrong.put("every", "week");
    wrong.put("at", "8 o'clock");
    wrong.put("zone", "Europe/Atlantis");
    wrong.put("mail", Map.of("from", "nobody", "to", List.of("a@b.test", "x")));

    assertThatThrownBy(() -> api.post(SCHEDULES, wrong))
        .isInstanceOf(ApiException.class)
        .message()
        .contains("name", "isp", "days", "weekday", "at", "zone", "mail.from", "mail.to[1]");
    refused("webhook.url", "webhook", Map.of("url", "ftp://x.test/"));
    refused(
        "webhook.secretRef", "webhook", Map.of("url", "https://x.test/", "secretRef", "env:HOME"));
    Map<String, Object> none = settings("none");
    assertThatThrownBy(() -> api.post(SCHEDULES, none)).hasMessageContaining("mail");
  }

  @Test
  void changesAndRemovesASchedule() {
    long id = api.post(SCHEDULES, mail("weekly", "w@healthy.test")).path("id").asLong();
    Map<String, Object> changed = mail("weekly 2", "w@healthy.test");
    changed.put("every", "week");
    changed.put("weekday", "friday");
    changed.put("enabled", false);

    JsonNode now = api.put(SCHEDULES + "/" + id, changed);

    assertThat(described.differences("put", SCHEDULES + "/{id}", 200, now)).isEmpty();
    assertThat(now.path("settings").path("weekday").asText()).isEqualTo("friday");
    assertThat(now.has("nextRun")).isFalse();
    api.delete(SCHEDULES + "/" + id);
    assertThatThrownBy(() -> api.get(SCHEDULES + "/" + id)).hasMessageContaining("no report");
  }

  @Test
  void isSteeredFromTheTerminal() {
    assertThat(
            run(
                "add",
                "nightly",
                "--report",
                "ports",
                "--days",
                "7",
                "--every",
                "month",
                "--day-of-month",
                "31",
                "--at",
                "23:30",
                "--zone",
                "Asia/Kolkata",
                "--from",
                "reports@shop.test",
                "--to",
                "n@healthy.test"))
        .contains("is made. It sends next at ");
    assertThat(run("list")).contains("nightly", "ports 7 d", "month 31 23:30 Asia/Kolkata");
    assertThat(run("run", "nightly")).contains("is on its way");
    Eventually.holds("it was sent", () -> run("show", "nightly").contains("sent"));
    assertThat(run("remove", "nightly")).contains("is gone");
    assertThat(run("list")).doesNotContain("nightly");
  }

  private void refused(String field, String part, Map<String, Object> value) {
    Map<String, Object> settings = settings("refused");
    settings.put(part, value);
    assertThatThrownBy(() -> api.post(SCHEDULES, settings))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining(field);
  }

  private JsonNode ended(long id) {
    return Eventually.value(
        "the run ended",
        () -> api.get(SCHEDULES + "/" + id).path("lastRun"),
        run -> run.hasNonNull("endedAt"));
  }

  private static Map<String, Object> settings(String name) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("name", name);
    settings.put("report", "all");
    settings.put("days", 1);
    settings.put("every", "day");
    settings.put("at", "08:30");
    settings.put("zone", "Europe/Berlin");
    return settings;
  }

  private static Map<String, Object> mail(String name, String... to) {
    Map<String, Object> settings = settings(name);
    settings.put(
        "mail", Map.of("from", "reports@shop.test", "fromName", "Reports", "to", List.of(to)));
    return settings;
  }

  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    List<String> all = new ArrayList<>(List.of("report", "schedule"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--url", node.url().toString(), "--api-key", node.key()));
    int code =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(all.toArray(String[]::new));
    assertThat(code).as(out.toString()).isZero();
    return out.toString();
  }

  private static void counted(int minutesAgo, String outcome, String category, int count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category, count)
        VALUES (1, date_trunc('minute', now()) - make_interval(mins => ?), 'gmail', 'gmail', 'direct', 25, 'starttls', '', 'tls', ?, ?, ?)
        """,
        minutesAgo,
        outcome,
        category,
        count);
  }

  private static String signature(String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }
}
