package io.portolan.metrics.seed;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.ReportStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is made up, against the tables that count it. */
class SeederTest {
  private static final Instant END = Instant.parse("2026-11-28T12:00:00Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  @Test
  void makesAttemptsAndWhatCountsThemAlike() {
    Seeder seeder = new Seeder(postgres.database());
    SeedPlan plan = new SeedPlan(20_001, 3, 2, END);
    List<Long> heard = new ArrayList<>();
    assertThat(seeder.hasCampaigns()).isFalse();

    seeder.seed(plan, heard::add);

    assertThat(heard).containsExactly(6_667L, 13_334L, 20_001L);
    assertThat(seeder.hasCampaigns()).isTrue();
    assertThat(postgres.number("SELECT count(*) FROM attempt")).isEqualTo(20_001);
    assertThat(postgres.number("SELECT count(*) FROM attempt_default")).isZero();
    assertThat(
            postgres.texts(
                """
                SELECT a.day FROM (
                    SELECT date_trunc('hour', at, 'UTC') || isp || route || outcome || coalesce(category, '') AS day, count(*) AS n
                      FROM attempt GROUP BY 1) AS a
                  FULL JOIN (
                    SELECT hour || isp || route || outcome || category AS day, sum(count) AS n
                      FROM result_hour WHERE outcome IN ('accepted', 'deferred', 'bounced') GROUP BY 1) AS h USING (day)
                 WHERE a.n IS DISTINCT FROM h.n
                """))
        .isEmpty();
    assertThat(
            postgres.number("SELECT sum(count) FROM accept_time_hour")
                - postgres.number("SELECT count(*) FROM attempt WHERE outcome = 'accepted'"))
        .isZero();
    Report report =
        new ReportStore(postgres.database(), InstantSource.fixed(END), LoopProof.byComplaints())
            .ofSpan(plan.start(), END);
    assertThat(report.total().attempts()).isEqualTo(20_001);
    assertThat(report.total().hardBounceRate().value()).isBetween(0.006, 0.014);
    assertThat(report.isps().getFirst().isp()).isEqualTo("gmail");
    assertThat(report.topReplies()).isNotEmpty();
  }
}
