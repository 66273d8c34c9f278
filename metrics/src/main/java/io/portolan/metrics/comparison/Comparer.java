package io.portolan.metrics.comparison;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
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
 *
 * <p>Bounces after acceptance, complaints and unsubscriptions come for days, so that such a rate of
 * new mail is always lower than it will be. That it is lower is told only of what is ripe, or of
 * refusals at once where no relay stands between; that it is higher, at once.
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
  private final Map<RateKind, List<String>> tooEarly = new EnumMap<>(RateKind.class);
  private final boolean isInOrder;

  private Comparer(boolean isInOrder) {
    this.isInOrder = isInOrder;
  }

  /**
   * Mail that is compared.
   *
   * @param ripe what little more comes back about
   */
  private record Side(Counts total, Counts ripe) {}

  /** Holds one report against another. */
  public static Comparison compare(Report before, Report after) {
    Comparer comparer = new Comparer(!lastSent(before).isAfter(lastSent(after)));
    Map<String, IspReport> ispsBefore = byIsp(before);
    Map<String, IspReport> ispsAfter = byIsp(after);
    comparer.rates(
        "", new Side(before.total(), before.ripe()), new Side(after.total(), after.ripe()));
    List<String> slower = new ArrayList<>();
    ispsAfter.forEach(
        (isp, now) ->
            Optional.ofNullable(ispsBefore.get(isp))
                .ifPresent(
                    then -> {
                      comparer.rates(
                          isp,
                          new Side(then.total(), then.ripe()),
                          new Side(now.total(), now.ripe()));
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
        comparer.tooEarly(),
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

  private void rates(String isp, Side before, Side after) {
    for (RateKind kind : RateKind.values()) {
      Rate then = kind.of(before.total());
      Rate now = kind.of(after.total());
      boolean isLaterLower = isInOrder ? now.value() < then.value() : then.value() < now.value();
      if (!kind.comesLater() || !isLaterLower) {
        add(isp, kind.property(), kind.title(), "", then, now);
      } else if (hasMoved(then, now)) {
        fallen(isp, kind, before, after);
      }
    }
  }

  /** A rate that is lower of the later mail, as far as is known. */
  private void fallen(String isp, RateKind kind, Side before, Side after) {
    Rate then = kind.of(isInOrder ? before.total() : before.ripe());
    Rate now = kind.of(isInOrder ? after.ripe() : after.total());
    boolean isByRelay = before.total().marks().byRelay() + after.total().marks().byRelay() > 0;
    if (isLaterLower(then, now)) {
      add(isp, kind.property(), kind.title(), "", then, now);
    } else if (!isByRelay
        && isLaterLower(atOnce(kind, before.total()), atOnce(kind, after.total()))) {
      add(
          isp,
          kind.property(),
          kind.title() + " of refusals at once",
          "",
          atOnce(kind, before.total()),
          atOnce(kind, after.total()));
    } else {
      tooEarly.computeIfAbsent(kind, _ -> new ArrayList<>()).add(isp.isEmpty() ? "all mail" : isp);
    }
  }

  private boolean isLaterLower(Rate then, Rate now) {
    return hasMoved(then, now) && (now.value() < then.value()) == isInOrder;
  }

  /** The rate of direct mail without what came after acceptance; of nothing where all comes so. */
  private static Rate atOnce(RateKind kind, Counts counts) {
    long bounced =
        switch (kind) {
          case HARD_BOUNCE -> counts.hardBounced();
          case SOFT_BOUNCE -> counts.softBounced();
          case BLOCK -> counts.blocked();
          default -> -1;
        };
    return bounced < 0 ? Rate.of(0, 0) : Rate.of(bounced, counts.decided());
  }

  private List<String> tooEarly() {
    List<String> sentences = new ArrayList<>();
    tooEarly.forEach(
        (kind, whose) ->
            sentences.add(
                "The "
                    + kind.title()
                    + " is lower so far ("
                    + String.join(", ", whose)
                    + "), but more may come back about what was sent in the last three days, so"
                    + " that no fall is told."));
    return sentences;
  }

  private static Instant lastSent(Report report) {
    return report.intervals().isEmpty()
        ? report.until().orElse(report.generatedAt())
        : report.intervals().getLast().start();
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
