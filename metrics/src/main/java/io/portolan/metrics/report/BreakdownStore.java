package io.portolan.metrics.report;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.report.Breakdown.AcceptQuantiles;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.Breakdown.Group;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads rates by any dimensions from the rollups; their cost grows with hours, ISPs and paths, not
 * with messages. Thread-safe; holds no state.
 */
public final class BreakdownStore {
  /** More groups than anybody reads. */
  private static final int MOST_GROUPS = 1_000;

  // arrays in the order of Dimension: what to group by, and the value wanted or null. Rows an hour
  // are first added up by what tells the groups apart alone
  private static final String COUNTS =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::boolean[] AS grouped, ?::text[] AS wanted, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::timestamptz AS from_hour, ?::timestamptz AS until_hour, ?::text[] AS loops),
      part AS (
          SELECT CASE WHEN grouped[1] OR grouped[8] OR wanted[8] IS NOT NULL THEN r.campaign_id ELSE 0 END AS campaign_id, isp, platform,
                 route, CASE WHEN grouped[5] OR wanted[5] IS NOT NULL THEN port ELSE 0 END AS port,
                 CASE WHEN grouped[6] OR wanted[6] IS NOT NULL THEN tls ELSE '' END AS tls,
                 CASE WHEN grouped[7] OR wanted[7] IS NOT NULL THEN source ELSE '' END AS source, encryption, outcome, category,
                 sum(count) AS count
            FROM args, result_hour r
           WHERE hour >= from_hour AND hour < until_hour
             AND (wanted[1] IS NULL OR r.campaign_id = wanted[1]::bigint) AND (wanted[2] IS NULL OR isp = wanted[2])
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
          UNION ALL
          SELECT r.campaign_id, isp, platform, route, port, tls, source, encryption, outcome, category, count
            FROM args, result_rollup r
           WHERE (minute >= from_at AND minute < from_hour OR minute >= until_hour AND minute < until_at)
             AND (wanted[1] IS NULL OR r.campaign_id = wanted[1]::bigint) AND (wanted[2] IS NULL OR isp = wanted[2]))
      SELECT CASE WHEN grouped[1] THEN r.campaign_id::text ELSE '' END AS campaign,
             CASE WHEN grouped[2] THEN isp ELSE '' END AS isp,
             CASE WHEN grouped[3] THEN platform ELSE '' END AS platform,
             CASE WHEN grouped[4] THEN route ELSE '' END AS route,
             CASE WHEN grouped[5] THEN port::text ELSE '' END AS port,
             CASE WHEN grouped[6] THEN tls ELSE '' END AS tls,
             CASE WHEN grouped[7] THEN source ELSE '' END AS source,
             CASE WHEN grouped[8] THEN coalesce(c.sending_domain, '') ELSE '' END AS domain,
             route AS way, encryption, outcome, category,
             CASE WHEN isp = ANY (loops) THEN isp WHEN platform = ANY (loops) THEN platform ELSE '' END AS loop, sum(count) AS count
        FROM args, part r LEFT JOIN campaign c ON c.id = r.campaign_id
       WHERE (wanted[3] IS NULL OR platform = wanted[3]) AND (wanted[4] IS NULL OR route = wanted[4])
         AND (wanted[5] IS NULL OR port = wanted[5]::int) AND (wanted[6] IS NULL OR tls = wanted[6])
         AND (wanted[7] IS NULL OR source = wanted[7]) AND (wanted[8] IS NULL OR c.sending_domain = wanted[8])
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
      """;

  private static final String ACCEPT_TIMES =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::boolean[] AS grouped, ?::text[] AS wanted, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::timestamptz AS from_hour, ?::timestamptz AS until_hour),
      part AS (
          SELECT CASE WHEN grouped[1] OR grouped[3] OR grouped[8] OR wanted[3] IS NOT NULL OR wanted[8] IS NOT NULL
                      THEN r.campaign_id ELSE 0 END AS campaign_id,
                 CASE WHEN grouped[2] OR grouped[3] OR wanted[3] IS NOT NULL THEN isp ELSE '' END AS isp,
                 CASE WHEN grouped[4] OR wanted[4] IS NOT NULL THEN route ELSE '' END AS route,
                 CASE WHEN grouped[5] OR wanted[5] IS NOT NULL THEN port ELSE 0 END AS port,
                 CASE WHEN grouped[6] OR wanted[6] IS NOT NULL THEN tls ELSE '' END AS tls,
                 CASE WHEN grouped[7] OR wanted[7] IS NOT NULL THEN source ELSE '' END AS source, bucket, sum(count) AS count
            FROM args, accept_time_hour r
           WHERE hour >= from_hour AND hour < until_hour
             AND (wanted[1] IS NULL OR r.campaign_id = wanted[1]::bigint) AND (wanted[2] IS NULL OR isp = wanted[2])
           GROUP BY 1, 2, 3, 4, 5, 6, 7
          UNION ALL
          SELECT r.campaign_id, isp, route, port, tls, source, bucket, count
            FROM args, accept_time_rollup r
           WHERE (minute >= from_at AND minute < from_hour OR minute >= until_hour AND minute < until_at)
             AND (wanted[1] IS NULL OR r.campaign_id = wanted[1]::bigint) AND (wanted[2] IS NULL OR isp = wanted[2])),
      planned AS (SELECT campaign_id, isp, min(platform) AS platform FROM campaign_isp GROUP BY 1, 2)
      SELECT CASE WHEN grouped[1] THEN r.campaign_id::text ELSE '' END AS campaign,
             CASE WHEN grouped[2] THEN r.isp ELSE '' END AS isp,
             CASE WHEN grouped[3] THEN coalesce(p.platform, r.isp) ELSE '' END AS platform,
             CASE WHEN grouped[4] THEN route ELSE '' END AS route,
             CASE WHEN grouped[5] THEN port::text ELSE '' END AS port,
             CASE WHEN grouped[6] THEN tls ELSE '' END AS tls,
             CASE WHEN grouped[7] THEN source ELSE '' END AS source,
             CASE WHEN grouped[8] THEN coalesce(c.sending_domain, '') ELSE '' END AS domain,
             bucket, sum(count) AS count
        FROM args, part r
        LEFT JOIN campaign c ON c.id = r.campaign_id
        LEFT JOIN planned p ON p.campaign_id = r.campaign_id AND p.isp = r.isp
       WHERE (wanted[3] IS NULL OR coalesce(p.platform, r.isp) = wanted[3]) AND (wanted[4] IS NULL OR route = wanted[4])
         AND (wanted[5] IS NULL OR port = wanted[5]::int) AND (wanted[6] IS NULL OR tls = wanted[6])
         AND (wanted[7] IS NULL OR source = wanted[7]) AND (wanted[8] IS NULL OR c.sending_domain = wanted[8])
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
      """;

  private final Database database;
  private final LoopProof loops;

  /**
   * @param loops from where complaints come back
   */
  public BreakdownStore(Database database, LoopProof loops) {
    this.database = database;
    this.loops = loops;
  }

  /**
   * The rates of a span.
   *
   * @param by what to tell apart; nothing for one group of everything. By route, port, TLS or
   *     source, what ended without a path is a group of its own, of an empty route
   * @param wanted values that a dimension must have
   */
  public Breakdown of(Span span, List<Dimension> by, Map<Dimension, String> wanted) {
    return of(span, wanted, List.of(by)).getFirst();
  }

  /** The rates of a span by one choice of dimensions after the other, of one look at the rows. */
  List<Breakdown> of(Span span, Map<Dimension, String> wanted, List<List<Dimension>> choices) {
    ProvenLoops proven = loops.read(database);
    List<Dimension> all = choices.stream().flatMap(List::stream).distinct().toList();
    Rows rows = Planned.read(database, connection -> rows(connection, span, all, wanted, proven));
    return choices.stream().map(by -> rows.breakdown(span, by)).toList();
  }

  /**
   * What was read.
   *
   * @param untold relays whose bounces are in no rate
   */
  private record Rows(List<Part> parts, List<Times> times, Set<String> untold) {
    private static Rows of(List<Part> parts, List<Times> times) {
      Map<String, Counts> byRoute = new HashMap<>();
      parts.forEach(part -> byRoute.merge(part.kind().route(), part.counts(), Counts::plus));
      return new Rows(parts, times, Counts.tellingTooLittle(byRoute));
    }

    private Breakdown breakdown(Span span, List<Dimension> by) {
      Map<Map<Dimension, String>, Sum> sums = new HashMap<>();
      for (Times each : times) {
        sums.computeIfAbsent(only(each.key(), by), _ -> new Sum())
            .buckets
            .merge(each.bucket(), each.count(), Long::sum);
      }
      for (Part part : parts) {
        sums.computeIfAbsent(only(part.key(), by), _ -> new Sum())
            .add(part, untold.contains(part.kind().route()));
      }
      List<Group> groups = new ArrayList<>();
      sums.forEach((key, sum) -> groups.add(sum.group(key)));
      groups.sort(
          Comparator.comparingLong((Group group) -> -group.counts().accepted())
              .thenComparing(group -> group.key().values().toString()));
      return new Breakdown(
          span.from(),
          span.until(),
          by.stream().sorted().toList(),
          groups.stream().limit(MOST_GROUPS).toList(),
          groups.size() <= MOST_GROUPS);
    }

    private static Map<Dimension, String> only(
        Map<Dimension, String> key, List<Dimension> dimensions) {
      if (key.size() == dimensions.size()) {
        return key;
      }
      Map<Dimension, String> part = new EnumMap<>(Dimension.class);
      part.putAll(key);
      part.keySet().retainAll(dimensions);
      return part;
    }
  }

  /** A row of times to accept. */
  private record Times(Map<Dimension, String> key, int bucket, long count) {}

  /** A row of what is added up. */
  private record Part(Map<Dimension, String> key, Counts.Kind kind, long count) {
    private Counts counts() {
      return Counts.of(kind, count);
    }
  }

  /** What is added up for a group. */
  private static final class Sum {
    private Counts counts = Counts.NONE;
    private final Map<Integer, Long> buckets = new TreeMap<>();
    private final Map<String, Long> refusals = new TreeMap<>();
    private final Map<String, Long> pathFailures = new TreeMap<>();

    private void add(Part part, boolean isUntold) {
      Counts.Kind kind = part.kind();
      counts = counts.plus(isUntold ? part.counts().asUntold() : part.counts());
      boolean isRefusal =
          kind.outcome().equals("deferred")
              || kind.outcome().equals("late-bounce")
              || (kind.outcome().equals("bounced") && !kind.route().isEmpty());
      if (isRefusal && !kind.category().isEmpty()) {
        refusals.merge(kind.category(), part.count(), Long::sum);
      }
      if (kind.outcome().equals("path-failure")) {
        pathFailures.merge(kind.category(), part.count(), Long::sum);
      }
    }

    private Group group(Map<Dimension, String> key) {
      long attempts = counts.attempts();
      Map<String, Rate> categories = new TreeMap<>();
      refusals.forEach(
          (category, count) ->
              categories.put(category, Rate.of(Math.min(count, attempts), attempts)));
      Quantiles times = new Quantiles(buckets);
      return new Group(
          key,
          counts,
          new AcceptQuantiles(times.at(0.5), times.at(0.75), times.at(0.95), times.at(0.99)),
          categories,
          pathFailures);
    }
  }

  private static Rows rows(
      Connection connection,
      Span span,
      List<Dimension> by,
      Map<Dimension, String> wanted,
      ProvenLoops loops)
      throws SQLException {
    List<Object> parameters = new ArrayList<>();
    Dimension[] dimensions = Dimension.values();
    Boolean[] grouped = new Boolean[dimensions.length];
    @Nullable String[] values = new @Nullable String[dimensions.length];
    for (int i = 0; i < dimensions.length; i++) {
      grouped[i] = by.contains(dimensions[i]);
      values[i] = wanted.get(dimensions[i]);
    }
    parameters.add(connection.createArrayOf("boolean", grouped));
    parameters.add(connection.createArrayOf("text", values));
    parameters.addAll(List.of(span.from(), span.until(), span.wholeFrom(), span.wholeUntil()));
    List<Times> times =
        Sql.list(
            connection,
            ACCEPT_TIMES,
            row -> new Times(key(row, by), row.integer("bucket"), row.number("count")),
            parameters.toArray());
    parameters.add(
        connection.createArrayOf("text", FeedbackLoops.builtIn().ids().toArray(new String[0])));
    return Rows.of(
        Sql.list(connection, COUNTS, row -> part(row, by, loops), parameters.toArray()), times);
  }

  private static Map<Dimension, String> key(Row row, List<Dimension> by) throws SQLException {
    Map<Dimension, String> key = new EnumMap<>(Dimension.class);
    for (Dimension dimension : by) {
      key.put(dimension, row.text(dimension.id()));
    }
    return key;
  }

  private static Part part(Row row, List<Dimension> by, ProvenLoops loops) throws SQLException {
    String route = row.text("way");
    return new Part(
        key(row, by),
        new Counts.Kind(
            route,
            row.text("encryption"),
            row.text("outcome"),
            row.text("category"),
            loops.ofLoop(row.text("loop"), route)),
        row.number("count"));
  }
}
