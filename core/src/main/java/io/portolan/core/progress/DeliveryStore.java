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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Reads the {@code delivery} and {@code attempt} tables. Each call is one statement. Thread-safe;
 * holds no state.
 */
public final class DeliveryStore {
  // a guardrail holds what waits for its turn, too, of which nothing is written
  private static final String VIEW =
      """
      SELECT d.*,
             coalesce((SELECT 'guardrail: ' || h.reason FROM campaign_hold h
                        WHERE h.campaign_id = d.campaign_id AND h.isp = d.isp AND h.released_at IS NULL),
                      d.held_because) AS held
        FROM delivery d
      """;

  private static final String FILTER =
      """
         AND (cardinality(?::text[]) = 0
              OR CASE WHEN d.relayed_by IS NULL THEN d.state::text ELSE 'relayed' END = ANY (?::text[]))
         AND (NOT ? OR (d.in_doubt_since IS NOT NULL AND d.state = 'planned'))
         AND (?::text IS NULL OR d.isp = ?)
      """;

  private static final String FIND =
      """
      %s WHERE d.id = ?
      """
          .formatted(VIEW);

  // in the order of the unique key, so that a page of a campaign reads no other campaign's rows
  private static final String PAGE_OF_CAMPAIGN =
      """
      %s WHERE d.campaign_id = ? AND d.recipient_id > ?
      %s ORDER BY d.campaign_id, d.recipient_id
       LIMIT ?
      """
          .formatted(VIEW, FILTER);

  private static final String PAGE_OF_ALL =
      """
      %s WHERE d.id < ?
      %s ORDER BY d.id DESC
       LIMIT ?
      """
          .formatted(VIEW, FILTER);

  private static final String PAGE_OF_ADDRESS =
      """
      %s WHERE coalesce(d.address_key, lower(d.address)) = ? AND d.id < ?
         AND (?::bigint IS NULL OR d.campaign_id = ?)
      %s ORDER BY d.id DESC
       LIMIT ?
      """
          .formatted(VIEW, FILTER);

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
    long before = query.after().orElse(Long.MAX_VALUE);
    Optional<Long> campaign = query.campaignId();
    if (query.address().isPresent()) {
      String key = EmailAddress.keyOf(query.address().get());
      return page(PAGE_OF_ADDRESS, query, DeliveryHead::id, key, before, campaign, campaign);
    }
    return campaign.isPresent()
        ? page(
            PAGE_OF_CAMPAIGN, query, DeliveryHead::recipientId, campaign, query.after().orElse(0L))
        : page(PAGE_OF_ALL, query, DeliveryHead::id, before);
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

  /**
   * A page.
   *
   * @param order by what the page goes on
   * @param place where to look, as parameters of the statement
   */
  private Page<DeliveryView> page(
      String sql, DeliveryQuery query, ToLongFunction<DeliveryHead> order, Object... place) {
    List<String> standings = standings(query);
    Stream<Object> filter =
        Stream.of(
            standings, standings, query.inDoubt(), query.isp(), query.isp(), query.limit() + 1);
    Object[] parameters = Stream.concat(Arrays.stream(place), filter).toArray();
    return Page.cut(
        database.read(connection -> Sql.list(connection, sql, DeliveryStore::view, parameters)),
        query.limit(),
        delivery -> order.applyAsLong(delivery.head()));
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
          row.optionalText("held"),
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
