package io.portolan.metrics.report;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.Path;
import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.report.ProvenLoops.Way;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds out from where complaints come back: a complaint from an ISP about mail that went a way
 * proves both for good, and the configuration may name loops that have told nothing so far. A loop
 * that is named holds for direct mail, and for that of relays whose events come here and have told
 * of a complaint from any loop: others may send events of bounces alone. Thread-safe.
 */
public final class LoopProof {
  // each once, by a step in the index: it costs as much with a million complaints
  private static final String COMPLAINED =
      """
      WITH RECURSIVE way AS (
          (SELECT isp, platform, route FROM result_hour WHERE outcome = 'complaint' ORDER BY 1, 2, 3 LIMIT 1)
          UNION ALL
          SELECT later.isp, later.platform, later.route
            FROM way, LATERAL (SELECT isp, platform, route FROM result_hour
                                WHERE outcome = 'complaint' AND (isp, platform, route) > (way.isp, way.platform, way.route)
                                ORDER BY 1, 2, 3 LIMIT 1) AS later)
      SELECT isp, platform, route FROM way
      """;

  private final List<String> named;
  private final Optional<RelayReporting> reporting;

  private LoopProof(List<String> named, Optional<RelayReporting> reporting) {
    this.named = List.copyOf(named);
    this.reporting = reporting;
  }

  /** By complaints alone. */
  public static LoopProof byComplaints() {
    return new LoopProof(List.of(), Optional.empty());
  }

  /**
   * By complaints, and by the configuration.
   *
   * @param named ids of loops that somebody has signed up for
   * @param reporting whose events come here
   */
  public static LoopProof of(List<String> named, RelayReporting reporting) {
    return new LoopProof(named, Optional.of(reporting));
  }

  /** What is known at this moment. */
  public ProvenLoops read(Database database) {
    Set<Way> ways =
        new HashSet<>(
            database.read(connection -> Sql.list(connection, COMPLAINED, LoopProof::way)).stream()
                .flatMap(Optional::stream)
                .toList());
    List<String> relays =
        ways.stream()
            .map(Way::route)
            .filter(route -> !route.equals(Path.DIRECT))
            .distinct()
            .toList();
    Stream<String> telling = reporting.stream().flatMap(it -> it.byEvents(relays).stream());
    Stream.concat(Stream.of(Path.DIRECT), telling)
        .toList()
        .forEach(route -> named.forEach(loop -> ways.add(new Way(loop, route))));
    return new ProvenLoops(ways);
  }

  private static Optional<Way> way(Row row) throws SQLException {
    String route = row.text("route");
    return FeedbackLoops.builtIn()
        .id(row.text("isp"), row.text("platform"))
        .map(loop -> new Way(loop, route));
  }
}
