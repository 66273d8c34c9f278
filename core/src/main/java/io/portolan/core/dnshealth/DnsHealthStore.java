package io.portolan.core.dnshealth;

import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The {@code dns_round}, {@code dns_finding} and {@code dns_finding_change} tables: the latest
 * findings in this network, their changes, and which node checks.
 *
 * <p>Thread-safe; holds no state.
 */
public final class DnsHealthStore {
  private static final String CLAIM_DUE =
      """
      INSERT INTO dns_round (network, next_round, busy_until, node) VALUES (?, ?, ?, ?)
      ON CONFLICT (network) DO UPDATE SET busy_until = excluded.busy_until, node = excluded.node
       WHERE dns_round.next_round <= ? AND dns_round.busy_until <= ?
      """;

  private static final String CLAIM =
      """
      INSERT INTO dns_round (network, next_round, busy_until, node) VALUES (?, ?, ?, ?)
      ON CONFLICT (network) DO UPDATE SET busy_until = excluded.busy_until, node = excluded.node
       WHERE dns_round.busy_until <= ?
      """;

  private static final String RELEASE =
      "UPDATE dns_round SET busy_until = ?, next_round = ? WHERE network = ? AND node = ?";

  private static final String RELEASE_EARLY =
      "UPDATE dns_round SET busy_until = ? WHERE network = ? AND node = ?";

  private static final String KNOWN =
      "SELECT known FROM dns_finding WHERE network = ? AND subject = ? AND check_name = ? FOR UPDATE";

  private static final String PUT =
      """
      INSERT INTO dns_finding (network, subject, check_name, status, known, since, checked_at, seen, meaning, advice, node)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (network, subject, check_name) DO UPDATE
         SET status = excluded.status, known = excluded.known, checked_at = excluded.checked_at, seen = excluded.seen,
             meaning = excluded.meaning, advice = excluded.advice, node = excluded.node,
             since = CASE WHEN dns_finding.known = excluded.known THEN dns_finding.since ELSE excluded.since END
      """;

