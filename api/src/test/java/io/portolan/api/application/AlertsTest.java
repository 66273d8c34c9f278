package io.portolan.api.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.outgoing.TestingWebhook;
import io.portolan.core.Eventually;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.path.VerdictChange;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.hold.RouteHold;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts over HTTP to a server that fails at first. */
class AlertsTest {
  static final VerdictChange CHANGE =
      new VerdictChange(
          0,
          Instant.parse("2026-11-24T09:14:07Z"),
          25,
          "open",
          "port-blocked",
          "dropped everywhere",
          "[]",
          "n1");

  private TestingWebhook webhook;

  @BeforeEach
  void start() throws IOException {
    webhook = new TestingWebhook();
  }

  @AfterEach
  void stop() {
    webhook.close();
  }

  @Test
  void tellsAWebhookOnceAndSignsWhatItTells() {
    try (Alerts alerts = alerts("key")) {
      alerts.changed(CHANGE);
      Eventually.holds("the webhook was called", () -> webhook.calls().size() == 1);
    }

    assertThat(webhook.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.body())
                  .contains("\"port\":25", "\"to\":\"port-blocked\"", "dropped everywhere");
              assertThat(call.signature()).get().asString().matches("sha256=[0-9a-f]{64}");
            });
  }

  @Test
  void tellsOfACheckOfTheDns() {
    try (Alerts alerts = alerts("")) {
      alerts.changed(
          new FindingChange(
              0,
              CHANGE.at(),
              DnsStatus.OK,
              new DnsFinding(
                  "shop.test", DnsCheck.DMARC, DnsStatus.ERROR, "", "There is none.", "Make one."),
              "n1"));
      Eventually.holds("the webhook was called", () -> webhook.calls().size() == 1);
    }

    assertThat(webhook.calls().getFirst().body())
        .contains(
            "\"event\":\"dns-health\"",
            "\"check\":\"dmarc\"",
            "\"from\":\"ok\"",
            "\"to\":\"error\"",
            "There is none. Make one.");
  }

  @Test
  void triesAgainWhenAWebhookFails() {
    webhook.fail("port-verdict", 1);
    try (Alerts alerts = alerts("")) {
      alerts.changed(CHANGE);
      Eventually.holds("the webhook was called again", () -> webhook.calls().size() == 2);
    }

    assertThat(webhook.calls())
        .extracting(TestingWebhook.Call::signature)
        .containsOnly(Optional.empty());
  }

  @Test
  void tellsInTheOrderOfWhatHappenedAlsoWhenAWebhookFails() {
    webhook.fail("port-verdict", 2);
    try (Alerts alerts = alerts("")) {
      alerts.changed(CHANGE);
      alerts.changed(change("port-blocked", "open"));
    }

    assertThat(webhook.calls()).hasSize(4);
    assertThat(webhook.calls().subList(0, 3))
        .allMatch(call -> call.body().contains("\"to\":\"port-blocked\""));
    assertThat(webhook.calls().getLast().body()).contains("\"to\":\"open\"");
  }

  @Test
  void tellsOnceAnHourOfRefusalsThatWantMendingOnOurSide() {
    try (Alerts alerts = alerts("")) {
      alerts.recorded(List.of(result(17, Duration.ZERO, "auth-failure")), List.of());
      alerts.recorded(
          List.of(
              result(18, Duration.ofMinutes(30), "auth-failure"),
              result(19, Duration.ofMinutes(31), "mailbox-full"),
              result(20, Duration.ofMinutes(61), "auth-failure")),
          List.of());
    }

    assertThat(webhook.calls()).hasSize(2);
    assertThat(webhook.calls().getFirst().body())
        .contains(
            "\"event\":\"refusal\"",
            "\"category\":\"auth-failure\"",
            "\"platform\":\"gmail\"",
            "\"delivery\":17",
            "550 not authenticated");
    assertThat(webhook.calls().getLast().body()).contains("\"delivery\":20");
  }

  @Test
  void tellsOnceAnHourOfEachRelayThatRefusesOurLogin() {
    try (Alerts alerts = alerts("")) {
      for (int minutes : new int[] {0, 15, 45, 61}) {
        alerts.refused(relay("ses"), hold(minutes), CHANGE.at().plus(Duration.ofMinutes(minutes)));
      }
      alerts.refused(relay("mailer"), hold(0), CHANGE.at());
    }

    assertThat(webhook.of("login-refused"))
        .extracting(call -> call.path("relay").asText() + " " + call.path("at").asText())
        .containsExactly(
            "ses 2026-11-24T09:14:07Z", "ses 2026-11-24T10:15:07Z", "mailer 2026-11-24T09:14:07Z");
    assertThat(webhook.of("login-refused").getFirst().path("words").asText())
        .contains("ses cannot be logged in to as user (535 no)")
        .contains("tried again at 2026-11-24T09:29:07Z", "env:SES", "portolan relay check ses");
  }

  @Test
  void holdsNobodyUpAndForgetsWhatIsTooMuchForASilentWebhook() {
    webhook.fallSilent();
    try (Alerts alerts = alerts("")) {
      alerts.changed(CHANGE);
      Eventually.holds("the first is under way", () -> webhook.calls().size() == 1);
      for (int more = 0; more < 1_200; more++) {
        alerts.changed(change("open", "closed-" + more));
      }
      webhook.answer();
      Eventually.holds("what had waited is sent", () -> webhook.calls().size() == 1_001);
    }

    assertThat(webhook.calls().getLast().body()).contains("closed-999");
  }

  static Relay relay(String name) {
    return new Relay(
        name,
        "smtp.test",
        "user",
        "env:" + name.toUpperCase(Locale.ROOT),
        List.of(new RelayPort(587, TlsMode.STARTTLS)));
  }

  static RouteHold hold(int minutes) {
    Instant at = CHANGE.at().plus(Duration.ofMinutes(minutes));
    return new RouteHold("ses", "535 no", CHANGE.at(), at.plus(Duration.ofMinutes(15)));
  }

  static RecordedResult result(long id, Duration after, String category) {
    Instant at = CHANGE.at().plus(after);
    Attempt attempt =
        new Attempt(
            at,
            new Path(Path.DIRECT, 25, TlsMode.NONE),
            new Decision(1, "*", "first path"),
            "mx.test",
            "192.0.2.1",
            true,
            Phase.DOT,
            Optional.of(new SmtpReply(550, Optional.empty(), "not authenticated")),
            Duration.ZERO,
            Duration.ZERO);
    return new RecordedResult(
        at,
        4,
        "gmail",
        1,
        1,
        new ClaimedDelivery(
            id,
            id,
            "anna@gmail.example",
            "gmail.example",
            "gmail",
            0,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        new DeliveryOutcome.Bounced(attempt, category, Hardness.NEITHER));
  }

  @Test
  void isSilentWhenTheFirstThingKnownIsThatAllIsWell() {
    try (Alerts alerts = alerts("")) {
      alerts.changed(change("unknown", "open"));
      alerts.changed(change("unknown", "port-blocked"));
    }

    assertThat(webhook.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.body()).contains("\"to\":\"port-blocked\""));
  }

  private static VerdictChange change(String from, String to) {
    return new VerdictChange(
        0, CHANGE.at(), CHANGE.port(), from, to, CHANGE.words(), CHANGE.looks(), CHANGE.node());
  }

  private Alerts alerts(String secret) {
    return new Alerts(new AlertPost(Optional.of(webhook.url()), secret), "n1");
  }
}
