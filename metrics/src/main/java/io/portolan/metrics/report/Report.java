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
 * @param ripe of the total what was sent so long ago ({@link ReportStore#FEEDBACK_LAG}) that little
 *     more comes back about it
 * @param intervals what happened when, in order; a few hundred at most, for the plots
 * @param cohorts what came back, by time of sending (UTC), the latest first: by hour for a span of
 *     up to two days, else by day; 92 at most
 */
public record Report(
    String title,
    Instant generatedAt,
    Optional<Instant> from,
    Optional<Instant> until,
    long recipients,
    long waiting,
    Counts total,
    Counts ripe,
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

  /** Of which mail the rates say nothing, and what to do; nothing where they are of everything. */
  public List<String> leftOut() {
    return LeftOut.words(
        total,
        isps.stream()
            .filter(isp -> isp.total().returned().acceptedUnproven() > 0)
            .map(IspReport::isp)
            .toList());
  }

  /**
   * One ISP.
   *
   * @param ripe as in the whole report
   * @param bounces refused for good by a peer, at once or after acceptance, by category
   * @param paths in order of use
   */
  public record IspReport(
      String isp,
      String platform,
      long recipients,
      Counts total,
      Counts ripe,
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
   * @param hardBounces of what was sent then, at once or after it was accepted, as far as they are
   *     in a rate
   * @param blocks the same, refused for good for reputation
   * @param known what bounces are a share of: {@link Counts#known}
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
      long blocks,
      long known) {

    /** The hard bounce rate, as {@link RateKind#HARD_BOUNCE}. */
    public Rate hardBounceRate() {
      return ofKnown(hardBounces);
    }

    /** The block rate, as {@link RateKind#BLOCK}. */
    public Rate blockRate() {
      return ofKnown(blocks);
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
          blocks + later.blocks,
          known + later.known);
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
          blocks,
          known);
    }

    private Rate ofKnown(long count) {
      return Rate.of(Math.min(count, known), known);
    }
  }

  /**
   * What was sent in an hour or on a day, and what came back about it.
   *
   * @param start the hour or day, which may begin before the span does
   * @param hours 1 or 24
   * @param pending of the accepted, those of the last {@link ReportStore#FEEDBACK_LAG}: the other
   *     numbers may still rise
   */
  public record Cohort(
      Instant start,
      int hours,
      long accepted,
      long lateBounces,
      long complaints,
      long unsubscribes,
      long pending) {}
}
