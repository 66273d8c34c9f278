package io.portolan.metrics.page;

import io.portolan.metrics.page.HtmlTable.Cell;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Component;
import io.portolan.metrics.reputation.ComponentScore;
import io.portolan.metrics.reputation.Distance;
import io.portolan.metrics.reputation.Reputation;
import io.portolan.metrics.reputation.Score;
import io.portolan.metrics.reputation.Signal;
import io.portolan.metrics.reputation.SignalKey;
import io.portolan.metrics.reputation.Threshold.Publication;
import io.portolan.metrics.reputation.Trend;
import io.portolan.metrics.reputation.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the reputation report as one HTML page that needs nothing else. */
public final class ReputationPage {
  private static final int MOST_ROWS = 60;
  private static final double[] STEPS = {90, 70, 50, 25};
  private static final List<String> WHO = List.of("ISP", "sender", "domain");

  private static final String DEFINITIONS =
      """
      <h2>What is shown</h2>
      <p class=note>Points go from 0 to 100. A rate of harm has 100 × (1 - rate / worst), where the worst is 0.3 % for complaints, 10 % for hard
      bounces, 15 % for reputation blocks, 25 % for throttle replies, 50 % for deferrals and 5 % for authentication refusals. DNS
      identity has 100, less 50 for each error and 10 for each warning. Overall: 0.7 times the weakest and 0.3 times the mean of what is
      known, for a receiver refuses for one reason. Where the bounds at 95 % are more than 60 points apart, too few messages tell too little
      and there are no points. TLS share and feedback-loop coverage are told and not judged. Path failures are no part of reputation: a port that
      is blocked says nothing of who sends. All is counted at the time of sending, so complaints about the latest mail are still to come.</p>
      """;

  private ReputationPage() {}

  public static String write(Reputation reputation) {
    Page page = new Page("Reputation").note(span(reputation));
    if (reputation.signals().isEmpty()) {
      page.note(
          "Nothing was offered to a peer in this span. Scores come with the first messages that are"
              + " answered.");
    }
    page.section("Limits in force").note(reputation.thresholds().words());
    List<Distance> drawable = LimitPlot.drawable(reputation.distances());
    if (!drawable.isEmpty()) {
      page.html(ReportPage.wide(LimitPlot.svg(drawable)))
          .legend(List.of("ok", "below", "later", "cannot tell yet (bar: 95 %)", "bad", "above"));
    }
    page.table(limits(reputation.distances()));
    page.section("Scores").table(scores(reputation)).html(legend());
    List<String> moved = moved(reputation);
    page.section("What moved").sentences(moved.isEmpty() ? List.of("No clear change.") : moved);
    List<Interval> points = RatePlot.points(reputation.days());
    page.section("Rates by day, the last thirty days")
        .figure(RatePlot.svg(points), RatePlot.figures(points))
        .legend(List.of("bad", "hard bounce rate", "block", "block rate (band: 95 %)"));
    page.section("Trends").table(trends(reputation));
    page.section("Why").table(reasons(reputation));
    return page.html(DEFINITIONS).end();
  }

  private static String span(Reputation reputation) {
    List<String> only = new ArrayList<>();
    reputation.filter().isp().ifPresent(it -> only.add("ISP " + it));
    reputation.filter().route().ifPresent(it -> only.add("route " + it));
    reputation.filter().source().ifPresent(it -> only.add("source " + it));
    reputation.filter().domain().ifPresent(it -> only.add("sending domain " + it));
    return "The last "
        + reputation.window().title()
        + " until "
        + Page.time(reputation.until())
        + (only.isEmpty() ? "." : ", " + String.join(", ", only) + " alone.")
        + (reputation.complete() ? "" : " There are more senders than are shown.");
  }

  private static HtmlTable limits(List<Distance> distances) {
    HtmlTable table =
        new HtmlTable(
            "Distance from limits",
            "limits",
            4,
            List.of("whose", "sender", "verdict", "in words", "rate", "limit", "source"));
    for (Distance distance : distances) {
      table.row(
          "",
          List.of(
              Page.escape(distance.threshold().owner()),
              Page.escape(distance.subject()),
              Page.escape(distance.verdict().title()),
              Page.escape(distance.words()),
              Page.rate(distance.rate()),
              Figures.percent(distance.threshold().limit()),
              distance
                  .threshold()
                  .publication()
                  .map(ReputationPage::source)
                  .orElse("your own <small>set in the configuration</small>")));
    }
    return table;
  }

  private static String source(Publication publication) {
    return "<a rel=noreferrer href=\""
        + Page.escape(publication.source().toASCIIString())
        + "\">"
        + Page.escape(publication.source().getHost())
        + "</a> <small>since "
        + Page.escape(publication.since())
        + "</small>";
  }

