package io.portolan.core.batch;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** A sender and its peers that answer by chance. */
final class FakePeer {
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);

  private final Random random;
  private final boolean holds;
  private final Instant lifetimeEnd;

  /**
   * @param holds whether the campaign holds what is in doubt
   */
  FakePeer(Random random, boolean holds, Instant lifetimeEnd) {
    this.random = random;
    this.holds = holds;
    this.lifetimeEnd = lifetimeEnd;
  }

  /**
   * What became of a delivery.
   *
   * @param offered whether a peer has seen it already, and so answers itself
   */
  DeliveryOutcome answer(Instant now, boolean offered) {
    if (!now.isBefore(lifetimeEnd)) {
      return new DeliveryOutcome.Expired(
          offered ? Optional.of(attempt(now, "451 4.3.0 later")) : Optional.empty(),
          "held",
          Hardness.NEITHER);
    }
    return switch (random.nextInt(offered ? 8 : 12)) {
      case 0, 1, 2 -> new DeliveryOutcome.Accepted(attempt(now, "250 2.0.0 ok"));
      case 3, 4 ->
          new DeliveryOutcome.Deferred(
              attempt(now, "451 4.7.1 later"), "rate-limited", later(now), Optional.empty());
      case 5 ->
          new DeliveryOutcome.Bounced(
              attempt(now, "550 5.1.1 no such user"),
              "bad-mailbox",
              random.nextBoolean() ? Hardness.HARD : Hardness.SOFT);
      case 6, 7 -> unknown(now);
      case 8 -> new DeliveryOutcome.Held("no path is open", later(now));
      case 9 -> new DeliveryOutcome.NoSuchDomain("NXDOMAIN", later(now));
      case 10 -> new DeliveryOutcome.Suppressed("manual");
      default -> new DeliveryOutcome.Undeliverable("null-mx", "takes no mail");
    };
  }

  private DeliveryOutcome unknown(Instant now) {
    Attempt attempt = attempt(now, Optional.empty());
    return holds
        ? new DeliveryOutcome.InDoubt(attempt, lifetimeEnd)
        : new DeliveryOutcome.Deferred(
            attempt, DeliveryOutcome.NO_ANSWER, later(now), Optional.of(Path.DIRECT));
  }

  private Instant later(Instant now) {
    return now.plusSeconds(random.nextInt(-3, 3) * (long) random.nextInt(1, 1_000) + 1);
  }

  private static Attempt attempt(Instant now, String reply) {
    try {
      return attempt(now, Optional.of(SmtpReply.parse(reply)));
    } catch (MalformedReplyException e) {
      throw new IllegalArgumentException(reply, e);
    }
  }

  private static Attempt attempt(Instant now, Optional<SmtpReply> reply) {
    return new Attempt(
        now,
        DIRECT,
        new Decision(1, "*", "direct:25 open"),
        "mx.test",
        "198.51.100.1",
        true,
        Phase.DOT,
        reply,
        Duration.ZERO,
        Duration.ofMillis(5));
  }
}
