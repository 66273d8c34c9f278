package io.portolan.metrics.report;

import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rows of the rollups that a report is of, and what they add up to by ISP and path.
 *
 * @param untold relays that have told of nothing that it arrived; their bounces are in no rate
 */
record ReportRows(
    List<CountRow> counts, List<TimeRow> times, List<RecipientRow> recipients, Set<String> untold) {

  static ReportRows of(List<CountRow> counts, List<TimeRow> times, List<RecipientRow> recipients) {
    Map<String, Counts> byRoute = new HashMap<>();
    counts.forEach(row -> byRoute.merge(row.path().route(), row.counts(), Counts::plus));
    Set<String> untold = Counts.tellingTooLittle(byRoute);
    return new ReportRows(
        counts.stream()
            .map(row -> untold.contains(row.path().route()) ? row.asUntold() : row)
            .toList(),
        times,
        recipients,
        untold);
  }

  record IspKey(String isp, String platform) {}

  /** A path; one without a route stands for results without an attempt. */
  record PathKey(String route, int port, String tls) {
    boolean isPath() {
      return !route.isEmpty();
    }
  }

  /**
   * @param isRipe whether it was sent so long ago that little more comes back about it
   */
  record CountRow(IspKey isp, PathKey path, Counts counts, String category, boolean isRipe) {
    private CountRow asUntold() {
      return new CountRow(isp, path, counts.asUntold(), category, isRipe);
    }

    /** Bounces, at once or later. */
    private long bounces() {
      return counts.bounced() + counts.returned().bounced();
    }
  }

  record TimeRow(String isp, PathKey path, int bucket, long count) {}

  record RecipientRow(IspKey isp, long recipients) {}

  Counts total() {
    return sum(counts);
  }

  /** What little more comes back about. */
  Counts ripe() {
    return ripe(counts);
  }

  AcceptTimes acceptTimes() {
    return acceptTimes(times);
  }

  /** The ISPs, those with most recipients first. */
  List<IspReport> isps() {
    Map<IspKey, Long> recipientsByIsp =
        new TreeMap<>(Comparator.comparing(IspKey::isp).thenComparing(IspKey::platform));
    recipients.forEach(row -> recipientsByIsp.put(row.isp(), row.recipients()));
    counts.forEach(row -> recipientsByIsp.putIfAbsent(row.isp(), 0L));
    List<IspReport> isps = new ArrayList<>();
    recipientsByIsp.forEach((isp, count) -> isps.add(isp(isp, count)));
    isps.sort(
        Comparator.comparingLong((IspReport isp) -> -isp.recipients() - isp.total().accepted())
            .thenComparing(IspReport::isp));
    return List.copyOf(isps);
  }

  private IspReport isp(IspKey isp, long recipientsThere) {
    List<CountRow> ofIsp = counts.stream().filter(row -> row.isp().equals(isp)).toList();
    List<TimeRow> timesOfIsp = times.stream().filter(row -> row.isp().equals(isp.isp())).toList();
    Map<PathKey, Counts> paths =
        new TreeMap<>(
            Comparator.comparing(PathKey::route)
                .thenComparingInt(PathKey::port)
                .thenComparing(PathKey::tls));
    for (CountRow row : ofIsp) {
      if (row.path().isPath()) {
        paths.merge(row.path(), row.counts(), Counts::plus);
      }
    }
    List<PathReport> reports = new ArrayList<>();
    paths.forEach((path, sum) -> reports.add(path(path, sum, timesOfIsp)));
    reports.sort(Comparator.comparingLong((PathReport path) -> -path.counts().accepted()));
    return new IspReport(
        isp.isp(),
        isp.platform(),
        recipientsThere,
        sum(ofIsp),
        ripe(ofIsp),
        acceptTimes(timesOfIsp),
        bounces(ofIsp),
        List.copyOf(reports));
  }

  private static Map<String, Long> bounces(List<CountRow> rows) {
    Map<String, Long> byCategory = new TreeMap<>();
    for (CountRow row : rows) {
      if (row.bounces() > 0) {
        byCategory.merge(row.category(), row.bounces(), Long::sum);
      }
    }
    return byCategory;
  }

  private static PathReport path(PathKey path, Counts sum, List<TimeRow> times) {
    return new PathReport(
        path.route(),
        path.port(),
        path.tls(),
        sum,
        acceptTimes(times.stream().filter(row -> row.path().equals(path)).toList()));
  }

  private static Counts ripe(List<CountRow> rows) {
    return sum(rows.stream().filter(CountRow::isRipe).toList());
  }

  private static Counts sum(List<CountRow> rows) {
    return rows.stream().map(CountRow::counts).reduce(Counts.NONE, Counts::plus);
  }

  private static AcceptTimes acceptTimes(List<TimeRow> rows) {
    Map<Integer, Long> buckets = new TreeMap<>();
    rows.forEach(row -> buckets.merge(row.bucket(), row.count(), Long::sum));
    Quantiles quantiles = new Quantiles(buckets);
    return new AcceptTimes(quantiles.at(0.5), quantiles.at(0.95));
  }
}
