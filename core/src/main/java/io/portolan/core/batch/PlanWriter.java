package io.portolan.core.batch;

import io.portolan.core.batch.ChunkPlan.Portion;
import io.portolan.core.batch.ChunkPlan.Recipient;
import io.portolan.core.database.CopyRows;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes a chunk's batches, deliveries and counts within a transaction: at most six statements.
 * Deliveries are copied, each batch's in a row, so that a batch is claimed from few pages. Used
 * once, by one thread.
 */
final class PlanWriter {
  // keeps, until commit, the batches that are not full, not claimed and not put back to wait
  private static final String HOLD_OPEN =
      """
      SELECT id, platform, size FROM batch
       WHERE campaign_id = ? AND kind = 'first' AND state = 'queued' AND size < ? AND due_at <= ?
         FOR UPDATE SKIP LOCKED
      """;

  private static final String DRAW_IDS =
      "SELECT nextval('batch_id_seq') AS id FROM generate_series(1, ?)";

  private static final String WRITE_BATCHES =
      """
      INSERT INTO batch AS b (id, campaign_id, platform, due_at, size, kind) OVERRIDING SYSTEM VALUE
      SELECT p.id, ?, p.platform, ?, p.size, 'first'
        FROM unnest(?::bigint[], ?::text[], ?::bigint[]) AS p (id, platform, size)
      ON CONFLICT (id) DO UPDATE SET size = b.size + excluded.size
      """;

  private static final int COLUMNS = 11;

  private static final String COPY_DELIVERIES =
      """
      COPY delivery (campaign_id, recipient_id, batch_id, ended_at, state, address, address_key,
                     domain, isp, platform, category) FROM STDIN (FORMAT binary)
      """;

  private static final String COUNT =
      """
      INSERT INTO campaign_isp AS t (campaign_id, isp, platform, recipients)
      SELECT ?, c.isp, c.platform, c.recipients
        FROM unnest(?::text[], ?::text[], ?::bigint[]) AS c (isp, platform, recipients)
      ON CONFLICT (campaign_id, isp, platform) DO UPDATE SET recipients = t.recipients + excluded.recipients
      """;

