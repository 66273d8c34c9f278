package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import java.util.List;

/** What must hold of the queue after every event of a simulation. */
final class QueueChecks {
  private static final String BROKEN =
      """
      SELECT 'delivery ' || d.id || ' is open in a batch that is done'
        FROM delivery d LEFT JOIN batch b ON b.id = d.batch_id
       WHERE d.state = 'planned' AND (b.id IS NULL OR b.state = 'done')
      UNION ALL
      SELECT 'delivery ' || id || ' is ' || state || ' and ended at ' || coalesce(ended_at::text, 'no time')
        FROM delivery WHERE (state = 'planned') <> (ended_at IS NULL)
      UNION ALL
      SELECT 'batch ' || id || ' is ' || state || ' by ' || coalesce(claimed_by, 'nobody')
        FROM batch WHERE (state = 'claimed') <> (claimed_by IS NOT NULL)
      UNION ALL
      SELECT coalesce(d.state, r.outcome) || ': ' || coalesce(d.n, 0) || ' deliveries, ' || coalesce(r.n, 0) || ' counted'
        FROM (SELECT state::text, count(*) AS n FROM delivery WHERE state <> 'planned' GROUP BY 1) AS d
        FULL JOIN (SELECT outcome, sum(count) AS n FROM result_rollup
                    WHERE outcome NOT IN ('deferred', 'path-failure') GROUP BY 1) AS r ON r.outcome = d.state
       WHERE coalesce(d.n, 0) <> coalesce(r.n, 0)
      UNION ALL
      SELECT d.n || ' deliveries of ' || l.n || ' recipients, ' || p.n || ' planned'
        FROM (SELECT count(*) AS n FROM delivery) AS d, (SELECT count(*) AS n FROM recipient) AS l,
             (SELECT coalesce(sum(recipients), 0) AS n FROM campaign_isp) AS p
       WHERE d.n <> p.n OR (d.n <> l.n AND EXISTS (SELECT FROM campaign WHERE planned_at IS NOT NULL))
      UNION ALL
      SELECT 'delivery ' || d.id || ' is open and its campaign finished'
        FROM delivery d JOIN campaign c ON c.id = d.campaign_id WHERE d.state = 'planned' AND c.state = 'finished'
      """;

  private static final String ENDED =
      "SELECT d::text FROM delivery d WHERE state <> 'planned' ORDER BY id";

  private final TestDatabase database;
  private List<String> ended = List.of();

  QueueChecks(TestDatabase database) {
    this.database = database;
  }

  void run() {
    assertThat(database.texts(BROKEN)).isEmpty();
    List<String> now = database.texts(ENDED);
    assertThat(now).as("what has ended never changes").containsAll(ended);
    ended = now;
  }
}