  private static HtmlTable scores(Reputation reputation) {
    List<String> headings = new ArrayList<>(WHO);
    headings.add("overall");
    for (Component component : Component.values()) {
      headings.add(component.title());
    }
    headings.add("attempts");
    HtmlTable table = new HtmlTable("Scores", "scores", WHO.size(), headings);
    for (Signal signal : shown(reputation)) {
      List<Cell> cells = new ArrayList<>();
      cells.add(cell(signal.overall().score(), ""));
      for (ComponentScore each : signal.components()) {
        String numbers = each.rate().of() == 0 ? "" : "<br><small>" + percent(each) + "</small>";
        cells.add(
            each.component().isJudged()
                ? cell(each.score(), numbers)
                : new Cell("", each.rate().of() == 0 ? "" : percent(each)));
      }
      cells.add(new Cell("", Figures.number(signal.counts().attempts())));
      table.coloured(who(signal.key()), cells);
    }
    return table;
  }

  private static String percent(ComponentScore score) {
    return Figures.percent(score.rate().value());
  }

  private static Cell cell(Optional<Score> score, String numbers) {
    return score
        .map(it -> new Cell("h" + step(it.value()), "<b>" + it.figure() + "</b>" + numbers))
        .orElseGet(() -> new Cell("", "<small>cannot tell</small>" + numbers));
  }

  private static int step(double points) {
    int step = 1;
    for (double least : STEPS) {
      if (points < least) {
        step++;
      }
    }
    return step;
  }

  private static String legend() {
    StringBuilder legend = new StringBuilder("<p class=legend>");
    String[] labels = {"90 points and more", "70", "50", "25", "less"};
    for (int i = 0; i < labels.length; i++) {
      legend
          .append("<span><i class=\"key h")
          .append(i + 1)
          .append("\"></i> ")
          .append(labels[i])
          .append("</span>");
    }
    return legend.append("</p>").toString();
  }

  private static List<String> moved(Reputation reputation) {
    List<String> sentences = new ArrayList<>();
    for (Signal signal : shown(reputation)) {
      for (Window window : Window.values()) {
        for (Trend trend : signal.movements(window)) {
          sentences.add(
              signal.key().isp()
                  + " "
                  + signal.key().sender()
                  + (signal.key().domain().isEmpty() ? "" : ", " + signal.key().domain())
                  + ": "
                  + trend.words()
                  + ".");
        }
      }
    }
    return sentences.stream().limit(MOST_ROWS).toList();
  }

  private static HtmlTable trends(Reputation reputation) {
    List<String> headings = new ArrayList<>(WHO);
    headings.add("component");
    for (Window window : Window.values()) {
      headings.add(window.title());
    }
    HtmlTable table = new HtmlTable("Trends", "trends", headings.size(), headings);
    for (Signal signal : shown(reputation)) {
      for (Component component : Component.values()) {
        List<Trend> trends =
            signal.trends().stream().filter(trend -> trend.component() == component).toList();
        if (trends.stream().anyMatch(trend -> trend.now().of() > 0)) {
          List<String> cells = new ArrayList<>(who(signal.key()));
          cells.add(Page.escape(component.title()));
          trends.forEach(trend -> cells.add(trend(trend)));
          table.row("", cells);
        }
      }
    }
    return table;
  }

  private static String trend(Trend trend) {
    return Page.escape(trend.direction().title()) + "<br>" + Page.rate(trend.now());
  }

  private static HtmlTable reasons(Reputation reputation) {
    List<String> headings = new ArrayList<>(WHO);
    headings.addAll(List.of("component", "in words", "points"));
    HtmlTable table = new HtmlTable("Why", "reasons", headings.size() - 1, headings);
    for (Signal signal : shown(reputation)) {
      List<String> overall = new ArrayList<>(who(signal.key()));
      overall.addAll(
          List.of(
              "<b>overall</b>",
              Page.escape(signal.overall().words()),
              signal.overall().score().map(Score::figure).orElse("")));
      table.row("", overall);
      for (ComponentScore each : signal.components()) {
        List<String> cells = new ArrayList<>(who(signal.key()));
        cells.addAll(
            List.of(
                Page.escape(each.component().title()),
                Page.escape(each.words()),
                each.score().map(Score::figure).orElse("")));
        table.row("path", cells);
      }
    }
    return table;
  }

  private static List<Signal> shown(Reputation reputation) {
    return reputation.signals().stream().limit(MOST_ROWS).toList();
  }

  private static List<String> who(SignalKey key) {
    return List.of(
        "<b>" + Page.escape(key.isp()) + "</b>",
        Page.escape(key.sender()),
        key.domain().isEmpty() ? "<small>none</small>" : Page.escape(key.domain()));
  }
}
