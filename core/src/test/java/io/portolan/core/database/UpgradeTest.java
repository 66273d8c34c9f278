package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A database of the version before feedback was read, with mail sent and waiting, is brought up to
 * date and loses nothing.
 */
class UpgradeTest {
  private static final String BEFORE = "11";
  private static final String BEFORE_RELAYED = "36";
  private static final String BEFORE_HOLDS_OF_DOMAINS = "37";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void keepsWhatAFilledDatabaseOfAnEarlierVersionHolds() {
    migrateTo(BEFORE);
    fill();

    Database.open(database.settings()).close();

    assertThat(
            database.texts(
                """
                SELECT concat_ws(' ', m.hour, m.isp, m.outcome, m.category, m.count = h.count)
                  FROM (SELECT date_trunc('hour', minute, 'UTC') AS hour, campaign_id, isp, outcome, category,
                               sum(count) AS count
                          FROM result_rollup GROUP BY 1, 2, 3, 4, 5) AS m
                  LEFT JOIN result_hour h USING (hour, campaign_id, isp, outcome, category)
                 ORDER BY m.isp, m.outcome
                """))
        .as("rates an hour are those of the minutes")
        .hasSize(2)
        .allMatch(row -> row.endsWith(" t"));
    assertThat(database.number("SELECT sum(count) FROM accept_time_hour")).isEqualTo(40);
    assertThat(
            database.texts("SELECT concat_ws(' ', code, enhanced, sample, count) FROM reply_hour"))
        .containsExactly("550 5.1.1 550 5.1.1 no such user 1");
    assertThat(database.texts("SELECT sending_domain FROM campaign"))
        .containsExactly("news.shop.test");
    assertThat(
            database.texts(
                """
                SELECT s.reason
                  FROM unnest(ARRAY['gone@gmail.com', 'anna@lower.blocked.test', 'eve@gmail.com']) AS a(address),
                       covering_suppression(address, split_part(address, '@', 2), 1, 'shop.test', now()) AS s
                """))
        .as("who was suppressed still is, and nobody else")
        .containsExactlyInAnyOrder("hard-bounce", "manual");
    assertThat(database.texts("SELECT concat(state, family) FROM path_health"))
        .containsExactly("blocked");
    assertThat(database.texts("SELECT state FROM delivery ORDER BY id"))
        .containsExactly("accepted", "bounced", "planned");
    assertThat(
            database.texts("SELECT address FROM deliveries_of('gone@gmail.com', 'Gone@gmail.com')"))
        .containsExactly("Gone@gmail.com");

    // the triggers hold for the minutes of before, too
    database.execute("UPDATE result_rollup SET count = count + 2 WHERE outcome = 'bounced'");
    assertThat(database.number("SELECT sum(count) FROM result_hour WHERE outcome = 'bounced'"))
        .isEqualTo(
            database.number("SELECT sum(count) FROM result_rollup WHERE outcome = 'bounced'"));
  }

