package io.portolan.metrics.seed;

import io.portolan.core.database.Database;
import io.portolan.core.database.Partitions;
import io.portolan.core.database.Sql;
import io.portolan.core.recorder.AcceptTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Fills a database with finished campaigns that were never sent: their attempts and path failures,
 * and the rows a minute and an hour that count them, as sending would have written them. There are
 * no recipients, deliveries or bodies, and the attempts name deliveries below 0. The same plan
 * makes the same rows.
 *
 * <p>An ISP's mail goes nine times of ten by port 25 and else over a relay. Of a thousand attempts
 * some 950 are accepted, 35 deferred and 15 refused; what comes back afterwards is counted, too.
 *
 * <p>Thread-safe; holds no state.
 */
public final class Seeder {
  /** Names of the campaigns, before their number. */
  public static final String NAME = "Seeded campaign ";

  /** In one transaction, so that each takes seconds. */
  private static final long CHUNK = 50_000;

  private static final int SAMPLES = 512;
  private static final long SEED = 4;
  private static final double MEDIAN_MILLIS = 350;
  private static final double SPREAD = 0.8;

  private static final String HAS_CAMPAIGNS = "SELECT EXISTS (SELECT FROM campaign) AS there";

  private static final String CAMPAIGN =
      """
      INSERT INTO campaign (name, state, content, launch_at, launched_at, planned_at, ended_at, created_at, updated_at)
      SELECT ?, 'finished',
             jsonb_build_object('fromName', '', 'fromAddress', 'news@seeded' || ? % 3 || '.test', 'replyTo', '', 'subject', 'Seeded',
                                'html', '', 'text', 'Seeded', 'missingField', 'empty'),
             at, at, at, at + make_interval(secs => ?), at, at
        FROM (SELECT ?::timestamptz AS at) AS args
      RETURNING id
      """;

