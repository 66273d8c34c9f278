package io.portolan.core.progress;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads the {@code delivery} and {@code attempt} tables. Each call is one statement. Thread-safe;
 * holds no state.
 */
public final class DeliveryStore {
  private static final String FIND = "SELECT * FROM delivery WHERE id = ?";

  // in the order of the unique key, so that a page of a campaign reads no other campaign's rows
  private static final String PAGE_OF_CAMPAIGN =
      """
      SELECT * FROM delivery
       WHERE campaign_id = ? AND recipient_id > ?
         AND (cardinality(?::text[]) = 0 OR CASE WHEN relayed_by IS NULL THEN state::text ELSE 'relayed' END = ANY (?::text[]))
         AND (NOT ? OR (in_doubt_since IS NOT NULL AND state = 'planned'))
         AND (?::text IS NULL OR isp = ?)
       ORDER BY campaign_id, recipient_id
       LIMIT ?
      """;

  private static final String PAGE_OF_ALL =
      """
      SELECT * FROM delivery
       WHERE id < ?
         AND (cardinality(?::text[]) = 0 OR CASE WHEN relayed_by IS NULL THEN state::text ELSE 'relayed' END = ANY (?::text[]))
         AND (NOT ? OR (in_doubt_since IS NOT NULL AND state = 'planned'))
         AND (?::text IS NULL OR isp = ?)
       ORDER BY id DESC
       LIMIT ?
      """;

  private static final String PAGE_OF_ADDRESS =
      """
      SELECT * FROM delivery
       WHERE coalesce(address_key, lower(address)) = ? AND id < ?
         AND (?::bigint IS NULL OR campaign_id = ?)
         AND (cardinality(?::text[]) = 0 OR CASE WHEN relayed_by IS NULL THEN state::text ELSE 'relayed' END = ANY (?::text[]))
         AND (NOT ? OR (in_doubt_since IS NOT NULL AND state = 'planned'))
         AND (?::text IS NULL OR isp = ?)
       ORDER BY id DESC
       LIMIT ?
      """;

  // partitions of days before the launch are left out, with an hour for clocks that differ.
  // Attempts
  // under a claim that was lost may be older than what the delivery knows as its first
  private static final String ATTEMPTS =
      """
      SELECT * FROM attempt
       WHERE delivery_id = ?
         AND at >= (SELECT c.launched_at - interval '1 h'
                      FROM delivery d JOIN campaign c ON c.id = d.campaign_id WHERE d.id = ?)
       ORDER BY at, number
      """;

  // of all the campaign's mail to the platform: a path is opened for whichever delivery comes first
  private static final String PATH_FAILURES =
      """
      SELECT f.* FROM path_failure f JOIN delivery d ON d.id = ? JOIN campaign c ON c.id = d.campaign_id
       WHERE f.campaign_id = d.campaign_id AND f.platform = d.platform
         AND f.at >= c.launched_at - interval '1 h'
         AND f.at <= coalesce(d.ended_at, 'infinity')
       ORDER BY f.at DESC LIMIT ?
      """;

  private final Database database;

  public DeliveryStore(Database database) {
    this.database = database;
  }

  public Optional<DeliveryView> find(long id) {
    return database.read(connection -> Sql.first(connection, FIND, DeliveryStore::view, id));
  }

  /**
   * Pages through deliveries: those of a campaign in the order of its list, others newest first.
   */
  public Page<DeliveryView> page(DeliveryQuery query) {
    if (query.address().isPresent()) {
      return pageOfAddress(query, EmailAddress.keyOf(query.address().get()));
    }
    return query.campaignId().isPresent()
        ? pageOfCampaign(query, query.campaignId().get())
        : pageOfAll(query);
  }

  /** The attempts of a delivery, the first one first. */
  public List<AttemptView> attempts(long deliveryId) {
    return database.read(
        connection ->
            Sql.list(connection, ATTEMPTS, DeliveryStore::attempt, deliveryId, deliveryId));
  }

