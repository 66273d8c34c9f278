package io.portolan.api.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From a campaign's message to its bounce by SMTP, and what becomes of the delivery. */
class IntakeNodeTest {
  private static final String ANNA = "anna@healthy.test";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  private TestingNode node;
  private ApiClient api;
  private String returnPath;

  @BeforeEach
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    long list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", ANNA));
    String campaign =
        "/api/v1/campaigns/"
            + api.post(
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
    api.post(campaign + "/schedule", Map.of("at", "now"));
    Eventually.holds(
        "the campaign is finished",
        () -> api.get(campaign).path("state").asText().equals("finished"));
    returnPath = node.mailboxes().of(ANNA).getFirst().sender();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void takesABounceThatComesLater() throws Exception {
    assertThat(offered(returnPath)).startsWith("250");

    assertThat(delivery().path("state").asText()).isEqualTo("bounced");
    assertThat(database.texts("SELECT category FROM delivery")).containsExactly("bad-mailbox");
    assertThat(database.texts("SELECT value || ' ' || reason FROM suppression"))
        .containsExactly(ANNA + " hard-bounce");
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || category || ' ' || count FROM result_rollup WHERE outcome"
                    + " = 'late-bounce'"))
        .containsExactly("late-bounce bad-mailbox 1");
  }

  @Test
  void holdsAnIspOfWhichTooManyBouncesComeLater() throws Exception {
    // as if it had a rest to send
    database.execute("UPDATE batch SET state = 'queued', due_at = now() + interval '1 day'");
    database.execute("UPDATE campaign SET state = 'paused'");
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        SELECT d.campaign_id, date_trunc('minute', d.ended_at), d.isp, d.platform, 'direct', 25, 'opportunistic',
               r.outcome, r.category, 11
          FROM delivery d, (VALUES ('accepted', ''), ('late-bounce', 'bad-mailbox')) AS r (outcome, category)
        """);

    assertThat(offered(returnPath)).startsWith("250");

    Eventually.holds(
        "its ISP is held", () -> database.number("SELECT count(*) FROM campaign_hold") == 1);
    assertThat(
            database.texts(
                "SELECT h.guard || ' ' || h.hits || ' of ' || h.trials FROM campaign_hold h JOIN delivery d ON d.isp = h.isp"))
        .containsExactly("hard-bounce 12 of 12");
  }

  @Test
  void countsTheSameBounceOnce() throws Exception {
    assertThat(offered(returnPath)).startsWith("250");
    assertThat(offered(returnPath)).startsWith("250");

    assertThat(
            database.number("SELECT sum(count) FROM result_rollup WHERE outcome = 'late-bounce'"))
        .isEqualTo(1);
  }

  @Test
  void countsWhoUnsubscribesByAClickOnce() throws Exception {
    String text = node.mailboxes().of(ANNA).getFirst().content().text().orElseThrow();
    String header =
        text.replace("\r\n ", " ")
            .lines()
            .filter(line -> line.startsWith("List-Unsubscribe:"))
            .findFirst()
            .orElseThrow();
    URI link = node.url().resolve(URI.create(header.replaceAll(".*<([^>]+)>.*", "$1")).getPath());
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String body :
          List.of("List-Unsubscribe=One-Click", "List-Unsubscribe=One-Click", "from=sender")) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(link)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
      }
    }

    assertThat(
            database.texts(
                "SELECT outcome || ' ' || count FROM result_rollup WHERE outcome = 'unsubscribe'"))
        .containsExactly("unsubscribe 1");
    assertThat(
            database.texts(
                "SELECT source || ' ' || received_from || ' ' || effects FROM feedback ORDER BY"
                    + " id"))
        .containsExactly("link one-click counted suppressed", "link page suppressed");
  }

  @Test
  void refusesABounceThatIsForged() throws Exception {
    int at = returnPath.indexOf('@');
    String forged =
        returnPath.substring(0, at - 1)
            + (returnPath.charAt(at - 1) == 'a' ? 'b' : 'a')
            + returnPath.substring(at);

    assertThat(offered(forged)).startsWith("550");

    assertThat(delivery().path("state").asText()).isEqualTo("accepted");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void showsHowMailboxesStand() {
    assertThat(run("mailboxes")).contains("No mailbox has been read");
    database.execute(
        """
        INSERT INTO mailbox (name, uid_validity, last_uid, taken, node, polled_at, succeeded_at, failures, trouble)
        VALUES ('bounces', 7, 12, 12, 'n1', now(), now(), 2, 'The login was refused.')
        """);

    assertThat(run("mailboxes"))
        .contains("bounces", "12", "failed 2 times in a row", "The login was refused.");
    assertThat(run("mailboxes", "--json")).startsWith("{");
    database.execute("UPDATE mailbox SET failures = 0, trouble = '1 mail could not be read'");
    assertThat(run("mailboxes")).contains("1 mail could not be read").doesNotContain("failed");
  }

  private String run(String... command) {
    StringWriter said = new StringWriter();
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--url", node.url().toString(), "--api-key", node.key()));
    int exitCode =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(said))
            .execute(line.toArray(String[]::new));
    assertThat(exitCode).as("%s", said).isZero();
    return said.toString();
  }

  private JsonNode delivery() {
    return api.get("/api/v1/deliveries?address=" + ANNA).path("items").path(0);
  }

  /** Offers a report of failure to the listener; the reply that ends it. */
  private String offered(String recipient) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.intakePort());
        BufferedReader replies =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      socket.setSoTimeout(20_000);
      assertThat(reply(replies)).startsWith("220");
      for (String command :
          List.of("EHLO mx.healthy.test", "MAIL FROM:<>", "RCPT TO:<" + recipient + ">", "DATA")) {
        String reply = told(socket.getOutputStream(), replies, command + "\r\n");
        if (reply.charAt(0) > '3') {
          return reply;
        }
      }
      return told(socket.getOutputStream(), replies, report().replace("\n", "\r\n") + ".\r\n");
    }
  }

  private static String told(OutputStream out, BufferedReader replies, String text)
      throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return reply(replies);
  }

  private static String reply(BufferedReader replies) throws IOException {
    String line = replies.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = replies.readLine();
    }
    return String.valueOf(line);
  }

  private String report() {
    return """
    From: MAILER-DAEMON@mx.healthy.test
    To: %s
    Subject: Undelivered Mail Returned to Sender
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status; boundary=b

    --b
    Content-Type: text/plain

    The mailbox is gone.
    --b
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.healthy.test

    Final-Recipient: rfc822; %s
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 5.1.1 User unknown

    --b--
    """
        .formatted(returnPath, ANNA);
  }
}