  // two hashes of an attempt's number choose all in which it differs; the weights of the ISPs come
  // to 1,000
  private static final String CHUNK_OF_ATTEMPTS =
      """
      WITH args AS (SELECT ?::bigint AS campaign_id, ?::timestamptz AS start, ?::float8 AS seconds, ?::bigint AS first, ?::bigint AS last,
                           ?::bigint AS chunk_from, ?::bigint AS chunk_to, ?::int[] AS all_millis, ?::smallint[] AS all_buckets),
      weighted (isp, platform, weight) AS (VALUES
          ('gmail', 'gmail', 312), ('yahoo', 'yahoo', 90), ('aol', 'yahoo', 25), ('outlook', 'outlook', 120),
          ('microsoft365', 'microsoft365', 60), ('google-workspace', 'google-workspace', 40), ('apple', 'apple', 50),
          ('gmx', 'gmx', 45), ('webde', 'gmx', 45), ('tonline', 'tonline', 25), ('orange', 'orange', 40), ('free', 'free', 22),
          ('sfr', 'sfr', 14), ('laposte', 'laposte', 10), ('libero', 'libero', 14), ('virgilio', 'libero', 6), ('bt', 'bt', 8),
          ('sky', 'yahoo', 6), ('comcast', 'comcast', 12), ('att', 'yahoo', 8), ('verizon', 'yahoo', 6), ('seznam', 'seznam', 8),
          ('wp', 'wp', 8), ('onet', 'onet', 6), ('interia', 'interia', 4), ('mailru', 'mailru', 4), ('yandex', 'yandex', 3),
          ('telenet', 'telenet', 3), ('proximus', 'proximus', 3), ('swisscom', 'swisscom', 3)),
      shares AS MATERIALIZED (
          SELECT row_number() OVER (ORDER BY isp, copy) - 1 AS share, isp, platform FROM weighted, generate_series(1, weight) AS copy),
      drawn AS (
          SELECT n, hashint8extended(n, 1) & 1048575 AS a, hashint8extended(n, 2) & 1048575 AS b,
                 start + make_interval(secs => seconds * (n - first) / (last - first + 1)) AS at
            FROM args, generate_series(chunk_from, chunk_to) AS n),
      made AS MATERIALIZED (
          SELECT n, at, date_trunc('minute', at) AS minute, isp, platform,
                 CASE WHEN a / 2048 % 10 = 0 THEN 'ses' ELSE 'direct' END AS route,
                 CASE WHEN a / 2048 % 10 = 0 THEN 587 ELSE 25 END AS port,
                 CASE WHEN b % 1000 < 950 THEN 'accepted' WHEN b % 1000 < 985 THEN 'deferred' ELSE 'bounced' END AS outcome,
                 CASE WHEN b % 1000 < 950 THEN '' WHEN b % 1000 < 975 THEN 'rate-limited' WHEN b % 1000 < 985 THEN 'greylisted'
                      WHEN b % 1000 < 994 THEN 'bad-mailbox' WHEN b % 1000 < 998 THEN 'mailbox-full' ELSE 'ip-reputation' END AS category,
                 CASE WHEN b % 1000 >= 950 THEN '' WHEN b / 1024 < 2 THEN 'late-bounce' WHEN b / 1024 < 3 THEN 'complaint' WHEN b / 1024 < 5 THEN 'unsubscribe'
                      ELSE '' END AS returned,
                 b / 1024 = 1023 AS has_failure,
                 all_millis[1 + b % cardinality(all_millis)] AS millis, all_buckets[1 + b % cardinality(all_millis)] AS bucket
            FROM args, drawn JOIN shares ON share = a % 1000),
      refusal (category, code, enhanced, words) AS (VALUES
          ('rate-limited', 421, '4.7.0', 'Too many messages from this address for now; try again later'),
          ('greylisted', 451, '4.7.1', 'Greylisted, please try again in five minutes'),
          ('bad-mailbox', 550, '5.1.1', 'The account that you tried to reach does not exist'),
          ('mailbox-full', 552, '5.2.2', 'The mailbox is over its quota'),
          ('ip-reputation', 554, '5.7.1', 'Refused for the reputation of the sending address')),
      attempts AS (
          INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code, open_millis,
                               exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome, enhanced,
                               category, reply)
          SELECT at, -1 - n, 1, campaign_id, 0, 1, 1, port, coalesce(code, 250), millis / 4, millis - millis / 4, isp, platform, 'default',
                 'the first path that is open', route, 'starttls', 'mx.' || isp || '.test', '192.0.2.25', 'DOT', outcome,
                 coalesce(enhanced, '2.0.0'), nullif(made.category, ''), coalesce(words, 'OK')
            FROM args, made LEFT JOIN refusal USING (category)),
      failures AS (
          INSERT INTO path_failure (at, campaign_id, policy_version, port, millis, isp, platform, route, tls, host, phase, kind, detail)
          SELECT at, campaign_id, 1, port, 10000, isp, platform, route, 'starttls', 'mx.' || isp || '.test', 'CONNECT',
                 'connect-timeout', 'no answer within 10 s'
            FROM args, made WHERE has_failure),
      results AS (
          INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category, count)
          SELECT campaign_id, minute, isp, platform, route, port, 'starttls', '', encryption, outcome, category, count(*)
            FROM args,
                 (SELECT minute, isp, platform, route, port, 'tls' AS encryption, outcome, category FROM made
                  UNION ALL
                  SELECT minute, isp, platform, route, port, '', 'path-failure', 'connect-timeout' FROM made WHERE has_failure
                  UNION ALL
                  SELECT minute, isp, platform, route, port, '', returned,
                         CASE WHEN returned = 'late-bounce' THEN 'bad-mailbox' ELSE '' END
                    FROM made WHERE returned <> '') AS counted
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
           ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
          ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
          DO UPDATE SET count = t.count + excluded.count),
      times AS (
          INSERT INTO accept_time_rollup AS t (campaign_id, minute, isp, route, port, tls, source, bucket, count)
          SELECT campaign_id, minute, isp, route, port, 'starttls', '', bucket, count(*)
            FROM args, made WHERE outcome = 'accepted'
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
           ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
          ON CONFLICT (campaign_id, minute, isp, route, port, tls, source, bucket) DO UPDATE SET count = t.count + excluded.count),
      replies AS (
          INSERT INTO reply_hour AS t (campaign_id, hour, isp, code, enhanced, category, outcome, sample, count)
          SELECT campaign_id, date_trunc('hour', minute, 'UTC'), isp, code, enhanced, category, outcome, words, count(*)
            FROM args, made JOIN refusal USING (category)
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
          ON CONFLICT (campaign_id, hour, isp, code, enhanced, category, outcome) DO UPDATE SET count = t.count + excluded.count)
      INSERT INTO campaign_isp AS t (campaign_id, isp, platform, recipients)
      SELECT campaign_id, isp, platform, count(*) FROM args, made WHERE outcome <> 'deferred' GROUP BY 1, 2, 3
      ON CONFLICT (campaign_id, isp, platform) DO UPDATE SET recipients = t.recipients + excluded.recipients
      """;

