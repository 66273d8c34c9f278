package io.portolan.metrics.guardrail;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Results as lanes hand them to the recorder, for tests of guards. */
final class Results {
  static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");

  private Results() {}

  /** Accepted, or refused because there is no such mailbox. */
  static RecordedResult of(long campaign, String isp, boolean refused)
      throws MalformedReplyException {
    return of(
        campaign,
        isp,
        refused
            ? new DeliveryOutcome.Bounced(
                attempt("550 5.1.1 no such user"), "bad-mailbox", Hardness.HARD)
            : new DeliveryOutcome.Accepted(attempt("250 2.0.0 ok")));
  }

  static RecordedResult of(long campaign, String isp, DeliveryOutcome outcome) {
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            1,
            1,
            "a@" + isp + ".test",
            isp + ".test",
            isp,
            0,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new RecordedResult(NOW, campaign, isp, 1, 1, delivery, outcome);
  }

  static Attempt attempt(String reply) throws MalformedReplyException {
    return new Attempt(
        NOW,
        new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC),
        new Decision(3, "gmail", "direct:25 open"),
        "mx.test",
        "198.51.100.1",
        true,
        Phase.DOT,
        Optional.of(SmtpReply.parse(reply)),
        Duration.ZERO,
        Duration.ofMillis(120));
  }
}
