package io.portolan.core.batch;

import io.portolan.core.NotFoundException;
import io.portolan.core.address.Domain;
import io.portolan.core.batch.ChunkPlan.Recipient;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.json.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Makes deliveries and batches of a campaign's recipients, a chunk of recipients in a transaction.
 * How far planning came is committed with the chunk, so that a crash repeats nothing and skips
 * nothing. Thread-safe; holds no state.
 *
 * <p>A chunk takes at most ten statements, whatever its size: take the planning lock, read how far
 * planning came, read the recipients with what their domains resolved to and who is suppressed, six
 * that write ({@link PlanWriter}), and note how far planning came now.
 *
 * <p>Who is suppressed ends at once. A suppressed domain covers its sub-domains too. Domains that
 * take no mail are planned like others: the sender, which asks the DNS anew, ends their deliveries.
 * When the campaign has been cancelled, the recipients that are left become deliveries that end as
 * cancelled, so that each recipient of a launched campaign ends.
 *
 * <p>The last batch of a platform is filled up by the next chunk as long as nobody has claimed it.
 *
 * <p>Recipients that are added to the list while it is planned are part of the campaign if planning
 * has not passed them.
 */
public final class PlanStore {
  /** Deliveries in a batch at most. */
  public static final int BATCH_SIZE = 1_000;

  // an advisory lock, not the campaign's row: pausing and cancelling must not wait for a chunk
  private static final String TAKE_LOCK =
      "SELECT pg_try_advisory_xact_lock(hashtext('portolan.planning'), hashint8(?)) AS taken";

  // read after the lock was taken, so that it shows what the last holder committed
  private static final String FIND =
      """
      SELECT state::text AS state, list_id, planned_through, planned_at IS NOT NULL AS planned,
             launched_at IS NOT NULL AS launched, content::text AS content
        FROM campaign WHERE id = ?
      """;

  // "fresh": whether what its domain resolved to may still be used
  private static final String READ =
      """
      WITH args AS (
          SELECT ?::timestamptz AS now, ?::timestamptz AS fresh_at, ?::bigint AS list_id, ?::text AS sending_domain)
      SELECT DISTINCT ON (c.id) c.id, c.address, nullif(c.address_key, lower(c.address)) AS key, c.domain,
             coalesce(k.isp, 'other') AS isp, coalesce(k.platform, 'other') AS platform,
             coalesce(k.expires_at > args.fresh_at, false) AS fresh,
             %s AS reason
        FROM args CROSS JOIN (
             SELECT id, address, address_key, domain FROM recipient
              WHERE list_id = ? AND id > ? ORDER BY list_id, id LIMIT ?) AS c
        LEFT JOIN recipient_domain k ON k.domain = c.domain
        %s
       ORDER BY c.id, %s
      """
          .formatted(Covering.REASON, Covering.JOIN, Covering.ORDER);

  private static final String ADVANCE =
      """
      UPDATE campaign SET planned_through = ?, planned_at = ?::timestamptz
       WHERE id = ? AND planned_through = ? AND planned_at IS NULL AND (state = 'cancelled') = ?
         AND state IN ('running', 'paused', 'cancelled')
      """;

  private final Database database;

  public PlanStore(Database database) {
    this.database = database;
  }

  /** A campaign as planning finds it. */
  private record Progress(
      String state,
      Optional<Long> listId,
      Optional<Domain> sendingDomain,
      long through,
      boolean planned,
      boolean launched) {
    static Progress of(Row row) throws SQLException {
      return new Progress(
          row.text("state"),
          row.optionalNumber("list_id"),
          Json.read(row.text("content"), CampaignContent.class).sendingDomain(),
          row.number("planned_through"),
          row.flag("planned"),
          row.flag("launched"));
    }

    boolean cancelled() {
      return state.equals("cancelled");
    }

    boolean plannable() {
      return launched && !planned;
    }
  }

  /** A recipient, and whether what its domain resolved to may still be used. */
  private record Candidate(Recipient recipient, boolean fresh) {
    static Candidate of(Row row, boolean cancelled) throws SQLException {
      Optional<String> reason = cancelled ? Optional.empty() : row.optionalText("reason");
      DeliveryState state =
          cancelled
              ? DeliveryState.CANCELLED
              : reason.isPresent() ? DeliveryState.SUPPRESSED : DeliveryState.PLANNED;
      return new Candidate(
          new Recipient(
              row.number("id"),
              row.text("address"),
              row.optionalText("key"),
              row.text("domain"),
              row.text("isp"),
              row.text("platform"),
              state,
              reason),
          row.flag("fresh"));
    }
  }

  /**
   * Plans the next chunk of a launched campaign.
   *
   * @param size recipients in the chunk at most
   * @param freshAt domains whose resolution expires by then have to be resolved first; {@link
   *     Instant#EPOCH} takes any
   */
  public PlanStep planChunk(long campaignId, int size, Instant now, Instant freshAt) {
    return database.inTransaction(
        connection -> {
          if (!Sql.one(connection, TAKE_LOCK, row -> row.flag("taken"), campaignId)) {
            return new PlanStep.Busy();
          }
          Progress progress =
              Sql.first(connection, FIND, Progress::of, campaignId)
                  .orElseThrow(() -> new NotFoundException("campaign", campaignId));
          if (!progress.plannable()) {
            return new PlanStep.Complete();
          }
          List<Candidate> chunk = read(connection, progress, size, now, freshAt);
          List<Domain> unresolved = progress.cancelled() ? List.of() : unresolved(chunk);
          return unresolved.isEmpty()
              ? plan(connection, campaignId, progress, chunk, size, now)
              : new PlanStep.Unresolved(unresolved);
        });
  }

  private static List<Candidate> read(
      Connection connection, Progress progress, int size, Instant now, Instant freshAt)
      throws SQLException {
    return Sql.list(
        connection,
        READ,
        row -> Candidate.of(row, progress.cancelled()),
        now,
        freshAt,
        progress.listId(),
        progress.sendingDomain().map(Domain::name),
        progress.listId(),
        progress.through(),
        size);
  }

  private static List<Domain> unresolved(List<Candidate> chunk) {
    return chunk.stream()
        .filter(candidate -> !candidate.fresh())
        .map(candidate -> candidate.recipient().domain())
        .distinct()
        .map(Domain::new)
        .toList();
  }

  private static PlanStep plan(
      Connection connection,
      long campaignId,
      Progress progress,
      List<Candidate> chunk,
      int size,
      Instant now)
      throws SQLException {
    List<Recipient> recipients = chunk.stream().map(Candidate::recipient).toList();
    int batches = new PlanWriter(connection, campaignId, now).write(recipients);
    boolean last = recipients.size() < size;
    int advanced =
        Sql.update(
            connection,
            ADVANCE,
            recipients.isEmpty() ? progress.through() : recipients.getLast().id(),
            last ? Optional.of(now) : Optional.empty(),
            campaignId,
            progress.through(),
            progress.cancelled());
    if (advanced != 1) {
      // cancelled since the chunk was begun: rolled back, and planned anew as cancelled
      throw new SQLException("the campaign changed while it was planned", "40001");
    }
    return new PlanStep.Planned(
        recipients.size(),
        count(recipients, DeliveryState.SUPPRESSED),
        count(recipients, DeliveryState.CANCELLED),
        batches,
        last);
  }

  private static int count(List<Recipient> recipients, DeliveryState state) {
    return (int) recipients.stream().filter(recipient -> recipient.state() == state).count();
  }
}
