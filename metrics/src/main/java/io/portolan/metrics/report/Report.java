package io.portolan.metrics.report;

import io.portolan.core.relay.RelayShare;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What happened to mail, by ISP, route and port.
 *
 * @param title of what it covers, for people
 * @param from start of the span; empty for a whole campaign
 * @param until end of the span, exclusive, a whole minute as from is; empty for a whole campaign
 * @param recipients of the campaign; 0 for a span
 * @param waiting recipients whose delivery has not ended; 0 for a span
 * @param intervals what happened when, in order; a few hundred at most, for the plots
 * @param cohorts what came back, by day of sending (UTC), the latest first; 92 at most
 */
public record Report(
    String title,
    Instant generatedAt,
    Optional<Instant> from,
    Optional<Instant> until,
    long recipients,
    long waiting,
    Counts total,
    AcceptTimes acceptTimes,
    List<IspReport> isps,
    List<TopReply> topReplies,
    List<Interval> intervals,
    List<Cohort> cohorts) {

  /** Accepted so lately that bounces and complaints may still come, {@link #cohorts} together. */
  public long pending() {
    return cohorts.stream().mapToLong(Cohort::pending).sum();
  }

  /** What became of all that was planned, or of a span, of what ended in it. */
  public Funnel funnel() {
    return Funnel.of(total, waiting);
  }

  /** The relays that have not said what became of what they took, the most of it first. */
  public List<RelayShare> relays() {
    Map<String, Long> byRelay = new TreeMap<>();
    for (IspReport isp : isps) {
      for (PathReport path : isp.paths()) {
        byRelay.merge(path.route(), path.counts().relayed(), Long::sum);
      }
    }
    return byRelay.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .map(entry -> new RelayShare(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong((RelayShare share) -> -share.relayed()))
        .toList();
  }

  /**
   * One ISP.
   *
   * @param bounces refused for good by a peer, at once or after acceptance, by category
   * @param paths in order of use
   */
  public record IspReport(
      String isp,
      String platform,
      long recipients,
      Counts total,
      AcceptTimes acceptTimes,
      Map<String, Long> bounces,
      List<PathReport> paths) {}

  /**
   * One path to one ISP. What was not sent, expired, suppressed and cancelled is of no path and is
   * 0 here.
   */
  public record PathReport(
      String route, int port, String tls, Counts counts, AcceptTimes acceptTimes) {}

  /**
   * Time from the first attempt to acceptance; the bounds of a bucket at most 12.5 % wide.
   *
   * @param medianMillis empty when nothing was accepted
   * @param p95Millis empty when nothing was accepted
   */
  public record AcceptTimes(Optional<Long> medianMillis, Optional<Long> p95Millis) {}

  /**
   * A refusal by what it said.
   *
   * @param sample one of the texts, cut
   */
  public record TopReply(
      String isp,
      int code,
      String enhanced,
      String category,
      String outcome,
      long count,
      String sample) {}

  /**
   * One stretch of time.
   *
   * @param minutes its length
   * @param bounced refused for good by a peer
   * @param lateBounces of what was sent then, bounced after it was accepted
   * @param complaints about what was sent then
   * @param hardBounces of what was sent then, at once or after it was accepted
   * @param blocks the same, refused for good for reputation
   */
  public record Interval(
      Instant start,
      int minutes,
      long accepted,
      long bounced,
      long deferrals,
      long pathFailures,
      long lateBounces,
      long complaints,
      long unsubscribes,
      long hardBounces,
      long blocks) {

    /** The hard bounce rate, as {@link RateKind#HARD_BOUNCE}. */
    public Rate hardBounceRate() {
      return ofDecided(hardBounces);
    }

    /** The block rate, as {@link RateKind#BLOCK}. */
    public Rate blockRate() {
      return ofDecided(blocks);
    }

    /** What a peer decided for good. */
    public long decided() {
      return accepted + bounced;
    }

    /** This and a later one, from the start of this. */
    public Interval plus(Interval later) {
      return new Interval(
          start,
          minutes,
          accepted + later.accepted,
          bounced + later.bounced,
          deferrals + later.deferrals,
          pathFailures + later.pathFailures,
          lateBounces + later.lateBounces,
          complaints + later.complaints,
          unsubscribes + later.unsubscribes,
          hardBounces + later.hardBounces,
          blocks + later.blocks);
    }

    /** The same counts for a longer stretch. */
    public Interval widened(Instant newStart, int newMinutes) {
      return new Interval(
          newStart,
          newMinutes,
          accepted,
          bounced,
          deferrals,
          pathFailures,
          lateBounces,
          complaints,
          unsubscribes,
          hardBounces,
          blocks);
    }

    private Rate ofDecided(long count) {
      return Rate.of(Math.min(count, decided()), decided());
    }
  }

  /**
   * What was sent on one day, and what came back about it.
   *
   * @param pending of the accepted, those of the last {@link ReportStore#FEEDBACK_LAG}: the other
   *     numbers may still rise
   */
  public record Cohort(
      Instant day,
      long accepted,
      long lateBounces,
      long complaints,
      long unsubscribes,
      long pending) {}
}
