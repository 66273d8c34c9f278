package io.portolan.metrics.reputation;

import io.portolan.core.InvalidException;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.reputation.Distance.Verdict;
import io.portolan.metrics.reputation.Threshold.Publication;
import io.portolan.metrics.reputation.Threshold.Scope;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The limits in force: those of a table that names the source of each, and what the operator made
 * of them. Every row of the table has a sample of counts with the verdict that it must get.
 * Immutable.
 *
 * @param all in the order of the table, then the operator's own
 * @param off ids of those of the table that the operator switched off
 */
public record Thresholds(List<Threshold> all, List<String> off) {
  static final List<String> COLUMNS =
      List.of(
          "id",
          "scope",
          "owner",
          "measure",
          "limit_percent",
          "rule",
          "consequence",
          "source",
          "since",
          "sample_hits",
          "sample_of",
          "sample_verdict");

  private static final double PERCENT = 100;

  public Thresholds {
    all = List.copyOf(all);
    off = List.copyOf(off);
  }

  /** Those that come with Portolan. */
  public static Thresholds builtIn() {
    return of(CsvTable.resource(Thresholds.class, "thresholds.csv", COLUMNS));
  }

  /**
   * Reads a table.
   *
   * @throws InvalidException naming line and column of what is wrong
   */
  static Thresholds of(CsvTable table) {
    List<Threshold> all = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (CsvRow row : table.rows()) {
      Threshold threshold = threshold(row);
      if (!ids.add(threshold.id())) {
        throw row.invalid("id", "It is there twice.");
      }
      checkSample(row, threshold);
      all.add(threshold);
    }
    return new Thresholds(all, List.of());
  }

  /** The limit in force of an id. */
  public Optional<Threshold> find(String id) {
    return all.stream().filter(each -> each.id().equals(id)).findFirst();
  }

  /** These with a limit of the operator's, in place of the one of the same id if there is one. */
  public Thresholds with(Threshold own) {
    List<Threshold> limits = new ArrayList<>(all);
    limits.replaceAll(each -> each.id().equals(own.id()) ? own : each);
    if (!limits.contains(own)) {
      limits.add(own);
    }
    return new Thresholds(limits, off);
  }

  /** These without the limit of an id. */
  public Thresholds without(String id) {
    List<String> ids = new ArrayList<>(off);
    ids.add(id);
    return new Thresholds(all.stream().filter(each -> !each.id().equals(id)).toList(), ids);
  }

  /** Which are in force and where they come from, in a sentence or three. */
  public String words() {
    List<String> own = all.stream().filter(Threshold::isOwn).map(Threshold::id).toList();
    return "In force: "
        + (all.size() - own.size())
        + " that come with Portolan"
        + (own.isEmpty()
            ? "."
            : ", and " + own.size() + " of your own (" + String.join(", ", own) + ").")
        + (off.isEmpty() ? "" : " Switched off by you: " + String.join(", ", off) + ".");
  }

  private static Threshold threshold(CsvRow row) {
    return new Threshold(
        row.required("id"),
        scope(row),
        row.required("owner"),
        measure(row),
        limit(row),
        row.required("rule"),
        row.required("consequence"),
        Optional.of(new Publication(source(row), since(row))));
  }

  private static Scope scope(CsvRow row) {
    return switch (row.required("scope")) {
      case "isp" -> Scope.ISP;
      case "relay" -> Scope.RELAY;
      default -> throw row.invalid("scope", "It is isp or relay.");
    };
  }

  private static Component measure(CsvRow row) {
    return Component.of(row.required("measure"))
        .filter(Component.RATES::contains)
        .orElseThrow(
            () ->
                row.invalid(
                    "measure", "It is one of " + String.join(", ", Component.rateIds()) + "."));
  }

  private static double limit(CsvRow row) {
    String text = row.required("limit_percent");
    if (!text.matches("\\d{1,2}(\\.\\d{1,3})?")) {
      throw row.invalid("limit_percent", "It is a number of percent from 0 to 99, such as 0.3.");
    }
    return Double.parseDouble(text) / PERCENT;
  }

  private static URI source(CsvRow row) {
    try {
      URI source = new URI(row.required("source"));
      if ("https".equals(source.getScheme()) && source.getHost() != null) {
        return source;
      }
    } catch (URISyntaxException e) {
      // refused below, as what parses and is none
    }
    throw row.invalid("source", "It is an address such as https://example.org/page.");
  }

  private static String since(CsvRow row) {
    String since = row.required("since");
    if (!since.matches("20\\d\\d-(0[1-9]|1[0-2])(-[0-3]\\d)?")) {
      throw row.invalid("since", "It is a date such as 2024-02-01, or a month.");
    }
    return since;
  }

  private static void checkSample(CsvRow row, Threshold threshold) {
    Rate rate;
    try {
      rate =
          Rate.of(
              Long.parseLong(row.required("sample_hits")),
              Long.parseLong(row.required("sample_of")));
    } catch (IllegalArgumentException e) {
      throw row.invalid("sample_hits", "It and sample_of are counts, the first of the second.");
    }
    Verdict verdict = Distance.verdict(rate, threshold.limit());
    Verdict wanted =
        Arrays.stream(Verdict.values())
            .filter(each -> each.id().equals(row.text("sample_verdict")))
            .findFirst()
            .orElseThrow(() -> row.invalid("sample_verdict", "It is below, above or cannot-tell."));
    if (verdict != wanted) {
      throw row.invalid("sample_verdict", "The sample is " + verdict.id() + ".");
    }
  }
}
