package io.portolan.metrics.reputation;

import io.portolan.core.InvalidException;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.reputation.Distance.Verdict;
import io.portolan.metrics.reputation.Threshold.Scope;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The limits in force, from a table that names the source of each. Every row has a sample of counts
 * with the verdict that it must get. Immutable.
 */
public final class Thresholds {
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

  private final List<Threshold> all;

  private Thresholds(List<Threshold> all) {
    this.all = List.copyOf(all);
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
    return new Thresholds(all);
  }

  /** All of them, in the order of the table. */
  public List<Threshold> all() {
    return all;
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
        source(row),
        since(row));
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
                    "measure",
                    "It is one of "
                        + String.join(", ", Component.RATES.stream().map(Component::id).toList())
                        + "."));
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
