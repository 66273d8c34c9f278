package io.portolan.metrics.comparison;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what changed between two reports: each rate of all mail and of each ISP, which paths the
 * mail to an ISP took, and how long ISPs took to accept.
 *
 * <p>A rate has moved if the two shares differ by more than {@value #DEVIATIONS} standard
 * deviations of a difference by chance (the pooled two-proportion test), about one case in a
 * thousand: several hundred rates are held against each other, and one in twenty would be no news.
 */
public final class Comparer {
  /** The most movers that are told. */
  public static final int MOST = 20;

  private static final double DEVIATIONS = 3.29;

  /** Of fewer nothing is said, whatever their share. */
  private static final long ENOUGH = 5;

  private static final String PATH_SHARE = "pathShare";

  /** Of fewer accepted messages the median says little. */
  private static final long ENOUGH_ACCEPTED = 100;

  private static final double MUCH = 2;

  private final List<Mover> movers = new ArrayList<>();

  private Comparer() {}

  /** Holds one report against another. */
  public static Comparison compare(Report before, Report after) {
    Comparer comparer = new Comparer();
    Map<String, IspReport> ispsBefore = byIsp(before);
    Map<String, IspReport> ispsAfter = byIsp(after);
    comparer.rates("", before.total(), after.total());
    List<String> slower = new ArrayList<>();
    ispsAfter.forEach(
        (isp, now) ->
            Optional.ofNullable(ispsBefore.get(isp))
                .ifPresent(
                    then -> {
                      comparer.rates(isp, then.total(), now.total());
                      comparer.paths(then, now);
                      pace(then, now).ifPresent(slower::add);
                    }));
    return new Comparison(
        before,
        after,
        comparer.movers.stream()
            .sorted(Comparator.comparingLong(Mover::messages).reversed())
            .limit(MOST)
            .toList(),
        slower,
        less(ispsBefore, ispsAfter),
        less(ispsAfter, ispsBefore));
  }

  private static Map<String, IspReport> byIsp(Report report) {
    Map<String, IspReport> isps = new LinkedHashMap<>();
    for (IspReport isp : report.isps()) {
      if (isp.total().attempts() > 0) {
        isps.put(isp.isp(), isp);
      }
    }
    return isps;
  }

  private static List<String> less(Map<String, IspReport> all, Map<String, IspReport> without) {
    return all.keySet().stream().filter(isp -> !without.containsKey(isp)).toList();
  }

  private void rates(String isp, Counts before, Counts after) {
    for (RateKind kind : RateKind.values()) {
      add(isp, kind.property(), kind.title(), "", kind.of(before), kind.of(after));
    }
  }

  private void paths(IspReport before, IspReport after) {
    Set<String> paths = new LinkedHashSet<>();
    before.paths().forEach(path -> paths.add(label(path)));
    after.paths().forEach(path -> paths.add(label(path)));
    for (String path : paths) {
      add(
          after.isp(),
          PATH_SHARE,
          "share of mail over " + path,
          path,
          share(before, path),
          share(after, path));
    }
  }

  private static Rate share(IspReport isp, String path) {
    long attempts =
        isp.paths().stream()
            .filter(each -> label(each).equals(path))
            .mapToLong(each -> each.counts().attempts())
            .sum();
    return Rate.of(attempts, isp.paths().stream().mapToLong(p -> p.counts().attempts()).sum());
  }

  private static String label(PathReport path) {
    return path.route() + ":" + path.port() + " " + path.tls();
  }

  private void add(String isp, String measure, String title, String path, Rate before, Rate after) {
    if (!hasMoved(before, after)) {
      return;
    }
    Difference difference = Difference.of(before, after);
    long messages = Math.round(Math.abs(difference.value()) * after.of());
    movers.add(
        new Mover(
            isp,
            measure,
            path,
            before,
            after,
            difference,
            messages,
            words(isp, title, before, after, difference, messages)));
  }

  /**
   * Whether two shares differ by more than chance explains, as above; never where one is of nothing
   * or fewer than {@value #ENOUGH} were counted.
   */
  public static boolean hasMoved(Rate before, Rate after) {
    if (before.of() == 0 || after.of() == 0 || before.count() + after.count() < ENOUGH) {
      return false;
    }
    double pooled = (double) (before.count() + after.count()) / (before.of() + after.of());
    double deviation = Math.sqrt(pooled * (1 - pooled) * (1.0 / before.of() + 1.0 / after.of()));
    return Math.abs(after.value() - before.value()) > DEVIATIONS * deviation && deviation > 0;
  }

  private static String words(
      String isp, String title, Rate before, Rate after, Difference difference, long messages) {
    return String.format(
        Locale.ROOT,
        "%s: the %s %s from %s to %s, by %.2f points [%.2f, %.2f]; that is %s of %s.",
        isp.isEmpty() ? "All mail" : isp,
        title,
        difference.value() > 0 ? "rose" : "fell",
        Figures.percent(before.value()),
        Figures.percent(after.value()),
        100 * Math.abs(difference.value()),
        100 * Math.min(Math.abs(difference.low()), Math.abs(difference.high())),
        100 * Math.max(Math.abs(difference.low()), Math.abs(difference.high())),
        Figures.number(messages),
        Figures.number(after.of()));
  }

  private static Optional<String> pace(IspReport before, IspReport after) {
    Optional<Long> then = before.acceptTimes().medianMillis();
    Optional<Long> now = after.acceptTimes().medianMillis();
    if (then.isEmpty()
        || now.isEmpty()
        || before.total().accepted() < ENOUGH_ACCEPTED
        || after.total().accepted() < ENOUGH_ACCEPTED) {
      return Optional.empty();
    }
    double ratio = (double) Math.max(1, now.get()) / Math.max(1, then.get());
    return ratio < MUCH && ratio > 1 / MUCH
        ? Optional.empty()
        : Optional.of(
            after.isp()
                + ": half of the mail was accepted within "
                + Figures.millis(now)
                + ", before within "
                + Figures.millis(then)
                + ".");
  }
}
