package io.portolan.metrics.guardrail;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.core.json.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The {@code guard_test} table, written within the transactions of results. Holds no state. */
final class GuardStore {
  // steps are those that a test began with, or got when its alarm was overridden
  private static final String ADD =
      """
      INSERT INTO guard_test AS t (campaign_id, isp, guard, trials, hits, score, total, up, down, started_at)
      SELECT a.campaign_id, a.isp, a.guard, a.trials, a.hits, greatest(0, a.hits * a.up + (a.trials - a.hits) * a.down),
             a.hits * a.up + (a.trials - a.hits) * a.down, a.up, a.down, ?::timestamptz
        FROM unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::float8[], ?::float8[])
             AS a (campaign_id, isp, guard, trials, hits, up, down)
      ON CONFLICT (campaign_id, isp, guard) DO UPDATE
         SET trials = t.trials + excluded.trials, hits = t.hits + excluded.hits,
             total = t.total + excluded.hits * t.up + (excluded.trials - excluded.hits) * t.down,
             score = greatest(0, t.score + excluded.hits * t.up + (excluded.trials - excluded.hits) * t.down)
      RETURNING t.campaign_id, t.isp, t.guard, t.trials, t.hits, t.score, t.total, t.up, t.apart
      """;

  // its row is locked by the transaction
  private static final String SET_APART =
      "UPDATE guard_test SET apart = true WHERE campaign_id = ? AND isp = ? AND guard = ?";

  // what made an ISP fail says nothing of the rest of the campaign
  private static final String DEDUCT =
      """
      UPDATE guard_test
         SET score = greatest(0, score - ?), total = total - ?, trials = greatest(0, trials - ?),
             hits = least(greatest(0, hits - ?), greatest(0, trials - ?))
       WHERE campaign_id = ? AND isp = '' AND guard = ?
      RETURNING campaign_id, isp, guard, trials, hits, score, total, up, apart
      """;

  // before it is set apart
  private static final String LOCK =
      """
      SELECT campaign_id, isp, guard, trials, hits, score, total, up, apart FROM guard_test
       WHERE campaign_id = ? AND isp = ? AND guard = ? FOR UPDATE
      """;

  private static final String GUARDS =
      "SELECT id, guards FROM campaign WHERE id = ANY (?::bigint[])";

  private GuardStore() {}

  /** What campaigns say of their guardrails. */
  static Map<Long, CampaignGuards> guards(Connection connection, List<Long> campaigns)
      throws SQLException {
    return Sql.list(
            connection,
            GUARDS,
            row -> Map.entry(row.number("id"), Json.read(row.text("guards"), CampaignGuards.class)),
            campaigns)
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** A test as it is; it stays so until the transaction ends. Empty where nothing was counted. */
  static Optional<State> lock(Connection connection, Key key) throws SQLException {
    return Sql.first(
        connection, LOCK, GuardStore::state, key.campaignId(), key.isp(), key.guard().id());
  }

  /** The tests as they are within a transaction. */
  static GuardJudge.Tests tests(
      Connection connection, Function<Key, SequentialTest> limits, Instant now) {
    return new GuardJudge.Tests() {
      @Override
      public List<State> add(Map<Key, Tally> counts) throws SQLException {
        return GuardStore.add(connection, counts, limits, now);
      }

      @Override
      public State setApart(State isp) throws SQLException {
        return GuardStore.setApart(connection, isp);
      }
    };
  }

  /**
   * Lets an ISP count for itself alone from now on.
   *
   * @param isp its test, which the transaction has locked
   * @return the campaign's test without it
   */
  static State setApart(Connection connection, State isp) throws SQLException {
    Key key = isp.key();
    Sql.update(connection, SET_APART, key.campaignId(), key.isp(), key.guard().id());
    return Sql.list(
            connection,
            DEDUCT,
            GuardStore::state,
            isp.score(),
            isp.score(),
            isp.trials(),
            isp.hits(),
            isp.trials(),
            key.campaignId(),
            key.guard().id())
        .getFirst();
  }

  /** What a test is of; the ISP is empty for a whole campaign. */
  record Key(long campaignId, String isp, Guard guard) {
    Key ofCampaign() {
      return new Key(campaignId, "", guard);
    }

    /** Where it is, for people. */
    String place() {
      return isp.isEmpty() ? "over all ISPs" : "at " + isp;
    }

    static final Comparator<Key> ORDER =
        Comparator.comparingLong(Key::campaignId).thenComparing(Key::isp).thenComparing(Key::guard);
  }

  /**
   * A test after what was added.
   *
   * @param isApart whether an ISP was held before, so that it counts for itself and not for its
   *     campaign
   */
  record State(
      Key key, long trials, long hits, double score, double total, double up, boolean isApart) {}

  /** Adds to tests, in the order of their keys, so that two nodes cannot deadlock. */
  private static List<State> add(
      Connection connection,
      Map<Key, Tally> counts,
      Function<Key, SequentialTest> tests,
      Instant now)
      throws SQLException {
    List<Map.Entry<Key, Tally>> rows = List.copyOf(counts.entrySet());
    List<Steps> steps = rows.stream().map(row -> tests.apply(row.getKey()).steps()).toList();
    return Sql.list(
        connection,
        ADD,
        GuardStore::state,
        now,
        rows.stream().map(row -> row.getKey().campaignId()).toList(),
        rows.stream().map(row -> row.getKey().isp()).toList(),
        rows.stream().map(row -> row.getKey().guard().id()).toList(),
        rows.stream().map(row -> row.getValue().trials()).toList(),
        rows.stream().map(row -> row.getValue().hits()).toList(),
        connection.createArrayOf("float8", steps.stream().map(Steps::up).toArray()),
        connection.createArrayOf("float8", steps.stream().map(Steps::down).toArray()));
  }

  private static State state(Row row) throws SQLException {
    return new State(
        new Key(
            row.number("campaign_id"), row.text("isp"), Guard.of(row.text("guard")).orElseThrow()),
        row.number("trials"),
        row.number("hits"),
        row.decimal("score"),
        row.decimal("total"),
        row.decimal("up"),
        row.flag("apart"));
  }
}
