package io.portolan.api.application;

import static io.portolan.api.application.AlertsTest.CHANGE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.outgoing.TestingWebhook;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.guard.HoldEvent;
import io.portolan.core.guard.HoldEvent.HeldCampaign;
import io.portolan.core.json.Json;
import io.portolan.core.matching.FeedbackAlarm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each kind of alert, beside the example that the operations guide shows of it. */
class AlertKindsTest {
  private static final Path PAGE = Path.of("..", "docs", "operations.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```json\n(\\{\"event\": .*?)```", Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z-]+)` \\|.*\\|.*\\|$", Pattern.MULTILINE);

  @Test
  void haveTheFieldsThatTheGuideShows() throws Exception {
    String page = Files.readString(PAGE);
    String section = page.substring(page.indexOf("### Alerts"));
    section = section.substring(0, section.indexOf("\n### ", 1));
    Map<String, Set<String>> shown = new TreeMap<>();
    Matcher example = EXAMPLE.matcher(section);
    while (example.find()) {
      JsonNode document = Json.read(example.group(1), JsonNode.class);
      shown.put(document.path("event").asText(), fields(document));
    }
    Set<String> listed = new TreeSet<>();
    ROW.matcher(section).results().skip(1).forEach(row -> listed.add(row.group(1)));

    Map<String, Set<String>> sent = new TreeMap<>();
    for (JsonNode document : oneOfEachKind()) {
      sent.put(document.path("event").asText(), fields(document));
    }

    assertThat(sent).isEqualTo(shown);
    assertThat(listed).isEqualTo(sent.keySet());
  }

  @Test
  void sayOfAHoldWhatItIsAndHowItGoesOn() throws Exception {
    try (TestingWebhook webhook = new TestingWebhook()) {
      try (Alerts alerts = alerts(webhook)) {
        alerts.held(hold("", "gmail", List.of(held(4, "Spring sale"))));
        alerts.held(hold("", "", List.of(held(4, "Spring sale"))));
        alerts.held(
            hold("shop.example", "yahoo", List.of(held(4, "Spring sale"), held(7, "News"))));
        alerts.held(hold("shop.example", "", List.of(held(7, "News"))));
      }

      assertThat(webhook.of("guard-hold"))
          .extracting(call -> call.path("words").asText())
          .containsExactly(
              "A guardrail holds campaign 4, Spring sale at gmail: 50 of 5,000. It waits until a person"
                  + " lets it go on: portolan campaign resume 4 --override --isp gmail --note WHY.",
              "A guardrail holds campaign 4, Spring sale: 50 of 5,000. It waits until a person"
                  + " lets it go on: portolan campaign resume 4 --override --note WHY.",
              "A guardrail holds all mail of shop.example at yahoo: 50 of 5,000. It waits until a"
                  + " person lets it go on: portolan domain resume shop.example --override --isp"
                  + " yahoo --note WHY.",
              "A guardrail holds all mail of shop.example: 50 of 5,000. It waits until a person"
                  + " lets it go on: portolan domain resume shop.example --override --note WHY.");
      assertThat(webhook.of("guard-hold").get(2).path("campaigns").toString()).isEqualTo("[4,7]");
      assertThat(webhook.of("guard-hold").get(1).has("isp")).isFalse();
      assertThat(webhook.of("guard-hold").get(1).has("domain")).isFalse();
    }
  }

  private static List<JsonNode> oneOfEachKind() throws Exception {
    try (TestingWebhook webhook = new TestingWebhook()) {
      try (Alerts alerts = alerts(webhook)) {
        alerts.changed(CHANGE);
        alerts.changed(
            new FindingChange(
                0,
                CHANGE.at(),
                DnsStatus.OK,
                new DnsFinding("shop.test", DnsCheck.DMARC, DnsStatus.ERROR, "", "None.", "Make."),
                "n1"));
        alerts.recorded(List.of(AlertsTest.result(17, Duration.ZERO, "auth-failure")), List.of());
        alerts.raise(
            new FeedbackAlarm.LateBounce(CHANGE.at(), "auth-failure", "gmail", 4, 17, "550 no"));
        alerts.refused(AlertsTest.relay("ses"), AlertsTest.hold(0), CHANGE.at());
        alerts.held(hold("shop.example", "yahoo", List.of(held(4, "Spring sale"))));
      }
      return webhook.calls().stream().map(TestingWebhook.Call::json).toList();
    }
  }

  private static Alerts alerts(TestingWebhook webhook) {
    return new Alerts(new AlertPost(Optional.of(webhook.url()), ""), "n1");
  }

  private static HeldCampaign held(long id, String name) {
    return new HeldCampaign(id, name, true, Optional.empty(), "", "");
  }

  private static HoldEvent hold(String domain, String isp, List<HeldCampaign> campaigns) {
    return new HoldEvent(
        domain, isp, "complaint", 5_000, 50, "50 of 5,000", CHANGE.at(), campaigns);
  }

  private static Set<String> fields(JsonNode document) {
    Set<String> fields = new TreeSet<>();
    document.fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
