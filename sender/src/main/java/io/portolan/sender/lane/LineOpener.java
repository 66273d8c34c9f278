package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.relay.SecretException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.lane.Destinations.Destination;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.path.Choice;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathLease;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens a session for a delivery on the first path that the policy names and health lets through. A
 * path that cannot be opened is left at once for the next, before any message data went out; a peer
 * that answers is never left for another port.
 *
 * <p>Thread-safe.
 */
final class LineOpener {
  /**
   * How long the mail hosts of a domain are taken to be what they were; their DNS names live
   * longer.
   */
  private static final Duration SERVES = Duration.ofSeconds(5);

  /** How often to look whether a lane at its limit of new sessions may open one again. */
  private static final Duration SESSION_RECHECK = Duration.ofMillis(250);

  private final PathChoice paths;
  private final Paces paces;
  private final Destinations destinations;
  private final SessionOpener opener;
  private final FailureLog failures;
  private final InstantSource clock;

  LineOpener(
      PathChoice paths,
      Paces paces,
      Destinations destinations,
      SessionOpener opener,
      FailureLog failures,
      InstantSource clock) {
    this.paths = paths;
    this.paces = paces;
    this.destinations = destinations;
    this.opener = opener;
    this.failures = failures;
    this.clock = clock;
  }

  /** Where paths that could not be opened are written down. */
  @FunctionalInterface
  interface FailureLog {
    void record(PathFailure failure) throws InterruptedException;
  }

  /** What came of it. */
  sealed interface Result {}

  record Open(Line line) implements Result {}

  /** Others are dialling; ask again after {@code recheck}. */
  record Wait(Duration recheck) implements Result {}

  /** The peer answered and refused the session: an attempt for the delivery at hand. */
  record Refused(
      Path path,
      Decision decision,
      SessionTarget target,
      Phase phase,
      SmtpReply reply,
      String peer,
      Duration took)
      implements Result {

    /** The record of it; no transaction was begun. */
    Attempt attempt(Instant now) {
      return new Attempt(
          now.minus(took),
          path,
          decision,
          target.host(),
          peer,
          false,
          phase,
          Optional.of(reply),
          took,
          Duration.ZERO);
    }
  }

  /** No path is open: hold until then. */
  record Closed(String reason, Instant until) implements Result {}

  /**
   * This path failed in a way that speaks neither against it nor for another: hold until the next
   * retry.
   *
   * @param peerClosed whether a recipient's mail host was reached and would not talk, as one does
   *     that refuses this source
   */
  record Trouble(String reason, boolean peerClosed) implements Result {}

  /** The recipient's domain takes no mail, and says so. */
  record NoMail(String reason) implements Result {}

  /** By our DNS the recipient's domain does not exist. */
  record NoDomain(String reason) implements Result {}

  /** Whether an open session may carry a delivery: by its peer, and by its TLS. */
  boolean serves(Line line, ClaimedDelivery delivery, EffectiveRule rule)
      throws InterruptedException {
    if (!line.speaks(Destinations.minimumTls(rule, line.path()))) {
      return false;
    }
    if (!line.path().isDirect()) {
      return true;
    }
    Instant now = clock.instant();
    if (line.isKnownToServe(delivery.domain(), now)) {
      return true;
    }
    boolean serves =
        destinations.direct(line.path(), delivery.domain(), rule)
                instanceof Destinations.Known known
            && known.key().equals(line.destination());
    if (serves) {
      line.serves(delivery.domain(), now.plus(SERVES));
    }
    return serves;
  }

  private Limits limits(Lane lane) {
    return paces.ofPolicy(lane.key());
  }

  /** Which way a delivery may go. */
  PathChoice.Request request(Lane lane, ClaimedDelivery delivery, EffectiveRule rule) {
    return new PathChoice.Request(
        rule,
        lane.key(),
        delivery.id(),
        delivery.pinnedRoute(),
        path -> lane.pauses().on(path, clock.instant()).or(() -> coolDown(path)));
  }

  /** A relay that cools down takes no lane's mail. */
  private Optional<PathChoice.Pause> coolDown(Path path) {
    return paces.coolDown(path).map(it -> new PathChoice.Pause(it.reason(), it.until()));
  }

  /** Opens a session on the best path that can be opened. */
  Result open(Lane lane, ClaimedDelivery delivery, EffectiveRule rule, long campaignId)
      throws InterruptedException {
    if (paths.isAtSessionLimit(lane.key(), limits(lane))) {
      return new Wait(SESSION_RECHECK);
    }
    // each round ends or shuts a path, so there are no more rounds than paths and their trials
    for (int round = 0; round <= 2 * paths(rule); round++) {
      switch (paths.choose(request(lane, delivery, rule))) {
        case Choice.Wait(String _, Duration recheck) -> {
          return new Wait(recheck);
        }
        case Choice.NoneOpen(String reason, Instant until) -> {
          return new Closed(reason, until);
        }
        case Choice.Take take -> {
          Optional<Result> result = open(take, lane, delivery, rule, campaignId);
          if (result.isPresent()) {
            return result.get();
          }
        }
      }
    }
    return new Trouble("no path of row " + rule.rule() + " could be opened", false);
  }

  private static long paths(EffectiveRule rule) {
    return rule.paths().stream().mapToLong(path -> path.each().size()).sum();
  }