  @Test
  void marksWhatRelaysAcceptedAndHaveNotTold() {
    migrateTo(BEFORE_RELAYED);
    database.execute(
        """
        INSERT INTO delivery (campaign_id, recipient_id, state, ended_at, address, domain, isp, platform)
        SELECT 1, n, CASE n WHEN 4 THEN 'bounced' ELSE 'accepted' END::delivery_state, now(), 'a@b.test', 'b.test', 'b', 'b'
          FROM generate_series(1, 5) n
        """);
    // the fifth went direct in the end
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome)
        SELECT now() + made.number * interval '1 second', d.id, made.number, 1, 1, 1, 1, 587, 0, 0, 'b', 'b', '', '', made.route,
               'starttls', '', '', 'dot', 'accepted'
          FROM (VALUES (1, 1, 'direct'), (2, 1, 'ses'), (3, 1, 'ses'), (4, 1, 'ses'), (5, 1, 'ses'), (5, 2, 'direct'))
               AS made (recipient, number, route)
          JOIN delivery d ON d.recipient_id = made.recipient
        """);
    database.execute(
        """
        INSERT INTO feedback (key, at, source, received_from, kind, delivery_id, matched_by, trusted, recipient, diagnostic, effects)
        SELECT 'k', now(), 'webhook', '', 'delivered', id, 'return-path', true, '', '', 'counted'
          FROM delivery WHERE recipient_id = 3
        """);

    Database.open(database.settings()).close();

    assertThat(
            database.texts(
                "SELECT concat_ws(' ', recipient_id, relayed_by) FROM delivery ORDER BY recipient_id"))
        .containsExactly("1", "2 ses", "3", "4", "5");
  }

  @Test
  void findsWhatComplaintsHeldOfAllMailOfADomain() {
    migrateTo(BEFORE_HOLDS_OF_DOMAINS);
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (1, 'News', 'paused', '{"fromAddress": "news@shop.test"}')
        """);
    database.execute(
        """
        INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at, released_at)
        VALUES (1, 'a', 'complaint', 9, 9, 'complaints about shop.test at a within a week, 9 of 9', now(), NULL),
               (1, '', 'complaint', 9, 9, 'complaints about this mail of shop.test within a week, 9 of 9', now(), NULL),
               (1, 'b', 'hard-bounce', 9, 9, 'hard bounces at b', now(), NULL),
               (1, 'c', 'complaint', 9, 9, 'complaints about shop.test at c within a week, 9 of 9', now(), now())
        """);

    Database.open(database.settings()).close();

    assertThat(
            database.texts(
                "SELECT concat_ws(' ', isp, sending_domain, told_at IS NOT NULL) FROM campaign_hold ORDER BY id"))
        .containsExactly("a shop.test t", "  t", "b  t", "c  t");
  }

  private void migrateTo(String version) {
    database.execute("DROP SCHEMA public CASCADE");
    database.execute("CREATE SCHEMA public");
    Flyway.configure()
        .dataSource(database.settings().jdbcUrl(), null, null)
        .locations("classpath:db/migration")
        .target(version)
        .load()
        .migrate();
  }

  private void fill() {
    database.execute(
        """
        WITH list AS (INSERT INTO mailing_list (name) VALUES ('all') RETURNING id)
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT id, a.address, lower(a.address), split_part(a.address, '@', 2)
          FROM list, unnest(ARRAY['eve@gmail.com', 'Gone@gmail.com', 'bob@yahoo.com']) AS a(address)
        """);
    database.execute(
        """
        INSERT INTO campaign (name, state, list_id, content, launched_at)
        SELECT 'Spring', 'running', id, '{"fromAddress": "shop@News.Shop.test"}', now() FROM mailing_list
        """);
    database.execute(
        """
        INSERT INTO delivery (campaign_id, recipient_id, state, address, domain, isp, platform, attempts, category,
                              held_because)
        SELECT c.id, r.id, s.state::delivery_state, r.address, r.domain, split_part(r.domain, '.', 1),
               split_part(r.domain, '.', 1), s.attempts, s.category, s.held
          FROM campaign c, recipient r
          JOIN (VALUES ('eve@gmail.com', 'accepted', 1, NULL, NULL), ('gone@gmail.com', 'bounced', 1, 'bad-mailbox', NULL),
                       ('bob@yahoo.com', 'planned', 0, NULL, 'no path is open: port 25 is left'))
               AS s(key, state, attempts, category, held) ON s.key = r.address_key
         ORDER BY r.id
        """);
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome,
                             enhanced, category, reply)
        SELECT timestamptz '2026-11-01 10:20:00Z', id, 1, campaign_id, 1, 1, 1, 25, CASE state WHEN 'bounced' THEN 550 ELSE 250 END,
               0, 10, isp, platform, 'any', 'first', 'direct', 'starttls', 'mx.test', '192.0.2.1', 'rcpt', state::text,
               CASE state WHEN 'bounced' THEN '5.1.1' END, category,
               CASE state WHEN 'bounced' THEN '550 5.1.1 no such user' END
          FROM delivery WHERE state <> 'planned'
        """);
    database.execute(
        """
        INSERT INTO result_rollup (minute, campaign_id, isp, platform, route, port, tls, outcome, category, count)
        SELECT timestamptz '2026-11-01 10:00:00Z' + m * interval '1 min', c.id, 'gmail', 'gmail', 'direct', 25, 'starttls',
               o.outcome, o.category, m + 1
          FROM campaign c, generate_series(0, 7) AS m, (VALUES ('accepted', ''), ('bounced', 'bad-mailbox')) AS o(outcome, category)
        """);
    database.execute(
        """
        INSERT INTO accept_time_rollup (minute, campaign_id, isp, route, port, tls, bucket, count)
        SELECT timestamptz '2026-11-01 10:00:00Z' + m * interval '1 min', id, 'gmail', 'direct', 25, 'starttls', 3, 5
          FROM campaign, generate_series(0, 7) AS m
        """);
    database.execute(
        """
        INSERT INTO suppression (kind, value, reason, source)
        VALUES ('address', 'gone@gmail.com', 'hard-bounce', 'delivery'), ('domain', 'blocked.test', 'manual', 'api')
        """);
    database.execute(
        """
        INSERT INTO path_health (network, route, target, port, tls, state, since, until, strikes, good_looks, host,
                                 evidence, node)
        VALUES ('office', 'direct', 'gmail', 25, 'starttls', 'blocked', now(), now(), 1, 0, 'mx.test', 'connect-timeout', 'a')
        """);
  }
}