  private static final String CHANGE =
      """
      INSERT INTO dns_finding_change (at, network, subject, check_name, from_status, to_status, seen, meaning, advice, node)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String FORGET_UNCHECKED =
      "DELETE FROM dns_finding WHERE network = ? AND checked_at < ?";

  private static final String LATEST =
      """
      SELECT * FROM dns_finding
       WHERE network = ? AND (?::text IS NULL OR subject = ?) AND (?::text IS NULL OR status = ?)
       ORDER BY subject, check_name
      """;

  private static final String CHANGES =
      """
      SELECT * FROM dns_finding_change
       WHERE network = ? AND id < ? AND (?::text IS NULL OR subject = ?) AND (?::text IS NULL OR to_status = ?)
       ORDER BY id DESC LIMIT ?
      """;

  private static final String EXPIRE = "DELETE FROM dns_finding_change WHERE at < ?";

  private static final String SENDING_DOMAINS =
      """
      SELECT DISTINCT lower(substring(content->>'fromAddress' FROM '@([^@]+)$')) AS domain
        FROM campaign
       WHERE (ended_at IS NULL OR ended_at > ?) AND content->>'fromAddress' LIKE '%@%'
       ORDER BY 1 LIMIT ?
      """;

  private static final int MOST_DOMAINS = 1_000;

  private final Database database;
  private final String network;

  /**
   * @param network names the way out that the nodes share; findings hold for one network
   */
  public DnsHealthStore(Database database, String network) {
    this.database = database;
    this.network = network;
  }

  /** Which findings to show; empty parts do not restrict. */
  public record Filter(Optional<String> subject, Optional<DnsStatus> status) {
    public static final Filter ALL = new Filter(Optional.empty(), Optional.empty());
  }

  /**
   * Takes the round that is due, for this node.
   *
   * @param until when another node may take it, if this one does not come back
   * @return whether it is this node's
   */
  public boolean claimDue(Instant now, Instant until, String node) {
    return database.inTransaction(
            connection -> Sql.update(connection, CLAIM_DUE, network, now, until, node, now, now))
        == 1;
  }

  /** Takes a round that somebody asks for, due or not, unless one is under way. */
  public boolean claim(Instant now, Instant until, String node) {
    return database.inTransaction(
            connection -> Sql.update(connection, CLAIM, network, now, until, node, now))
        == 1;
  }

  /** Ends a whole round, and sets when the next is due. */
  public void release(Instant now, Instant next, String node) {
    database.inTransaction(connection -> Sql.update(connection, RELEASE, now, next, network, node));
  }

  /** Ends a round of some checks alone; when the next whole one is due stays. */
  public void release(Instant now, String node) {
    database.inTransaction(connection -> Sql.update(connection, RELEASE_EARLY, now, network, node));
  }

  /**
   * Stores what was found, and as a change what is another status than was known.
   *
   * @return the changes
   */
  public List<FindingChange> record(List<DnsFinding> findings, Instant now, String node) {
    // one order for all nodes, so that two that store at once do not wait for each other
    List<DnsFinding> ordered = new ArrayList<>(findings);
    ordered.sort(Comparator.comparing(DnsFinding::subject).thenComparing(DnsFinding::check));
    return database.inTransaction(
        connection -> {
          List<FindingChange> changes = new ArrayList<>();
          for (DnsFinding finding : ordered) {
            record(connection, finding, now, node).ifPresent(changes::add);
          }
          return changes;
        });
  }

  /** Forgets findings of subjects that were not checked for a while, and are used no more. */
  public void forgetUnchecked(Instant now, Duration after) {
    database.inTransaction(
        connection -> Sql.update(connection, FORGET_UNCHECKED, network, now.minus(after)));
  }

  /** The latest findings, by subject and check. */
  public List<StoredFinding> latest(Filter filter) {
    String subject = filter.subject().orElse(null);
    String status = filter.status().map(DnsStatus::id).orElse(null);
    return database.read(
        connection ->
            Sql.list(
                connection,
                LATEST,
                DnsHealthStore::finding,
                network,
                subject,
                subject,
                status,
                status));
  }

  /** The changes before one, latest first; the filter's status is the one that was changed to. */
  public Page<FindingChange> changes(Filter filter, long before, int limit) {
    String subject = filter.subject().orElse(null);
    String status = filter.status().map(DnsStatus::id).orElse(null);
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    CHANGES,
                    DnsHealthStore::change,
                    network,
                    before,
                    subject,
                    subject,
                    status,
                    status,
                    limit + 1)),
        limit,
        FindingChange::id);
  }

  /** Forgets changes from before {@code oldest}. */
  public void expire(Instant oldest) {
    database.inTransaction(connection -> Sql.update(connection, EXPIRE, oldest));
  }

  /**
   * The domains of the From addresses of campaigns that have not ended, or did after {@code
   * endedAfter}, as they are written; at most {@value #MOST_DOMAINS}.
   */
  public List<String> sendingDomains(Instant endedAfter) {
    return database.read(
        connection ->
            Sql.list(
                connection, SENDING_DOMAINS, row -> row.text("domain"), endedAfter, MOST_DOMAINS));
  }

  private Optional<FindingChange> record(
      Connection connection, DnsFinding finding, Instant now, String node) throws SQLException {
    DnsStatus before =
        Sql.first(
                connection,
                KNOWN,
                row -> status(row, "known"),
                network,
                finding.subject(),
                finding.check().id())
            .orElse(DnsStatus.UNKNOWN);
    boolean isKnown = finding.status() != DnsStatus.UNKNOWN;
    DnsStatus known = isKnown ? finding.status() : before;
    Sql.update(
        connection,
        PUT,
        network,
        finding.subject(),
        finding.check().id(),
        finding.status().id(),
        known.id(),
        now,
        now,
        finding.seen(),
        finding.meaning(),
        finding.advice(),
        node);
    if (known == before) {
      return Optional.empty();
    }
    Sql.update(
        connection,
        CHANGE,
        now,
        network,
        finding.subject(),
        finding.check().id(),
        before.id(),
        finding.status().id(),
        finding.seen(),
        finding.meaning(),
        finding.advice(),
        node);
    return Optional.of(new FindingChange(0, now, before, finding, node));
  }

  private static StoredFinding finding(Row row) throws SQLException {
    return new StoredFinding(
        finding(row, "status"),
        status(row, "known"),
        row.instant("since"),
        row.instant("checked_at"),
        row.text("node"));
  }

  private static FindingChange change(Row row) throws SQLException {
    return new FindingChange(
        row.number("id"),
        row.instant("at"),
        status(row, "from_status"),
        finding(row, "to_status"),
        row.text("node"));
  }

  private static DnsFinding finding(Row row, String status) throws SQLException {
    String check = row.text("check_name");
    return new DnsFinding(
        row.text("subject"),
        DnsCheck.of(check).orElseThrow(() -> new SQLException("no check: " + check)),
        status(row, status),
        row.text("seen"),
        row.text("meaning"),
        row.text("advice"));
  }

  private static DnsStatus status(Row row, String column) throws SQLException {
    String id = row.text(column);
    return DnsStatus.of(id).orElseThrow(() -> new SQLException("no status: " + id));
  }
}
