package io.portolan.metrics.page;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Marks;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.Cohort;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import io.portolan.metrics.report.Returned;
import io.portolan.metrics.report.Untold;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A report with something in each of its parts. */
final class TestReports {
  static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  static final Counts GMAIL =
      new Counts(
          900,
          40,
          20,
          10,
          60,
          15,
          0,
          3,
          2,
          1,
          20,
          0,
          new Returned(5, 2, 1, 4, 0, 0, 0, 6, 0),
          new Marks(30, 2, 890, 10, 0),
          Untold.NONE);
  static final Counts BLOCKED_PORT =
      new Counts(0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 0, 0, Returned.NONE, Marks.NONE, Untold.NONE);
  static final Counts RELAYED =
      new Counts(
          100,
          0,
          0,
          0,
          0,
          0,
          10,
          0,
          0,
          0,
          0,
          0,
          new Returned(0, 0, 0, 1, 1, 100, 0, 0, 0),
          new Marks(0, 0, 100, 0, 100),
          Untold.NONE);

  private static final AcceptTimes TIMES = new AcceptTimes(Optional.of(800L), Optional.of(12_000L));

  private TestReports() {}

  static Report campaign() {
    return report("Campaign spring <sale>", 1_200);
  }

  static Report report(String title, long recipients) {
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      intervals.add(
          new Interval(
              START.plusSeconds(60L * i),
              1,
              100,
              5 + i / 20,
              3,
              2,
              1,
              0,
              0,
              2 + i / 30,
              1,
              105 + i / 20));
    }
    return new Report(
        title,
        START.plusSeconds(90),
        Optional.empty(),
        Optional.empty(),
        recipients,
        recipients > 0 ? 105 : 0,
        GMAIL.plus(RELAYED).plus(BLOCKED_PORT),
        Counts.NONE,
        TIMES,
        List.of(
            new IspReport(
                "gmail",
                "gmail",
                1_000,
                GMAIL,
                Counts.NONE,
                TIMES,
                Map.of("bad-mailbox", 45L, "mailbox-full", 22L, "ip-reputation", 11L),
                List.of(new PathReport("direct", 25, "opportunistic", GMAIL, TIMES))),
            new IspReport(
                "aol",
                "yahoo",
                200,
                RELAYED.plus(BLOCKED_PORT),
                Counts.NONE,
                TIMES,
                Map.of("spam-content", 3L),
                List.of(
                    new PathReport("ses", 587, "starttls", RELAYED, TIMES),
                    new PathReport(
                        "direct",
                        25,
                        "opportunistic",
                        BLOCKED_PORT,
                        new AcceptTimes(Optional.empty(), Optional.empty()))))),
        List.of(
            new TopReply(
                "gmail", 550, "5.1.1", "bad-mailbox", "bounced", 40, "No such <user> & more")),
        intervals,
        List.of(new Cohort(Instant.parse("2026-11-24T00:00:00Z"), 24, 1_000, 8, 5, 6, 1_000)));
  }
}
