package io.portolan.metrics.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.delivery.DeliveryOutcome.InDoubt;
import io.portolan.core.delivery.DeliveryOutcome.NoSuchDomain;
import io.portolan.core.delivery.DeliveryOutcome.Suppressed;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeliveryMetersTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);

  @Test
  void countsEveryKindOfResultByPlatformPathOutcomeAndCategory() throws Exception {
    Attempt attempt = attempt("250 ok");
    try (DeliveryMeters meters = new DeliveryMeters()) {
      meters.recorded(
          List.of(
              result(new Accepted(attempt)),
              result(new Accepted(attempt)),
              result(new Deferred(attempt, "rate-limited", NOW, Optional.empty())),
              result(new Bounced(attempt, "bad-mailbox", Hardness.HARD)),
              result(new Undeliverable("bad-domain", "null MX")),
              result(new Suppressed("unsubscribe")),
              result(new NoSuchDomain("no such domain", NOW)),
              result(new InDoubt(attempt, NOW)),
              result(new Expired(Optional.empty(), "held", Hardness.NEITHER)),
              result(new Held("no path is open", NOW))),
          List.of());

      assertThat(meters.scrape().lines().filter(line -> line.startsWith("portolan_results_total")))
          .containsExactlyInAnyOrder(
              results("none", "accepted", "25", "direct", 2),
              results("rate-limited", "deferred", "25", "direct", 1),
              results("bad-mailbox", "bounced", "25", "direct", 1),
              results("bad-domain", "bounced", "none", "none", 1),
              results("unsubscribe", "suppressed", "none", "none", 1),
              results("no-such-domain", "held", "none", "none", 1),
              results("no-answer", "in-doubt", "25", "direct", 1),
              results("held", "expired", "none", "none", 1),
              results("held", "held", "none", "none", 1));
      assertThat(meters.scrape())
          .contains("portolan_results_group_count 1\n", "portolan_results_group_sum 10.0\n")
          .contains(
              "portolan_exchange_seconds_count{platform=\"gmail\",port=\"25\",route=\"direct\"}"
                  + " 2\n");
    }
  }

  @Test
  void countsPathFailuresByKind() {
    try (DeliveryMeters meters = new DeliveryMeters()) {
      meters.recorded(
          List.of(),
          List.of(
              new PathFailure(
                  NOW,
                  1,
                  "gmail",
                  "gmail",
                  DIRECT,
                  3,
                  "mx.gmail.test",
                  Phase.CONNECT,
                  "connect-timeout",
                  "no answer",
                  Duration.ofSeconds(10))));

      assertThat(meters.scrape())
          .contains(
              "portolan_path_failures_total{kind=\"connect-timeout\",platform=\"gmail\",port=\"25\",route=\"direct\"}"
                  + " 1.0\n");
    }
  }

  @Test
  void watchesANumber() {
    try (DeliveryMeters meters = new DeliveryMeters()) {
      meters.watch("portolan.backlog", "Results that wait", () -> 42);

      assertThat(meters.scrape()).contains("portolan_backlog 42.0\n");
    }
  }

  private static String results(
      String category, String outcome, String port, String route, int count) {
    return "portolan_results_total{category=\""
        + category
        + "\",outcome=\""
        + outcome
        + "\",platform=\"gmail\",port=\""
        + port
        + "\",route=\""
        + route
        + "\"} "
        + count
        + ".0";
  }

  private static RecordedResult result(DeliveryOutcome outcome) {
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            1,
            1,
            "a@gmail.test",
            "gmail.test",
            "gmail",
            0,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new RecordedResult(NOW, 1, "gmail", 1, 1, delivery, outcome);
  }

  private static Attempt attempt(String reply) throws Exception {
    return new Attempt(
        NOW,
        DIRECT,
        new Decision(3, "gmail", "direct:25 open"),
        "mx.gmail.test",
        "198.51.100.1",
        true,
        Phase.DOT,
        Optional.of(SmtpReply.parse(reply)),
        Duration.ZERO,
        Duration.ofMillis(120));
  }
}
