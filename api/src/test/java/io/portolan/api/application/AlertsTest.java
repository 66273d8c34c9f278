package io.portolan.api.application;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.portolan.core.Eventually;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.path.VerdictChange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts over HTTP to a server that fails at first. */
class AlertsTest {
  private static final VerdictChange CHANGE =
      new VerdictChange(
          0,
          Instant.parse("2026-11-24T09:14:07Z"),
          25,
          "open",
          "port-blocked",
          "dropped everywhere",
          "[]",
          "n1");

  private record Call(String body, Optional<String> signature) {}

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile int failures;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          calls.add(
              new Call(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                  Optional.ofNullable(
                      exchange.getRequestHeaders().getFirst("Portolan-Signature"))));
          exchange.sendResponseHeaders(calls.size() <= failures ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void tellsAWebhookOnceAndSignsWhatItTells() {
    try (Alerts alerts = new Alerts(Optional.of(url()), "key")) {
      alerts.changed(CHANGE);
      Eventually.holds("the webhook was called", () -> calls.size() == 1);
    }

    assertThat(calls)
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
    try (Alerts alerts = new Alerts(Optional.of(url()), "")) {
      alerts.changed(
          new FindingChange(
              0,
              CHANGE.at(),
              DnsStatus.OK,
              new DnsFinding(
                  "shop.test", DnsCheck.DMARC, DnsStatus.ERROR, "", "There is none.", "Make one."),
              "n1"));
      Eventually.holds("the webhook was called", () -> calls.size() == 1);
    }

    assertThat(calls.getFirst().body())
        .contains(
            "\"event\":\"dns-health\"",
            "\"check\":\"dmarc\"",
            "\"from\":\"ok\"",
            "\"to\":\"error\"",
            "There is none. Make one.");
  }

  @Test
  void triesAgainWhenAWebhookFails() {
    failures = 1;
    try (Alerts alerts = new Alerts(Optional.of(url()), "")) {
      alerts.changed(CHANGE);
      Eventually.holds("the webhook was called again", () -> calls.size() == 2);
    }

    assertThat(calls).extracting(Call::signature).containsOnly(Optional.empty());
  }

  @Test
  void tellsInTheOrderOfWhatHappenedAlsoWhenAWebhookFails() {
    failures = 2;
    try (Alerts alerts = new Alerts(Optional.of(url()), "")) {
      alerts.changed(CHANGE);
      alerts.changed(change("port-blocked", "open"));
    }

    assertThat(calls).hasSize(4);
    assertThat(calls.subList(0, 3))
        .allMatch(call -> call.body().contains("\"to\":\"port-blocked\""));
    assertThat(calls.getLast().body()).contains("\"to\":\"open\"");
  }

  @Test
  void isSilentWhenTheFirstThingKnownIsThatAllIsWell() {
    try (Alerts alerts = new Alerts(Optional.of(url()), "")) {
      alerts.changed(change("unknown", "open"));
      alerts.changed(change("unknown", "port-blocked"));
    }

    assertThat(calls)
        .singleElement()
        .satisfies(call -> assertThat(call.body()).contains("\"to\":\"port-blocked\""));
  }

  private static VerdictChange change(String from, String to) {
    return new VerdictChange(
        0, CHANGE.at(), CHANGE.port(), from, to, CHANGE.words(), CHANGE.looks(), CHANGE.node());
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/alerts");
  }
}
