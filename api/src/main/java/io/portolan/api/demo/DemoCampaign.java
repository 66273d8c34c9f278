package io.portolan.api.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The demo's campaign, made through the HTTP API as anybody would. Not thread-safe. */
final class DemoCampaign {
  private static final String API = "/api/v1/";
  private static final long POLL_MILLIS = 100;

  /** How long the relay's part of the campaign takes, so that its move can be watched. */
  private static final int RELAY_SECONDS = 12;

  private static final int USUAL_RECIPIENTS = 2000;
  private static final int LIFETIME_SECONDS = 60;
  private static final int SHORT_LIFETIME_SECONDS = 20;

  private final ApiClient client;
  private final DemoRecipients recipients;

  DemoCampaign(ApiClient client, DemoRecipients recipients) {
    this.client = client;
    this.recipients = recipients;
  }

  /** Makes the list and imports the recipients; returns the list's id. */
  long importList(DemoScreen screen) throws InterruptedException {
    JsonNode list =
        client.post(
            API + "lists",
            Map.of("name", "Chart readers", "description", "Who wants the charts of spring"));
    long listId = list.path("id").asLong();
    JsonNode job =
        client.postText(
            API + "lists/" + listId + "/imports?filename=recipients.csv&addressColumn=email",
            recipients.csv(),
            "text/csv");
    String path = API + "imports/" + job.path("id").asLong();
    while (job.path("state").asText().equals("running")) {
      Thread.sleep(POLL_MILLIS);
      job = client.get(path);
    }
    if (!job.path("state").asText().equals("finished")) {
      throw new IllegalStateException("the import failed: " + job.path("error").asText());
    }
    screen.say(
        String.format(
            Locale.ROOT,
            "imported %,d recipients from CSV; %d rows were duplicates, %d were refused, with their"
                + " reasons",
            job.path("created").asLong(),
            job.path("duplicate").asLong(),
            job.path("rejected").asLong()));
    return listId;
  }

  void suppress(DemoScreen screen) {
    List<Map<String, String>> items =
        recipients.suppressed().stream()
            .map(
                address -> Map.of("kind", "address", "value", address, "note", "asked for no mail"))
            .toList();
    JsonNode answer = client.post(API + "suppressions", Map.of("items", items));
    screen.say("suppressed " + answer.path("added").asInt() + " of them beforehand");
  }

  void defineRelay(DemoScreen screen) {
    client.put(
        API + "relays/" + SimulatedWorld.RELAY,
        Map.of(
            "host",
            SimulatedWorld.RELAY_HOST,
            "username",
            SimulatedWorld.RELAY_USER,
            "secretRef",
            "env:" + Demo.RELAY_PASSWORD,
            "ports",
            List.of(
                Map.of("port", 587, "tls", "starttls"),
                Map.of("port", 465, "tls", "implicit"),
                Map.of("port", 2525, "tls", "starttls"))));
    screen.say("defined relay " + SimulatedWorld.RELAY + " with ports 587, 465 and 2525");
  }

  void activatePolicy(DemoScreen screen) {
    String policy =
        resource("policy.yaml")
            .replace("${relayRate}", Integer.toString(relayRate()))
            .replace("${lifetime}", seconds(LIFETIME_SECONDS))
            .replace("${shortLifetime}", seconds(SHORT_LIFETIME_SECONDS));
    JsonNode written =
        client.postText(
            API + "policy/versions?note=" + ApiClient.encode("The demo's, in seconds"),
            policy,
            "application/yaml");
    int version = written.path("version").asInt();
    client.post(API + "policy/versions/" + version + "/activate");
    screen.say("wrote the port policy and activated it as version " + version);
  }

  /** Makes template and campaign; returns the campaign's id. */
  long draft(long listId, DemoScreen screen) {
    JsonNode template =
        client.post(
            API + "templates",
            Map.of(
                "name",
                "Spring chart",
                "subject",
                "{{firstName}}, the spring chart for {{city}} is out",
                "html",
                resource("mail.html"),
                "text",
                resource("mail.txt")));
    JsonNode campaign =
        client.post(
            API + "campaigns",
            Map.of(
                "name",
                "Spring chart",
                "listId",
                listId,
                "templateId",
                template.path("id").asLong(),
                "content",
                Map.of("fromName", "Portolan Charts", "fromAddress", "news@portolan.test")));
    long id = campaign.path("id").asLong();
    screen.say("made a template, and campaign " + id + " of it");
    return id;
  }

  void schedule(long campaignId, Instant at) {
    client.post(API + "campaigns/" + campaignId + "/schedule", Map.of("at", at.toString()));
  }

  JsonNode report(long campaignId) {
    return client.get(API + "reports/campaigns/" + campaignId + "?format=json");
  }

  /** After how many messages of {@link DemoIsp#LAGOON} the relay's port is blocked. */
  int blockAfter() {
    return Math.max(1, recipients.of(DemoIsp.LAGOON) / 4);
  }

  private int relayRate() {
    return Math.max(4, recipients.of(DemoIsp.LAGOON) / RELAY_SECONDS);
  }

  /** Larger demos take longer, and nobody's mail is to expire for it. */
  private String seconds(int usual) {
    return (long) usual * Math.max(1, recipients.addresses().size() / USUAL_RECIPIENTS) + "s";
  }

  private static String resource(String name) {
    try (InputStream resource = DemoCampaign.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
