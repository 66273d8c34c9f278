package io.portolan.core.progress;

import io.portolan.core.campaign.CampaignState;
import io.portolan.core.relay.RelayShare;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a campaign is.
 *
 * @param at the moment of which it tells
 * @param planned whether every recipient has become a delivery; before, the counts still grow
 * @param total over all ISPs
 * @param isps the ISPs with the most recipients first
 * @param relays those that have not said what became of what they took, the most of it first
 */
public record CampaignProgress(
    long campaignId,
    CampaignState state,
    Instant at,
    boolean planned,
    Counts total,
    List<IspProgress> isps,
    List<RelayShare> relays) {
  public CampaignProgress {
    isps = List.copyOf(isps);
    relays = List.copyOf(relays);
  }

  /**
   * How far the deliveries to one ISP are.
   *
   * @param paths the paths that took mail in this minute or the last, the busiest first
   */
  public record IspProgress(String isp, String platform, Counts counts, List<PathShare> paths) {
    public IspProgress {
      paths = List.copyOf(paths);
    }
  }

  /**
   * A path in use.
   *
   * @param attempts in this minute, or in the last one if there was none in this
   */
  public record PathShare(String route, int port, String tls, long attempts) {}

  /**
   * Counts of deliveries by where they stand now, and of what happened to them on the way. What has
   * not ended is the rest ({@link #waiting}).
   *
   * @param accepted by the ISP, as far as is known
   * @param relayed accepted by a relay that has not said yet what became of them
   * @param bounced at once, or after they were accepted
   * @param deferrals attempts that were deferred
   * @param pathFailures paths that could not be opened
   * @param inDoubt deliveries that wait for a decision, because nobody knows whether a peer took
   *     them
   * @param perSecond deliveries that ended by sending, over the last minute
   */
  public record Counts(
      long recipients,
      long accepted,
      long relayed,
      long bounced,
      long expired,
      long suppressed,
      long cancelled,
      long deferrals,
      long pathFailures,
      long inDoubt,
      double perSecond) {

    /** Deliveries that the next hop has, be it the ISP or a relay. */
    public long sent() {
      return accepted + relayed;
    }

    /** Deliveries that have not ended. */
    public long waiting() {
      return recipients - accepted - relayed - bounced - expired - suppressed - cancelled;
    }

    /** How long the waiting ones take at the present rate; empty when none ended of late. */
    public Optional<Duration> timeLeft() {
      if (waiting() <= 0) {
        return Optional.of(Duration.ZERO);
      }
      return perSecond > 0
          ? Optional.of(Duration.ofSeconds(Math.round(waiting() / perSecond)))
          : Optional.empty();
    }

    Counts plus(Counts other) {
      return new Counts(
          recipients + other.recipients,
          accepted + other.accepted,
          relayed + other.relayed,
          bounced + other.bounced,
          expired + other.expired,
          suppressed + other.suppressed,
          cancelled + other.cancelled,
          deferrals + other.deferrals,
          pathFailures + other.pathFailures,
          inDoubt + other.inDoubt,
          perSecond + other.perSecond);
    }
  }
}