  private static final String ANALYZE =
      "ANALYZE campaign, attempt, path_failure, result_rollup, result_hour, accept_time_rollup, accept_time_hour, reply_hour";

  private final Database database;

  public Seeder(Database database) {
    this.database = database;
  }

  /** Hears how many attempts are made. */
  @FunctionalInterface
  public interface Progress {
    void made(long attempts);
  }

  /** Whether the database has a campaign, whoever made it. */
  public boolean hasCampaigns() {
    return database.read(
        connection -> Sql.one(connection, HAS_CAMPAIGNS, row -> row.flag("there")));
  }

  /**
   * Fills the database. What is there stays; a run that is stopped leaves what it made so far.
   *
   * @throws io.portolan.core.database.DatabaseException if the database refuses
   */
  public void seed(SeedPlan plan, Progress progress) {
    new Partitions(database).create(plan.start(), plan.days());
    Samples samples = Samples.draw();
    for (int i = 0; i < plan.campaigns(); i++) {
      int number = i;
      double seconds = plan.length().toMillis() / 1000.0;
      Instant start = plan.startOf(i);
      long campaign =
          database.inTransaction(
              connection ->
                  Sql.one(
                      connection,
                      CAMPAIGN,
                      row -> row.number("id"),
                      NAME + (number + 1),
                      number,
                      seconds,
                      start));
      long first = plan.before(i);
      long last = plan.before(i + 1) - 1;
      for (long from = first; from <= last; from += CHUNK) {
        long to = Math.min(last, from + CHUNK - 1);
        Object[] chunk = {campaign, start, seconds, first, last, from, to};
        database.execute(connection -> insert(connection, chunk, samples));
        progress.made(to + 1);
      }
    }
    database.execute(Seeder::analyze);
  }

  private static void insert(Connection connection, Object[] chunk, Samples samples)
      throws SQLException {
    Object[] parameters = Arrays.copyOf(chunk, chunk.length + 2);
    parameters[chunk.length] = connection.createArrayOf("integer", samples.millis());
    parameters[chunk.length + 1] = connection.createArrayOf("smallint", samples.buckets());
    Sql.update(connection, CHUNK_OF_ATTEMPTS, parameters);
  }

  private static void analyze(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(ANALYZE);
    }
  }

  /** Times to acceptance and their buckets; most are short and few are long, as of real servers. */
  @SuppressWarnings("ArrayRecordComponent") // the driver takes arrays; nobody compares these
  private record Samples(Integer[] millis, Integer[] buckets) {
    static Samples draw() {
      SplittableRandom random = new SplittableRandom(SEED);
      Integer[] millis = new Integer[SAMPLES];
      Integer[] buckets = new Integer[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        millis[i] = (int) (MEDIAN_MILLIS * Math.exp(SPREAD * random.nextGaussian()));
        buckets[i] = AcceptTime.bucket(millis[i]);
      }
      return new Samples(millis, buckets);
    }
  }
}
