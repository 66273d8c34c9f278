package io.portolan.sender.lane;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.isp.Destination;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.smtp.Envelope;
import io.portolan.sender.smtp.Transaction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Sends a campaign's message to a few addresses of its own people, outside lanes and statistics, by
 * the same policy and paths. Thread-safe; blocks until the peer has answered.
 */
public final class TestSender {
  private static final int MOST_WAITS = 100;
  private static final long NO_DELIVERY = 0;

  private final LaneParts parts;
  private final DomainResolver resolver;

  TestSender(LaneParts parts, DomainResolver resolver) {
    this.parts = parts;
    this.resolver = resolver;
  }

  /**
   * What came of one test.
   *
   * @param outcome accepted, refused, lost or not-sent
   * @param detail the peer's reply, or what kept the message from being sent
   * @param path such as {@code direct:25}; empty when none was open
   */
  public record Result(String to, String outcome, String detail, Optional<String> path) {}

  /**
   * Sends one message.
   *
   * @throws io.portolan.core.InvalidException if content and attributes make no message
   */
  public Result send(
      long campaignId, CampaignContent content, String to, Map<String, Object> attributes)
      throws InterruptedException {
    EmailAddress address = EmailAddress.parse(to);
    Destination destination = resolver.resolve(address.domain()).destination();
    ComposedMessage message =
        parts.composer().campaign(campaignId, content).compose(NO_DELIVERY, to, attributes);
    String domain = address.domain().name();
    Lane lane =
        new Lane(
            Lane.key(destination.platform(), domain), destination.platform(), Integer.MAX_VALUE);
    EffectiveRule rule = parts.policy().ruleFor(destination.isp(), destination.platform());
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            NO_DELIVERY,
            0,
            to,
            domain,
            destination.isp(),
            0,
            attributes,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    for (int wait = 0; wait < MOST_WAITS; wait++) {
      switch (parts.lines().open(lane, delivery, rule, campaignId)) {
        case LineOpener.Wait(Duration recheck) -> Thread.sleep(recheck);
        case LineOpener.Open(Line line) -> {
          try (line) {
            return offer(line, to, message);
          }
        }
        case LineOpener.Refused refused -> {
          return new Result(
              to, "refused", refused.reply().toString(), Optional.of(refused.path().label()));
        }
        case LineOpener.Closed(String reason, var _) -> {
          return notSent(to, reason);
        }
        case LineOpener.Trouble(String reason, boolean _) -> {
          return notSent(to, reason);
        }
        case LineOpener.NoDomain(String reason) -> {
          return notSent(to, reason);
        }
        case LineOpener.NoMail(String reason) -> {
          return notSent(to, reason);
        }
      }
    }
    return notSent(to, "the paths of row " + rule.rule() + " are being tried by others; try again");
  }

  private static Result offer(Line line, String to, ComposedMessage message) {
    Optional<String> path = Optional.of(line.path().label());
    Transaction transaction =
        line.session()
            .send(
                new Envelope(message.envelope().returnPath(), message.envelope().recipient()),
                message.bytes());
    return switch (transaction) {
      case Transaction.Replied replied ->
          new Result(
              to, replied.accepted() ? "accepted" : "refused", replied.reply().toString(), path);
      case Transaction.Lost lost -> new Result(to, "lost", lost.detail(), path);
      case Transaction.NotPossible(var _, String reason) ->
          new Result(to, "not-sent", reason, path);
    };
  }

  private static Result notSent(String to, String reason) {
    return new Result(to, "not-sent", reason, Optional.empty());
  }
}
