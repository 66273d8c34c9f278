package io.portolan.api.http;

import io.portolan.api.hold.HoldsView;
import io.portolan.api.reports.RelayedView;
import io.portolan.core.guard.Hold;
import io.portolan.core.progress.CampaignProgress;
import io.portolan.core.relay.RelayReporting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a campaign is, as the API shows it.
 *
 * @param percent of the recipients that have ended
 * @param holds what guardrails stopped and nobody has let go on
 * @param relays those that have not said what became of all that they accepted
 */
public record ProgressView(
    long campaignId,
    String state,
    Instant at,
    boolean planned,
    double percent,
    CountsView total,
    List<IspView> isps,
    List<HoldsView.HoldView> holds,
    List<RelayedView> relays) {

  /** Counts of a campaign or an ISP: where deliveries stand now, and what happened on the way. */
  public record CountsView(
      long recipients,
      long accepted,
      long relayed,
      long bounced,
      long expired,
      long suppressed,
      long cancelled,
      long waiting,
      long deferrals,
      long pathFailures,
      long inDoubt,
      double messagesPerSecond,
      Optional<Double> secondsLeft) {

    static CountsView of(CampaignProgress.Counts counts) {
      return new CountsView(
          counts.recipients(),
          counts.accepted(),
          counts.relayed(),
          counts.bounced(),
          counts.expired(),
          counts.suppressed(),
          counts.cancelled(),
          counts.waiting(),
          counts.deferrals(),
          counts.pathFailures(),
          counts.inDoubt(),
          counts.perSecond(),
          counts.timeLeft().map(ProgressView::seconds));
    }
  }

  /** One ISP and the paths that took mail of late, the busiest first. */
  public record IspView(
      String isp, String platform, CountsView counts, List<CampaignProgress.PathShare> paths) {}

  static ProgressView of(CampaignProgress progress, List<Hold> holds, RelayReporting reporting) {
    CampaignProgress.Counts total = progress.total();
    return new ProgressView(
        progress.campaignId(),
        progress.state().id(),
        progress.at(),
        progress.planned(),
        total.recipients() == 0
            ? 0
            : 100.0 * (total.recipients() - total.waiting()) / total.recipients(),
        CountsView.of(total),
        progress.isps().stream()
            .map(
                isp ->
                    new IspView(
                        isp.isp(), isp.platform(), CountsView.of(isp.counts()), isp.paths()))
            .toList(),
        HoldsView.of(holds).holds(),
        RelayedView.of(progress.relays(), reporting));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
