package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.Eventually;
import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.LabHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code serve} before Debian's Postfix as a relay on 587 with STARTTLS and a login, driven by the
 * very commands of the quick start.
 */
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostfixSystemTest {
  private static final String RELAY = "smtp.example.net";
  private static final Pattern BLOCK =
      Pattern.compile("^```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern RECIPIENT = Pattern.compile("(?m)^Delivered-To: (.*)$");
  private static final Pattern MESSAGE_ID = Pattern.compile("(?mi)^Message-ID: (.*)$");

  private static final String VERIFY =
      """
      import dkim, sys
      records = {b"s1._domainkey.example.net.": sys.argv[1].encode(),
                 b"e1._domainkey.example.net.": sys.argv[2].encode()}
      def dns(name, timeout=5):
          return records.get(name)
      message = dkim.DKIM(sys.stdin.buffer.read().replace(b"\\n", b"\\r\\n"), minkey=1024)
      print(message.verify(idx=0, dnsfunc=dns), message.verify(idx=1, dnsfunc=dns))
      """;

  private Scene scene;
  private ServeProcess serve;
  private PostfixRelay relay;
  private Path directory;
  private Path secrets;
  private String rsaRecord;
  private String ed25519Record;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    scene = new Scene(directory);
    LabHost host = scene.lab().host("postfix");
    scene.mail().network().dns().addAddress(RELAY, host.address());
    scene.mail().network().dns().addMx("example.org", 10, "mx.example.org");
    Path home = Files.createTempDirectory("portolan-postfix-"); // Postfix's users have to reach it
    scene.lab().keep(() -> Commands.run(List.of("rm", "-r", home.toString())));
    relay =
        scene
            .lab()
            .keep(
                PostfixRelay.start(
                    host,
                    home,
                    RELAY,
                    scene.mail().network().certificates().identityPem(RELAY),
                    "example.org",
                    "example.net",
                    "sender.test")); // to which bounces go
    relay.account(RELAY, "me", "right");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair rsa = generator.generateKeyPair();
    KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    rsaRecord = "v=DKIM1; k=rsa; p=" + base64(rsa.getPublic().getEncoded());
    // RFC 8463 section 4: the key itself, which the JDK's encoding ends with
    byte[] encoded = ed25519.getPublic().getEncoded();
    ed25519Record =
        "v=DKIM1; k=ed25519; p="
            + base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    secrets = Files.createDirectory(directory.resolve("secrets"));
    serve =
        scene.serve(
            "",
            """
            secrets:
              directory: %s
            paths:
              login-hold: 5s
            dkim:
              example.net:
                selector: s1
                key: file:%s
                ed25519-selector: e1
                ed25519-key: file:%s
            """
                .formatted(secrets, pem("rsa", rsa), pem("ed25519", ed25519)),
            Map.of("PORTOLAN_SECRET_MAILER", "right"));
  }

  private static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  private Path pem(String name, KeyPair keys) throws Exception {
    return Files.writeString(
        directory.resolve(name + ".pem"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
  }

  @AfterAll
  void stop() {
    scene.close();
  }

  @Test
  @Order(1)
  void reachesTheRelayByTheQuickStartsCommands() throws Exception {
    List<String> blocks = commands();
    // the first one starts the server, and the second one is what all others begin with
    String preamble =
        blocks
            .get(1)
            .replace("ptl_...", serve.firstKey())
            .replace("curl -sS", "curl -sS --fail-with-body");
    StringBuilder output = new StringBuilder();
    for (String block : blocks.subList(2, blocks.size())) {
      output.append(
          Commands.run(
              scene
                  .sender()
                  .command(
                      List.of("bash", "-euo", "pipefail", "-c", inDirectory(preamble + block)))));
      if (block.contains("/imports/")) {
        awaitState("/imports/1");
      } else if (block.contains("> policy.yaml")) {
        relayFirst(directory.resolve("policy.yaml"));
      } else if (block.contains("/schedule")) {
        awaitState("/campaigns/1/progress");
      }
    }

    assertThat(output).contains("\"outcome\":\"open\"").doesNotContain("problem");
    assertThat(Files.readString(directory.resolve("report.html"))).contains("mailer:587");
    Eventually.holds("all is delivered", () -> relay.messages().size() >= 3);
    List<String> messages = relay.messages();
    assertThat(messages.stream().map(message -> first(RECIPIENT, message)))
        .containsExactlyInAnyOrder("anna@example.org", "ben@example.org", "me@example.net");
    assertThat(messages.stream().map(message -> first(MESSAGE_ID, message)))
        .doesNotHaveDuplicates();
    String anna =
        messages.stream()
            .filter(message -> first(RECIPIENT, message).equals("anna@example.org"))
            .findFirst()
            .orElseThrow();
    assertThat(anna)
        .contains("Subject: Hello Anna\n")
        .contains("To: anna@example.org\n")
        .contains("Dear Anna, this is Portolan.")
        .contains("<p>Dear Anna, this is Portolan.</p>")
        .contains("List-Unsubscribe: <http")
        .contains("with ESMTPSA"); // RFC 3848: over TLS and after a login
    assertThat(messages)
        .allSatisfy(
            message ->
                assertThat(
                        Commands.run(
                            List.of("/usr/bin/python3", "-c", VERIFY, rsaRecord, ed25519Record),
                            message))
                    .as("by RSA and by Ed25519")
                    .isEqualToIgnoringWhitespace("True True"));
  }

  @Test
  @Order(2)
  void holdsMailWhileThePasswordIsWrongAndSendsItWhenItIsRight() throws Exception {
    Path password = Files.writeString(secrets.resolve("password"), "wrong");
    Campaigns campaigns = scene.campaigns(serve.firstKey());
    setSecondRelay(campaigns, password);
    campaigns.activate("rules:\n  - isp: \"*\"\n    paths: [second:587]\n");
    int before = relay.messages().size();

    long campaign = campaigns.start("wrong password", Campaigns.addresses(100, "@example.org"));
    JsonNode paths =
        Eventually.value(
            "the login is held",
            () -> campaigns.api().get(Campaigns.BASE + "/paths"),
            it -> it.path("holds").toString().contains("535"));
    assertThat(paths.toString()).contains("second");
    Eventually.holds(
        "an alarm is in the log",
        () -> serve.log().contains("ERROR") && serve.log().contains("relay second cannot be"));
    JsonNode progress =
        campaigns.api().get(Campaigns.BASE + "/campaigns/" + campaign + "/progress");
    assertThat(progress.path("total").path("waiting").asLong()).as("%s", progress).isEqualTo(100);
    assertThat(campaigns.api().get(Campaigns.BASE + "/suppressions").path("items")).isEmpty();
    assertThat(relay.messages()).hasSize(before);

    Files.writeString(password, "right");
    setSecondRelay(campaigns, password); // ends the hold at once
    JsonNode end = campaigns.finished(campaign).path("total");

    assertThat(end.path("relayed").asLong()).as("%s", end).isEqualTo(100);
    assertThat(end.path("accepted").asLong()).as("no event says so: %s", end).isZero();
    assertThat(end.path("bounced").asLong()).isZero();
    assertThat(campaigns.api().get(Campaigns.BASE + "/suppressions").path("items")).isEmpty();
    Eventually.holds("all is delivered", () -> relay.messages().size() >= before + 100);
    assertThat(
            relay.messages().stream()
                .map(message -> first(RECIPIENT, message))
                .filter(address -> address.startsWith("r")))
        .hasSize(100)
        .doesNotHaveDuplicates();
  }

  /** What Postfix says in a bounce of the envelope is ours, though all else was taken out of it. */
  @Test
  @Order(3)
  void knowsABounceOfTheRelayByItsEnvelopeId() {
    Campaigns campaigns = scene.campaigns(serve.firstKey());
    long campaign = campaigns.start("gone", List.of("gone@example.org"));
    campaigns.finished(campaign);
    String bounce =
        Eventually.value(
                "the bounce has come",
                () ->
                    relay.messages().stream()
                        .filter(it -> it.contains("Action: failed"))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    String token = first(Pattern.compile("(?m)^Delivered-To: b\\+([a-z2-7]{32})@"), bounce);
    assertThat(bounce)
        .contains("\nOriginal-Envelope-Id: " + token + "\n")
        .contains("\nOriginal-Recipient: rfc822;gone@example.org\n")
        .contains("Content-Type: text/rfc822-headers"); // RFC 3461 section 4.3: RET=HDRS

    String bare =
        bounce
            .replace("b+" + token, "somebody")
            .replaceAll("(?m)^Message-ID: .*$", "X-Taken-Out: yes");
    JsonNode taken = take(campaigns, bare);
    JsonNode forged = take(campaigns, bare.replace(token, "a".repeat(32)));

    assertThat(taken.findPath("by").asText()).as("%s", taken).isEqualTo("envelope-id");
    assertThat(taken.findPath("trusted").asBoolean()).isTrue();
    assertThat(taken.findPath("campaign").asLong()).isEqualTo(campaign);
    assertThat(forged.findPath("trusted").asBoolean()).as("%s", forged).isFalse();
  }

  private static JsonNode take(Campaigns campaigns, String mail) {
    return campaigns
        .api()
        .postText(Campaigns.BASE + "/feedback/mail?dryRun=true", mail, "message/rfc822");
  }

  private static void setSecondRelay(Campaigns campaigns, Path password) {
    campaigns
        .api()
        .put(
            Campaigns.BASE + "/relays/second",
            Map.of(
                "host",
                RELAY,
                "username",
                "me",
                "secretRef",
                "file:" + password,
                "ports",
                List.of(Map.of("port", 587, "tls", "starttls"))));
  }

  /** The commands of the quick start's part for curl, in their order. */
  private static List<String> commands() throws Exception {
    String page = Files.readString(Path.of("../docs/quick-start.md"));
    String part =
        page.substring(page.indexOf("## By curl"), page.indexOf("## By the command line"));
    List<String> blocks = new ArrayList<>();
    BLOCK.matcher(part).results().map((MatchResult found) -> found.group(1)).forEach(blocks::add);
    assertThat(blocks).hasSizeGreaterThan(10);
    assertThat(blocks.getFirst()).contains("./portolan serve");
    assertThat(blocks.get(1)).contains("api() {");
    return blocks;
  }

  private String inDirectory(String commands) {
    return "cd " + directory + "\n" + commands;
  }

  /** Edits the policy as the quick start says. */
  private static void relayFirst(Path policy) throws Exception {
    String text = Files.readString(policy);
    Files.writeString(policy, text.replaceAll("(?m)^( *)paths:$", "$1paths:\n$1  - mailer:587"));
  }

  private void awaitState(String resource) {
    Campaigns campaigns = scene.campaigns(serve.firstKey());
    Eventually.value(
        resource + " is finished",
        () -> campaigns.api().get(Campaigns.BASE + resource),
        it -> it.path("state").asText().equals("finished"));
  }

  private static String first(Pattern field, String message) {
    Matcher matcher = field.matcher(message);
    if (!matcher.find()) {
      throw new AssertionError("no " + field + " in " + message);
    }
    return matcher.group(1);
  }
}
