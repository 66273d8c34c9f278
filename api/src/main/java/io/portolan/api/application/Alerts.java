package io.portolan.api.application;

import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.configuration.WatchConfiguration;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.guard.HoldEvent;
import io.portolan.core.guard.HoldEvent.HeldCampaign;
import io.portolan.core.matching.FeedbackAlarm;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.recorder.ResultListener;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.dnshealth.DnsHealthListener;
import io.portolan.sender.hold.LoginAlarm;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.watch.VerdictListener;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people what they should look at, in the log and by a webhook: that the verdict on a port
 * has changed, or a check of the DNS; that mail is refused, or bounced late, for a cause on our
 * side, each cause and platform once an hour; that a relay refuses our login, each relay once an
 * hour; and that a guardrail holds mail, once.
 *
 * <p>Thread-safe.
 */
final class Alerts
    implements VerdictListener,
        DnsHealthListener,
        FeedbackAlarm,
        ResultListener,
        LoginAlarm,
        AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Alerts.class);
  private static final Duration QUIET = Duration.ofHours(1);
  private static final String OPEN = "open";
  private static final String LOGIN_REFUSED = "login-refused";

  private final AlertPost post;
  private final String node;
  // categories, platforms and relays are closed sets
  private final Map<String, Instant> told = new ConcurrentHashMap<>();

  /**
   * @param node the name of this node
   */
  Alerts(AlertPost post, String node) {
    this.post = post;
    this.node = node;
  }

  /** What a webhook gets of a port. */
  private record Document(
      String event, String at, int port, String from, String to, String words, String node) {}

  /** What a webhook gets of a check of the DNS. */
  private record DnsDocument(
      String event,
      String at,
      String subject,
      String check,
      String from,
      String to,
      String seen,
      String words,
      String node) {}

  /** The alerts as configured. */
  static Alerts of(WatchConfiguration watching, Secrets secrets, String node) {
    try {
      return new Alerts(
          new AlertPost(
              watching.webhook(),
              watching.secret().isEmpty() ? "" : secrets.resolve(watching.secret())),
          node);
    } catch (SecretException e) {
      throw new ConfigurationException("alerts.secret: " + e.getMessage());
    }
  }

  /** What a webhook gets of mail that wants mending on our side. */
  private record CauseDocument(
      String event,
      String at,
      String category,
      String platform,
      long campaign,
      long delivery,
      String words) {}

  /** What a webhook gets of a relay that refuses our login. */
  private record LoginDocument(
      String event,
      String at,
      String relay,
      String username,
      String reply,
      String until,
      String words,
      String node) {}

  /** What a webhook gets of what a guardrail holds. */
  private record HoldDocument(
      String event,
      String at,
      String guard,
      Optional<String> domain,
      Optional<String> isp,
      List<Long> campaigns,
      long trials,
      long hits,
      String words,
      String node) {}

  @Override
  public void changed(VerdictChange change) {
    if (isFirstAndGood(change)) {
      log.info("port {} gets through: {}", change.port(), change.words());
      return;
    }
    if (change.to().equals(OPEN)) {
      log.info(
          "port {} was {} and is open again: {}", change.port(), change.from(), change.words());
    } else {
      log.warn("port {} is {}: {}", change.port(), change.to(), change.words());
    }
    post.send(
        new Document(
            "port-verdict",
            change.at().toString(),
            change.port(),
            change.from(),
            change.to(),
            change.words(),
            change.node()));
  }

  @Override
  public void changed(FindingChange change) {
    DnsFinding finding = change.finding();
    String words = (finding.meaning() + " " + finding.advice()).strip();
    if (finding.status() == DnsStatus.ERROR) {
      log.warn("{} of {} in the DNS is wrong: {}", finding.check().id(), finding.subject(), words);
    } else {
      log.info(
          "{} of {} in the DNS is {} again: {}",
          finding.check().id(),
          finding.subject(),
          finding.status().id(),
          words);
    }
    post.send(
        new DnsDocument(
            "dns-health",
            change.at().toString(),
            finding.subject(),
            finding.check().id(),
            change.from().id(),
            finding.status().id(),
            finding.seen(),
            words,
            change.node()));
  }

  @Override
  public void raise(LateBounce bounce) {
    tellOnceAnHour(
        bounce.at(),
        new CauseDocument(
            "late-bounce",
            bounce.at().toString(),
            bounce.category(),
            bounce.platform(),
            bounce.campaignId(),
            bounce.deliveryId(),
            bounce.diagnostic()));
  }

  /** Refusals at once, deferrals included: what is wrong on our side does not mend itself. */
  @Override
  public void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures) {
    for (RecordedResult result : applied) {
      result
          .outcome()
          .cause()
          .flatMap(BounceCategory::of)
          .filter(category -> category.action() == Action.ALARM)
          .ifPresent(category -> tellOnceAnHour(result.at(), refusal(result, category)));
    }
  }

  private static CauseDocument refusal(RecordedResult result, BounceCategory category) {
    return new CauseDocument(
        "refusal",
        result.at().toString(),
        category.id(),
        result.platform(),
        result.campaignId(),
        result.delivery().id(),
        result.outcome().attemptMade().flatMap(Attempt::reply).map(SmtpReply::line).orElse(""));
  }

  private void tellOnceAnHour(Instant at, CauseDocument document) {
    if (isDue(document.event() + " " + document.category() + " " + document.platform(), at)) {
      log.warn(
          "{} by {} ({}), which wants mending on our side: delivery {} of campaign {}: {}",
          document.event(),
          document.platform(),
          document.category(),
          document.delivery(),
          document.campaign(),
          document.words());
      post.send(document);
    }
  }

  /** Whether nothing was told of this within the hour before. */
  private boolean isDue(String what, Instant at) {
    AtomicBoolean isDue = new AtomicBoolean();
    told.compute(
        what,
        (_, before) -> {
          isDue.set(before == null || before.plus(QUIET).isBefore(at));
          return isDue.get() ? at : before;
        });
    return isDue.get();
  }

  /** The log has each refusal of a login, by whoever met it. */
  @Override
  public void refused(Relay relay, RouteHold hold, Instant at) {
    if (isDue(LOGIN_REFUSED + " " + relay.name(), at)) {
      post.send(
          new LoginDocument(
              LOGIN_REFUSED,
              at.toString(),
              relay.name(),
              relay.username(),
              hold.reply(),
              hold.until().toString(),
              "Relay %s cannot be logged in to as %s (%s). Its mail is held, or takes the next route of its row, and the login is tried again at %s. Check the user name, and the password in %s; then portolan relay check %s."
                  .formatted(
                      relay.name(),
                      relay.username(),
                      hold.reply(),
                      hold.until().truncatedTo(ChronoUnit.SECONDS),
                      relay.secretRef(),
                      relay.name()),
              node));
    }
  }

  /** A guardrail holds mail. To be called once for each alarm. */
  void held(HoldEvent event) {
    String at = event.isp().isEmpty() ? "" : " at " + event.isp();
    HeldCampaign campaign = event.campaigns().getFirst();
    String what =
        event.isOfDomain()
            ? "all mail of " + event.domain() + at
            : "campaign " + campaign.id() + ", " + campaign.name() + at;
    String words =
        "A guardrail holds %s: %s. It waits until a person lets it go on: portolan %s --override%s --note WHY."
            .formatted(
                what,
                event.reason(),
                event.isOfDomain()
                    ? "domain resume " + event.domain()
                    : "campaign resume " + campaign.id(),
                event.isp().isEmpty() ? "" : " --isp " + event.isp());
    log.warn("{}", words);
    post.send(
        new HoldDocument(
            "guard-hold",
            event.heldAt().toString(),
            event.guard(),
            Optional.of(event.domain()).filter(it -> !it.isEmpty()),
            Optional.of(event.isp()).filter(it -> !it.isEmpty()),
            event.campaigns().stream().map(HeldCampaign::id).toList(),
            event.trials(),
            event.hits(),
            words,
            node));
  }

  @Override
  public void close() {
    post.close();
  }

  /** That all is well when nothing was known before is no alert. */
  private static boolean isFirstAndGood(VerdictChange change) {
    return change.from().equals(StoredVerdict.UNKNOWN) && change.to().equals(OPEN);
  }
}