  /**
   * Opens a session on the path taken; empty when it could not be opened and the next shall be
   * tried.
   */
  Optional<Result> open(
      Choice.Take take, Lane lane, ClaimedDelivery delivery, EffectiveRule rule, long campaignId)
      throws InterruptedException {
    try (PathLease lease = take.lease()) {
      if (!paths.countSession(lane.key(), limits(lane))) {
        return Optional.of(new Wait(SESSION_RECHECK));
      }
      Destination destination;
      try {
        destination = destination(take, delivery, rule);
      } catch (SecretException e) {
        // the operator's to mend; nobody is bounced for it, and the next round says so
        lease.loginMissing(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
      return switch (destination) {
        case Destinations.NoMail(String reason) -> Optional.of(new NoMail(reason));
        case Destinations.NoDomain(String reason) -> Optional.of(new NoDomain(reason));
        case Destinations.Unknown(String reason) -> Optional.of(new Trouble(reason, false));
        case Destinations.Known known -> open(known, take, lane, delivery, campaignId);
      };
    }
  }

  /**
   * Dials host after host: a host that refuses may have a neighbour that does not (RFC 5321 section
   * 5.1). The first refusal tells more than any failure, and of these the one that came furthest.
   */
  private Optional<Result> open(
      Destinations.Known known,
      Choice.Take take,
      Lane lane,
      ClaimedDelivery delivery,
      long campaignId)
      throws InterruptedException {
    PathLease lease = take.lease();
    Opening.@Nullable PathFailed telling = null;
    @Nullable Refused refusal = null;
    List<String> failedHosts = new ArrayList<>();
    int unanswered = 0;
    for (SessionTarget each : known.targets()) {
      if (unanswered >= Destinations.ENOUGH_DEAD) {
        break;
      }
      SessionTarget target = each.at(Destinations.worthDialling(each, lease));
      switch (opener.open(target, listener(lease))) {
        case Opening.Opened(var session) -> {
          lease.opened();
          return Optional.of(
              new Open(new Line(session, take.path(), known.key(), take.decision())));
        }
        case Opening.Refused refused when refused.phase() == Phase.AUTH -> {
          // held by the route, not counted against any recipient; the next round says so
          loginRefused(lease, refused.reply());
          return Optional.empty();
        }
        case Opening.Refused refused ->
            refusal = refusal == null ? refused(take, target, refused) : refusal;
        case Opening.PathFailed failed -> {
          telling = telling == null ? failed : telling.orMoreTelling(failed);
          failedHosts.add(target.host());
          if (failed.phase() == Phase.CONNECT && failed.kind() != FailureKind.LOCAL_FAULT) {
            unanswered += target.addresses().size();
          }
          record(failed, take, lane, delivery, campaignId);
        }
      }
    }
    if (refusal != null) {
      lease.opened();
      return Optional.of(refusal);
    }
    return telling == null
        ? Optional.empty()
        : failed(telling, String.join(" ", failedHosts), lease);
  }

  private SessionOpener.DialListener listener(PathLease lease) {
    return new SessionOpener.DialListener() {
      @Override
      public void connected(String address) {
        lease.connected(address);
        destinations.reachable(address);
      }

      @Override
      public void unreachable(String address, FailureKind kind) {
        lease.unreachable(address, kind.id());
        destinations.unreachable(address);
      }
    };
  }

  private Destination destination(Choice.Take take, ClaimedDelivery delivery, EffectiveRule rule)
      throws InterruptedException {
    return take.path().isDirect()
        ? destinations.direct(take.path(), delivery.domain(), rule)
        : destinations.relay(take.path(), take.lease().relay().orElseThrow(), rule);
  }

  private static void loginRefused(PathLease lease, SmtpReply reply) {
    String words = reply.code() + " " + reply.text();
    if (reply.isPermanent()) {
      lease.loginRefused(words);
    } else {
      lease.loginDeferred(words);
    }
  }

  private static Refused refused(Choice.Take take, SessionTarget target, Opening.Refused refused) {
    return new Refused(
        take.path(),
        take.decision(),
        target,
        refused.phase(),
        refused.reply(),
        refused.peer(),
        refused.took());
  }

  private static Optional<Result> failed(Opening.PathFailed failed, String hosts, PathLease lease) {
    boolean isConnected = failed.phase().compareTo(Phase.CONNECT) > 0;
    if (isConnected) {
      lease.connected(failed.address());
    }
    boolean isDirect = lease.path().isDirect();
    if (isDirect ? failed.kind().blocksPath() : failed.kind().blocksRelayPath()) {
      lease.failed(failed.phase(), failed.kind().id(), hosts);
      return Optional.empty();
    }
    return Optional.of(
        new Trouble(failed.host() + ": " + failed.detail(), isDirect && isConnected));
  }

  /** Records that a better path refused a session, while the message went out on another one. */
  void record(Refused refused, Lane lane, ClaimedDelivery delivery, long campaignId)
      throws InterruptedException {
    failures.record(
        new PathFailure(
            clock.instant(),
            campaignId,
            delivery.isp(),
            lane.platform(),
            refused.path(),
            refused.decision().policyVersion(),
            refused.target().host(),
            refused.phase(),
            FailureKind.SESSION_REFUSED.id(),
            refused.reply().line(),
            refused.took()));
  }

  private void record(
      Opening.PathFailed failed,
      Choice.Take take,
      Lane lane,
      ClaimedDelivery delivery,
      long campaignId)
      throws InterruptedException {
    failures.record(
        new PathFailure(
            clock.instant(),
            campaignId,
            delivery.isp(),
            lane.platform(),
            take.path(),
            take.decision().policyVersion(),
            failed.host(),
            failed.phase(),
            failed.kind().id(),
            failed.detail(),
            failed.took(),
            Evidence.of(failed)));
  }
}
