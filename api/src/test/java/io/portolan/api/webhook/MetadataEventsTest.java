package io.portolan.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.feedback.Diagnosis;
import io.portolan.core.feedback.RelayEvents;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.json.Json;
import io.portolan.core.matching.LateBounceHook;
import io.portolan.core.matching.MatchingInbox;
import io.portolan.core.relay.MetadataHeader;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.intake.IntakeAddresses;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.SignedTokens;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.message.DeliveryTokens;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Events of relays that have neither return path nor Message-ID of ours. Two campaigns went to one
 * recipient, so that nothing but the metadata of the message says which of them an event is about.
 */
class MetadataEventsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final Domain BOUNCES = Domain.parse("bounce.sender.test");
  private static final String ANNA = "anna@isp.test";
  private static final CampaignContent CONTENT =
      new CampaignContent("", "news@sender.test", "", "Hello", "", "Hi.", MissingField.EMPTY);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final ObjectMapper json = new ObjectMapper();
  private final InstantSource clock = InstantSource.fixed(NOW);
  private final Tokens tokens = new Tokens(new byte[Tokens.KEY_LENGTH]);
  private KeyPair sendGrid;
  private Webhooks webhooks;
  private long first;
  private long second;

  @BeforeEach
  void open() throws Exception {
    sendGrid = WebhookScene.keysOfSendGrid();
    webhooks =
        new Webhooks(
            List.of(
                new Webhook("sendgrid", Vendor.SENDGRID, "env:KEY", "", Optional.empty()),
                new Webhook("postmark", Vendor.POSTMARK, "env:LOGIN", "", Optional.empty()),
                new Webhook("sparkpost", Vendor.SPARKPOST, "env:LOGIN", "", Optional.empty())),
            new Webhooks.Parts(
                new RelayEvents(new Diagnosis(ReplyClassifier.builtIn(), IspDirectory.builtIn()))
                    ::read,
                new MatchingInbox(
                    database.database(),
                    new DeliveryTokens(tokens),
                    SoftBounceRule.DEFAULT,
                    LateBounceHook.NONE,
                    _ -> {},
                    clock),
                new SignedTokens(new IntakeAddresses(tokens, BOUNCES, List.of(), Optional.empty())),
                new IntakeCounts(),
                new Secrets(
                    Map.of("LOGIN", "portolan:secret", "KEY", WebhookScene.secret(sendGrid))),
                clock));
    first = delivery("one");
    second = delivery("two");
  }

  @AfterEach
  void close() {
    webhooks.close();
  }

  @Test
  void leadsABounceOfPostmarkToTheMessageThatItIsAbout() throws Exception {
    String prefix = "X-PM-Metadata-";
    Map<String, String> headers = sentBy("smtp.postmarkapp.com", first);
    ObjectNode event =
        json.createObjectNode()
            .put("RecordType", "Bounce")
            .put("ID", 42)
            .put("Type", "HardBounce")
            .put("MessageID", "883953f4-6105-42a2-a16a-77a8eac79483")
            .put("Email", ANNA)
            // what it quotes names another message, and stands before the metadata
            .put("Details", "smtp;550 5.1.1 no such user; " + messageId(second))
            .put("Description", "The server was unable to deliver your message");
    ObjectNode metadata = event.putObject("Metadata");
    headers.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            metadata.put(name.substring(prefix.length()), value);
          }
        });

    assertThat(take("postmark", event).matched()).isEqualTo(1);

    assertThat(states()).containsExactly("bounced", "accepted");
  }

  @Test
  void leadsABounceOfSparkPostToTheMessageThatItIsAbout() throws Exception {
    Map<String, String> headers = sentBy("smtp.eu.sparkpostmail.com", second);
    JsonNode given = json.readTree(headers.getOrDefault("X-MSYS-API", ""));
    ObjectNode root = json.createObjectNode();
    ObjectNode event = root.putObject("msys").putObject("message_event");
    event
        .put("type", "bounce")
        .put("event_id", "92356927693813856")
        .put("message_id", "000443ee14578172be22")
        .put("msg_from", "msprvs1=abc@bounces.sparkpostmail.test")
        .put("rcpt_to", ANNA)
        .put("raw_reason", "550 5.1.1 no such user")
        .set("rcpt_meta", given.path("metadata"));

    assertThat(take("sparkpost", root).matched()).isEqualTo(1);

    assertThat(states()).containsExactly("accepted", "bounced");
  }

  /** Its engagement events need not repeat the Message-ID. */
  @ParameterizedTest
  @CsvSource({
    "spamreport, complaint",
    "unsubscribe, unsubscribe",
    "group_unsubscribe, unsubscribe"
  })
  void leadsAWishOfSendGridToTheMessageThatItIsAbout(String event, String reason) throws Exception {
    JsonNode given =
        json.readTree(sentBy("smtp.sendgrid.net", second).getOrDefault("X-SMTPAPI", ""));
    ObjectNode root =
        json.createObjectNode()
            .put("email", ANNA)
            .put("event", event)
            .put("sg_event_id", "c2VuZGdyaWQ")
            .put("sg_message_id", "14c5d75ce93.dfd.64b469.filter0001");
    root.setAll((ObjectNode) given.path("unique_args"));
    Call call = WebhookScene.ofSendGrid(sendGrid, "[" + root + "]", NOW);

    assertThat(webhooks.take("sendgrid", "sendgrid", call).matched()).isEqualTo(1);

    assertThat(database.texts("SELECT reason || ' by ' || delivery_id FROM suppression"))
        .containsExactly(reason + " by " + second);
  }

  @Test
  void heedsAComplaintWithoutTheMetadata() throws Exception {
    ObjectNode event =
        json.createObjectNode()
            .put("email", ANNA)
            .put("event", "spamreport")
            .put("sg_event_id", "x");
    Call call = WebhookScene.ofSendGrid(sendGrid, "[" + event + "]", NOW);

    assertThat(webhooks.take("sendgrid", "sendgrid", call).unmatched()).isEqualTo(1);

    assertThat(database.texts("SELECT value || ' ' || reason FROM suppression"))
        .containsExactly(ANNA + " complaint");
  }

  @Test
  void knowsNothingWithoutTheMetadata() throws Exception {
    ObjectNode event =
        json.createObjectNode()
            .put("RecordType", "Bounce")
            .put("ID", 43)
            .put("Type", "HardBounce")
            .put("Email", ANNA)
            .put("Details", "smtp;550 5.1.1 no such user");
    event.putObject("Metadata").put("portolan", "a".repeat(32));

    assertThat(take("postmark", event).unmatched()).isEqualTo(1);

    assertThat(states()).containsExactly("accepted", "accepted");
    assertThat(database.texts("SELECT value FROM suppression")).isEmpty();
  }

  /** The header fields, unfolded, of the message that the service at a host is given. */
  private Map<String, String> sentBy(String host, long delivery) throws Exception {
    ComposedMessage message =
        new MessageComposer(
                new MessageSettings(
                    URI.create("https://sender.test"),
                    BOUNCES,
                    Optional.empty(),
                    "sender",
                    Optional.empty()),
                tokens,
                DkimKeys.NONE,
                clock)
            .campaign(1, CONTENT)
            .compose(delivery, ANNA, Map.of());
    MetadataHeader header = MetadataHeader.ofHost(host).orElseThrow();
    String text = new String(message.mailWith(header).content().octets(), StandardCharsets.UTF_8);
    return text.substring(0, text.indexOf("\r\n\r\n"))
        .replaceAll("\r\n(?=[ \t])", "")
        .lines()
        .map(field -> field.split(": ", 2))
        .collect(Collectors.toMap(field -> field[0], field -> field[1]));
  }

  private String messageId(long delivery) {
    return "<" + tokens.sign(Tokens.Purpose.MESSAGE_ID, delivery) + "@sender.test>";
  }

  private Webhooks.Taken take(String vendor, ObjectNode event) throws Exception {
    return webhooks.take(
        vendor, vendor, WebhookScene.loggedIn(event.toString(), "portolan:secret"));
  }

  private List<String> states() {
    return database.texts("SELECT state FROM delivery ORDER BY id");
  }

  private long delivery(String campaign) {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l') ON CONFLICT DO NOTHING");
    long campaignId =
        database.number(
            """
            INSERT INTO campaign (name, state, list_id, content)
            SELECT ?, 'running', min(id), ?::jsonb FROM mailing_list RETURNING id
            """,
            campaign,
            Json.write(CONTENT));
    return database.number(
        """
        INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform, state, attempts, ended_at)
        VALUES (?, 1, 1, ?, 'isp.test', 'isp', 'isp', 'accepted', 1, ?::timestamptz) RETURNING id
        """,
        campaignId,
        ANNA,
        NOW.minus(Duration.ofHours(2)).toString());
  }
}
