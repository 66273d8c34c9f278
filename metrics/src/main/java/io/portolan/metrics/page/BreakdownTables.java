package io.portolan.metrics.page;

import io.portolan.metrics.report.Breakdown;
import io.portolan.metrics.report.Breakdown.Group;
import io.portolan.metrics.report.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables of rates by whatever dimensions, and of refusals by category. */
final class BreakdownTables {
  private BreakdownTables() {}

  static HtmlTable rates(String name, String id, Breakdown breakdown) {
    List<String> headings = new ArrayList<>();
    breakdown.by().forEach(dimension -> headings.add(dimension.id()));
    headings.addAll(List.of("accepted", "attempts"));
    headings.addAll(ReportTables.rateTitles());
    headings.addAll(List.of("median", "p95"));
    HtmlTable table = new HtmlTable(name, id, breakdown.by().size(), headings);
    for (Group group : breakdown.groups()) {
      List<String> cells = new ArrayList<>();
      breakdown
          .by()
          .forEach(dimension -> cells.add(value(group.key().getOrDefault(dimension, ""))));
      cells.add(Figures.number(group.counts().accepted()));
      cells.add(Figures.number(group.counts().attempts()));
      cells.addAll(ReportTables.rateCells(group.counts()));
      cells.add(Figures.millis(group.acceptTimes().p50()));
      cells.add(Figures.millis(group.acceptTimes().p95()));
      table.row("", cells);
    }
    return table;
  }

  /** Refusals for now or for good, and late bounces, by category. */
  static HtmlTable categories(Breakdown breakdown) {
    HtmlTable table =
        new HtmlTable(
            "Refusals by category",
            "categories",
            1,
            List.of("category", "refusals", "share of attempts"));
    for (Group group : breakdown.groups()) {
      group.categories().entrySet().stream()
          .sorted(
              Map.Entry.comparingByValue((one, other) -> Long.compare(other.count(), one.count())))
          .forEach(
              entry ->
                  table.row(
                      "",
                      List.of(
                          Page.escape(entry.getKey()),
                          Figures.number(entry.getValue().count()),
                          Page.rate(entry.getValue()))));
    }
    return table;
  }

  /** Counts by kind in words, the most frequent first. */
  static String kinds(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(entry -> Page.escape(entry.getKey()) + " " + Figures.number(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String value(String value) {
    return value.isEmpty() ? "<small>none</small>" : Page.escape(value);
  }
}