  /**
   * The latest failures of paths for a delivery's campaign and platform until it ended, the last
   * one first.
   */
  public List<FailureView> pathFailures(long deliveryId, int limit) {
    return database.read(
        connection ->
            Sql.list(connection, PATH_FAILURES, DeliveryStore::failure, deliveryId, limit));
  }

  private Page<DeliveryView> pageOfCampaign(DeliveryQuery query, long campaignId) {
    List<String> standings = standings(query);
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE_OF_CAMPAIGN,
                    DeliveryStore::view,
                    campaignId,
                    query.after().orElse(0L),
                    standings,
                    standings,
                    query.inDoubt(),
                    query.isp(),
                    query.isp(),
                    query.limit() + 1)),
        query.limit(),
        delivery -> delivery.head().recipientId());
  }

  private Page<DeliveryView> pageOfAll(DeliveryQuery query) {
    List<String> standings = standings(query);
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE_OF_ALL,
                    DeliveryStore::view,
                    query.after().orElse(Long.MAX_VALUE),
                    standings,
                    standings,
                    query.inDoubt(),
                    query.isp(),
                    query.isp(),
                    query.limit() + 1)),
        query.limit(),
        delivery -> delivery.head().id());
  }

  private Page<DeliveryView> pageOfAddress(DeliveryQuery query, String address) {
    List<String> standings = standings(query);
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE_OF_ADDRESS,
                    DeliveryStore::view,
                    address,
                    query.after().orElse(Long.MAX_VALUE),
                    query.campaignId(),
                    query.campaignId(),
                    standings,
                    standings,
                    query.inDoubt(),
                    query.isp(),
                    query.isp(),
                    query.limit() + 1)),
        query.limit(),
        delivery -> delivery.head().id());
  }

  private static List<String> standings(DeliveryQuery query) {
    return query.standings().stream().map(DeliveryStanding::id).sorted().toList();
  }

  private static DeliveryView view(Row row) throws SQLException {
    DeliveryHead head =
        new DeliveryHead(
            row.number("id"),
            row.number("campaign_id"),
            row.number("recipient_id"),
            row.text("address"),
            row.text("domain"),
            row.text("isp"),
            row.text("platform"),
            row.integer("attempts"),
            row.optionalInstant("first_attempt_at"),
            row.optionalText("category"));
    DeliveryStanding state = DeliveryStanding.of(row.text("state")).orElseThrow();
    if (state == DeliveryStanding.PLANNED) {
      return new DeliveryView.Open(
          head,
          row.number("batch_id"),
          row.optionalInstant("not_before"),
          row.optionalText("held_because"),
          row.optionalText("pinned_route"),
          row.optionalInstant("in_doubt_since"));
    }
    Instant endedAt = row.instant("ended_at");
    return row.optionalText("relayed_by")
        .<DeliveryView>map(relay -> new DeliveryView.Relayed(head, relay, endedAt))
        .orElseGet(() -> new DeliveryView.Ended(head, state, endedAt));
  }

  private static FailureView failure(Row row) throws SQLException {
    return new FailureView(
        row.instant("at"),
        row.integer("policy_version"),
        row.text("route"),
        row.integer("port"),
        row.text("tls"),
        row.text("source"),
        row.text("host"),
        row.text("phase"),
        row.text("kind"),
        row.text("detail"),
        Json.read(row.text("evidence"), JsonNode.class));
  }

  private static AttemptView attempt(Row row) throws SQLException {
    return new AttemptView(
        row.instant("at"),
        row.integer("number"),
        new AttemptView.Where(
            row.text("route"),
            row.integer("port"),
            row.text("tls"),
            row.text("source"),
            row.text("host"),
            row.text("peer")),
        row.text("phase"),
        row.text("outcome"),
        row.optionalInteger("code"),
        row.optionalText("enhanced"),
        row.optionalText("category"),
        row.optionalText("reply"),
        new AttemptView.Why(row.integer("policy_version"), row.text("rule"), row.text("decision")),
        Duration.ofMillis(row.integer("open_millis")),
        Duration.ofMillis(row.integer("exchange_millis")));
  }
}
