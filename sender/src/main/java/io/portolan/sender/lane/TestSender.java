package io.portolan.sender.lane;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.isp.Destination;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.core.suppression.StoredSuppression;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.message.Notice;
import io.portolan.sender.path.PathChoice;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a campaign's message, or a notice, to a few addresses of the installation's own people,
 * outside lanes and statistics, by the same policy, paths, connection slots and suppressions.
 * Thread-safe; blocks until the peer has answered, or for {@value #MOST_SECONDS} seconds.
 */
public final class TestSender {
  private static final Logger log = LoggerFactory.getLogger(TestSender.class);

  private static final int MOST_SECONDS = 90;
  private static final Duration MOST = Duration.ofSeconds(MOST_SECONDS);
  private static final long NO_CAMPAIGN = 0;
  private static final Duration RECHECK = Duration.ofMillis(250);
  private static final String SUPPRESSED = "the address is suppressed: ";
  private static final String STOPPING = "this server is stopping";

  private final LaneParts parts;
  private final LineOpener lines;
  private final DomainResolver resolver;

  /**
   * @param lines opens sessions and records nothing
   */
  TestSender(LaneParts parts, LineOpener lines, DomainResolver resolver) {
    this.parts = parts;
    this.lines = lines;
    this.resolver = resolver;
  }

  /**
   * What came of one test.
   *
   * @param outcome accepted, refused, lost or not-sent
   * @param detail the peer's reply, or what kept the message from being sent
   * @param path such as {@code direct:25}; empty when none was open
   */
  public record Result(String to, String outcome, String detail, Optional<String> path) {
    private static final String ACCEPTED = "accepted";
    private static final String REFUSED = "refused";

    /** Whether the next hop took responsibility. */
    public boolean taken() {
      return outcome.equals(ACCEPTED);
    }

    /** Whether another try is of no use: it was taken, refused for good, or may not be sent. */
    public boolean settled() {
      return taken()
          || (outcome.equals(REFUSED) && detail.startsWith("5"))
          || detail.startsWith(SUPPRESSED);
    }
  }

  /**
   * Sends one message. When this throws, it was offered to nobody. An interruption ends the wait
   * and is kept for the caller.
   *
   * @throws io.portolan.core.InvalidException if content and attributes make no message
   */
  public Result send(
      long campaignId, CampaignContent content, String to, Map<String, Object> attributes) {
    return send(campaignId, content, to, attributes, MOST);
  }

  Result send(
      long campaignId,
      CampaignContent content,
      String to,
      Map<String, Object> attributes,
      Duration most) {
    // no delivery's, and another each time: equal Message-IDs would be taken for copies
    long id = -ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    ComposedMessage message =
        parts.composer().campaign(campaignId, content).compose(id, to, attributes);
    return send(campaignId, id, message, content.sendingDomain(), to, most);
  }

  /**
   * Sends a notice; as above.
   *
   * @param id below 0; the same for each try, so that a copy is known by its Message-ID
   * @throws io.portolan.core.InvalidException if the sender or recipient is none
   */
  public Result send(Notice notice, long id, String to) {
    ComposedMessage message = notice.compose(parts.composer(), id, to);
    return send(NO_CAMPAIGN, id, message, notice.sendingDomain(), to, MOST);
  }

  private Result send(
      long campaignId,
      long id,
      ComposedMessage message,
      Optional<Domain> sendingDomain,
      String to,
      Duration most) {
    EmailAddress address = EmailAddress.parse(to);
    Optional<StoredSuppression> suppressed =
        parts.suppressions().find(address, new MailOrigin(Optional.empty(), sendingDomain));
    if (suppressed.isPresent()) {
      return notSent(to, SUPPRESSED + suppressed.get().suppression().reason().id());
    }
    return withinDeadline(to, most, stage -> send(campaignId, address, id, message, stage));
  }

  /** How far a test has come. */
  private enum Stage {
    WAITS_FOR_SLOT,
    OPENS,
    OFFERED,
    GIVEN_UP
  }

  /** A test on its way. */
  private interface Test {
    Result send(AtomicReference<Stage> stage) throws InterruptedException;
  }

  private static Result withinDeadline(String to, Duration most, Test test) {
    AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITS_FOR_SLOT);
    FutureTask<Result> sending = new FutureTask<>(() -> test.send(stage));
    Thread.ofVirtual().name("test-message").start(sending);
    try {
      return sending.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      String within = " within " + most.toSeconds() + " seconds";
      return switch (giveUp(stage)) {
        case WAITS_FOR_SLOT ->
            notSent(to, "all connections of the platform stayed in use" + within);
        case OPENS -> notSent(to, "no session could be opened" + within);
        case OFFERED -> lost(to, "no result" + within);
        case GIVEN_UP -> throw new IllegalStateException("given up twice", e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(stage) == Stage.OFFERED ? lost(to, STOPPING) : notSent(to, STOPPING);
    } catch (ExecutionException e) {
      if (stage.get() == Stage.OFFERED) {
        log.error("A test failed after its message was offered", e);
        return lost(to, "this server failed, and its log says more");
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } finally {
      sending.cancel(true);
    }
  }

  /** Sees to it that a test that was not offered is not, and says how far it had come. */
  private static Stage giveUp(AtomicReference<Stage> stage) {
    return stage.getAndUpdate(now -> now == Stage.OFFERED ? Stage.OFFERED : Stage.GIVEN_UP);
  }

  private Result send(
      long campaignId,
      EmailAddress address,
      long id,
      ComposedMessage message,
      AtomicReference<Stage> stage)
      throws InterruptedException {
    String to = address.asWritten();
    String domain = address.domain().name();
    Destination destination = resolver.resolve(address.domain()).destination();
    String platform = destination.platform();
    Lane lane = new Lane(PathChoice.target(platform, domain), platform, Integer.MAX_VALUE);
    EffectiveRule rule = parts.policy().ruleFor(destination.isp(), platform);
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            id,
            0,
            to,
            domain,
            destination.isp(),
            0,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    try (Slot _ = slot(lane)) {
      stage.compareAndSet(Stage.WAITS_FOR_SLOT, Stage.OPENS);
      while (true) {
        switch (lines.open(lane, delivery, rule, campaignId)) {
          case LineOpener.Wait(Duration recheck) -> Thread.sleep(recheck);
          case LineOpener.Open(Line line) -> {
            try (line) {
              // what was said not to be sent must not be
              return stage.compareAndSet(Stage.OPENS, Stage.OFFERED)
                  ? offer(line, to, message)
                  : notSent(to, "given up");
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
    }
  }

  /** Waits for a connection slot of the platform, as a campaign's sessions do. */
  private Slot slot(Lane lane) throws InterruptedException {
    while (true) {
      Optional<Slot> free = new Tempo(parts, lane).trySlot();
      if (free.isPresent()) {
        return free.get();
      }
      Thread.sleep(RECHECK);
    }
  }

  private static Result offer(Line line, String to, ComposedMessage message) {
    Optional<String> path = Optional.of(line.path().label());
    Transaction transaction = line.session().send(line.mailOf(message));
    return switch (transaction) {
      case Transaction.Replied replied ->
          new Result(
              to, replied.accepted() ? "accepted" : "refused", replied.reply().toString(), path);
      case Transaction.Lost lost -> new Result(to, "lost", lost.detail(), path);
      case Transaction.NotPossible(var _, String reason) ->
          new Result(to, "not-sent", reason, path);
    };
  }

  private static Result lost(String to, String reason) {
    return new Result(to, "lost", reason, Optional.empty());
  }

  private static Result notSent(String to, String reason) {
    return new Result(to, "not-sent", reason, Optional.empty());
  }
}