  private static final String COUNT_ENDED =
      """
      INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
      SELECT ?, date_trunc('minute', ?::timestamptz, 'UTC'), c.isp, c.platform, '', 0, '', c.outcome, c.category, c.count
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
             AS c (isp, platform, outcome, category, count)
      ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private final Connection connection;
  private final long campaignId;
  private final Instant now;

  PlanWriter(Connection connection, long campaignId, Instant now) {
    this.connection = connection;
    this.campaignId = campaignId;
    this.now = now;
  }

  /** An ISP of a platform. */
  private record Isp(String isp, String platform) {
    static final Comparator<Isp> ORDER =
        Comparator.comparing(Isp::isp).thenComparing(Isp::platform);

    static Isp of(Recipient recipient) {
      return new Isp(recipient.isp(), recipient.platform());
    }
  }

  /** What recipients that are not sent to are counted by. */
  private record End(Isp isp, DeliveryState state, String category) {
    static final Comparator<End> ORDER =
        Comparator.comparing(End::isp, Isp.ORDER)
            .thenComparing(end -> end.state().id())
            .thenComparing(End::category);

    static End of(Recipient recipient) {
      return new End(Isp.of(recipient), recipient.state(), recipient.reason().orElse(""));
    }
  }

  /** An open batch as it was found. */
  private record Found(String platform, ChunkPlan.Open batch) {}

  /**
   * Writes it all.
   *
   * @return how many batches are new
   */
  int write(List<Recipient> recipients) throws SQLException {
    ChunkPlan plan =
        ChunkPlan.of(
            recipients,
            recipients.stream().anyMatch(one -> one.state() == DeliveryState.PLANNED)
                ? holdOpen()
                : Map.of());
    CopyRows rows = new CopyRows(COLUMNS);
    writeBatches(plan, rows);
    plan.ended().forEach(recipient -> add(rows, recipient, Optional.empty()));
    if (rows.rows() > 0) {
      rows.send(connection, COPY_DELIVERIES);
      count(recipients);
    }
    if (!plan.ended().isEmpty()) {
      countEnded(plan.ended());
    }
    return plan.made();
  }

  private Map<String, ChunkPlan.Open> holdOpen() throws SQLException {
    List<Found> found =
        Sql.list(
            connection,
            HOLD_OPEN,
            row ->
                new Found(
                    row.text("platform"),
                    new ChunkPlan.Open(row.number("id"), row.integer("size"))),
            campaignId,
            PlanStore.BATCH_SIZE,
            now);
    Map<String, ChunkPlan.Open> newest = new HashMap<>();
    for (Found one : found) {
      newest.merge(one.platform(), one.batch(), (a, b) -> a.id() > b.id() ? a : b);
    }
    return newest;
  }

  private void writeBatches(ChunkPlan plan, CopyRows rows) throws SQLException {
    List<Portion> portions = plan.portions();
    if (portions.isEmpty()) {
      return;
    }
    Iterator<Long> drawn =
        Sql.list(connection, DRAW_IDS, row -> row.number("id"), plan.made()).iterator();
    List<Long> ids =
        portions.stream().map(portion -> portion.open().orElseGet(drawn::next)).toList();
    Sql.update(
        connection,
        WRITE_BATCHES,
        campaignId,
        now,
        ids,
        portions.stream().map(Portion::platform).toList(),
        portions.stream().map(portion -> (long) portion.recipients().size()).toList());
    for (int i = 0; i < portions.size(); i++) {
      Optional<Long> id = Optional.of(ids.get(i));
      portions.get(i).recipients().forEach(recipient -> add(rows, recipient, id));
    }
  }

  private void add(CopyRows rows, Recipient recipient, Optional<Long> batchId) {
    rows.begin();
    rows.add(campaignId);
    rows.add(recipient.id());
    batchId.ifPresentOrElse(rows::add, rows::addNull);
    if (batchId.isPresent()) {
      rows.addNull();
    } else {
      rows.add(now);
    }
    rows.add(recipient.state().id());
    rows.add(recipient.address());
    recipient.key().ifPresentOrElse(rows::add, rows::addNull);
    rows.add(recipient.domain());
    rows.add(recipient.isp());
    rows.add(recipient.platform());
    recipient.reason().ifPresentOrElse(rows::add, rows::addNull);
  }

  // rows are taken in the order of the key, so that two nodes cannot deadlock
  private void count(List<Recipient> recipients) throws SQLException {
    Map<Isp, Long> counts = counts(recipients.stream(), Isp::of, Isp.ORDER);
    Sql.update(
        connection,
        COUNT,
        campaignId,
        texts(counts.keySet(), Isp::isp),
        texts(counts.keySet(), Isp::platform),
        List.copyOf(counts.values()));
  }

  private void countEnded(List<Recipient> ended) throws SQLException {
    Map<End, Long> counts = counts(ended.stream(), End::of, End.ORDER);
    Sql.update(
        connection,
        COUNT_ENDED,
        campaignId,
        now,
        texts(counts.keySet(), end -> end.isp().isp()),
        texts(counts.keySet(), end -> end.isp().platform()),
        texts(counts.keySet(), end -> end.state().id()),
        texts(counts.keySet(), End::category),
        List.copyOf(counts.values()));
  }

  private static <K> Map<K, Long> counts(
      Stream<Recipient> recipients, Function<Recipient, K> key, Comparator<K> order) {
    Map<K, Long> counts = new TreeMap<>(order);
    recipients.forEach(recipient -> counts.merge(key.apply(recipient), 1L, Long::sum));
    return counts;
  }

  private static <K> List<String> texts(Collection<K> keys, Function<K, String> text) {
    return keys.stream().map(text).toList();
  }
}
