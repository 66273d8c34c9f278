package io.portolan.metrics.reputation;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.ReportCsv;
import io.portolan.metrics.reputation.Threshold.Publication;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes the reputation report as CSV (RFC 4180): a row a component of each sender, and distances
 * from limits as a document of their own.
 */
public final class ReputationCsv {
  private ReputationCsv() {}

  /** The components; the row of the overall score has the component "overall". */
  public static String write(Reputation reputation) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      List<String> header =
          new ArrayList<>(List.of("isp", "platform", "route", "source", "domain", "span"));
      header.addAll(List.of("component", "score", "score_low", "score_high"));
      header.addAll(List.of("hits", "of", "rate", "low", "high"));
      for (Window window : Window.values()) {
        header.add("trend_" + window.id());
      }
      header.add("words");
      csv.writeRecord(header);
      for (Signal signal : reputation.signals()) {
        csv.writeRecord(
            row(reputation, signal, "overall", signal.overall().score(), Rate.of(0, 0))
                .with(List.of("", "", ""), signal.overall().words()));
        for (ComponentScore each : signal.components()) {
          csv.writeRecord(
              row(reputation, signal, each.component().id(), each.score(), each.rate())
                  .with(trends(signal, each.component()), each.words()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** The distances from limits. */
  public static String writeDistances(Reputation reputation) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord(
          "threshold",
          "owner",
          "subject",
          "measure",
          "hits",
          "of",
          "rate",
          "low",
          "high",
          "limit",
          "verdict",
          "words",
          "origin",
          "source",
          "since");
      for (Distance distance : reputation.distances()) {
        Threshold threshold = distance.threshold();
        List<String> row = new ArrayList<>(List.of(threshold.id(), threshold.owner()));
        row.add(ReportCsv.harmless(distance.subject()));
        row.add(threshold.measure().id());
        addRate(row, distance.rate());
        row.add(ReportCsv.share(threshold.limit()));
        row.add(distance.verdict().id());
        row.add(ReportCsv.harmless(distance.words()));
        row.add(threshold.origin());
        row.add(threshold.publication().map(it -> it.source().toString()).orElse(""));
        row.add(threshold.publication().map(Publication::since).orElse(""));
        csv.writeRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** A row up to its rate. */
  private record Row(List<String> cells) {
    private List<String> with(List<String> trends, String words) {
      List<String> all = new ArrayList<>(cells);
      all.addAll(trends);
      all.add(ReportCsv.harmless(words));
      return all;
    }
  }

  private static Row row(
      Reputation reputation, Signal signal, String component, Optional<Score> score, Rate rate) {
    SignalKey key = signal.key();
    List<String> cells = new ArrayList<>();
    for (String text :
        List.of(key.isp(), key.platform(), key.route(), key.source(), key.domain())) {
      cells.add(ReportCsv.harmless(text));
    }
    cells.add(reputation.window().id());
    cells.add(component);
    cells.add(points(score.map(Score::value)));
    cells.add(points(score.map(Score::low)));
    cells.add(points(score.map(Score::high)));
    addRate(cells, rate);
    return new Row(cells);
  }

  private static void addRate(List<String> cells, Rate rate) {
    boolean isKnown = rate.of() > 0;
    cells.add(isKnown ? Long.toString(rate.count()) : "");
    cells.add(isKnown ? Long.toString(rate.of()) : "");
    cells.add(isKnown ? ReportCsv.share(rate.value()) : "");
    cells.add(isKnown ? ReportCsv.share(rate.low()) : "");
    cells.add(isKnown ? ReportCsv.share(rate.high()) : "");
  }

  private static List<String> trends(Signal signal, Component component) {
    List<String> cells = new ArrayList<>();
    for (Window window : Window.values()) {
      cells.add(
          signal.trends().stream()
              .filter(trend -> trend.component() == component && trend.window() == window)
              .map(trend -> trend.direction().id())
              .findFirst()
              .orElse(""));
    }
    return cells;
  }

  private static String points(Optional<Double> points) {
    return points.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("");
  }
}
