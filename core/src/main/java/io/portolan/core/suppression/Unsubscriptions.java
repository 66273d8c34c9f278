package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What a recipient does about the mail of one delivery: unsubscribe from its list or from
 * everything of its sender, and take that back. Every way to unsubscribe (link, header, mail) comes
 * through here. Repeating a call changes nothing more. Thread-safe; holds no state.
 */
public final class Unsubscriptions {
  private static final String FIND =
      """
      SELECT d.id, d.address, d.campaign_id, c.list_id, c.content::text AS content
        FROM delivery d JOIN campaign c ON c.id = d.campaign_id
       WHERE d.id = ?
      """;

  // an erasure waits for it, and sees what this transaction writes
  private static final String LOCK = "SELECT FROM delivery WHERE id = ? FOR SHARE";

  // those of the list, of the sending domain, and those for all mail that older versions wrote
  private static final String LIFT =
      """
      WITH removed AS (
          DELETE FROM suppression
           WHERE kind = 'address' AND value = ? AND reason = 'unsubscribe'
             AND (list_id IS NULL OR list_id = ?::bigint)
             AND (sending_domain IS NULL OR sending_domain = ?::text)
          RETURNING *)
      INSERT INTO suppression_history (at, action, who, note, kind, value, list_id, sending_domain, reason, source,
                                       created_at)
      SELECT ?, 'resubscribed', 'recipient', ?, kind, value, list_id, sending_domain, reason, source, created_at
        FROM removed
      """;

  private final Database database;
  private final InstantSource clock;

  public Unsubscriptions(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** How much a recipient unsubscribes from. */
  public enum Extent {
    /** The list of the campaign; everything of its sending domain if the list is deleted. */
    LIST,
    /** Everything from the campaign's sending domain. */
    SENDER
  }

  /**
   * The mail that a delivery is a part of.
   *
   * @param address empty when its owner was erased: nothing is left to unsubscribe
   */
  public record Mail(
      long deliveryId, long campaignId, Optional<EmailAddress> address, MailOrigin origin) {}

  /** The mail of a delivery, if there is such a delivery. */
  public Optional<Mail> find(long deliveryId) {
    return database.read(connection -> find(connection, deliveryId));
  }

  /**
   * Unsubscribes the recipient of a delivery.
   *
   * @param source how it was asked for, such as {@code one-click}, {@code page} or {@code mail}
   * @return the delivery's mail, and whether that is news; empty if there is no such delivery
   */
  public Optional<Unsubscribed> unsubscribe(long deliveryId, Extent extent, String source) {
    return database.inTransaction(
        connection -> unsubscribe(connection, deliveryId, extent, source));
  }

  /** Does the same in a transaction of the caller's. */
  public Optional<Unsubscribed> unsubscribe(
      Connection connection, long deliveryId, Extent extent, String source) throws SQLException {
    Sql.first(connection, LOCK, _ -> true, deliveryId);
    Optional<Mail> found = find(connection, deliveryId);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Mail mail = found.get();
    List<Suppression> suppression =
        mail.address().map(address -> suppression(mail, address, extent, source)).stream().toList();
    boolean isNew = SuppressionRows.add(connection, suppression) == 1;
    return Optional.of(new Unsubscribed(mail, isNew));
  }

  /**
   * An unsubscription.
   *
   * @param isNew false when the recipient was unsubscribed before
   */
  public record Unsubscribed(Mail mail, boolean isNew) {}

  /**
   * Takes back what the recipient of a delivery unsubscribed from, its list and its sender; other
   * suppressions stay.
   *
   * @param source how it was asked for
   * @return how many suppressions that lifted; empty if there is no such delivery
   */
  public Optional<Integer> resubscribe(long deliveryId, String source) {
    return database.inTransaction(
        connection -> {
          Optional<Mail> mail = find(connection, deliveryId);
          if (mail.isEmpty()) {
            return Optional.empty();
          }
          int lifted =
              mail.get().address().isEmpty()
                  ? 0
                  : Sql.update(
                      connection,
                      LIFT,
                      mail.get().address().get().key(),
                      mail.get().origin().listId(),
                      mail.get().origin().sendingDomain().map(Domain::name),
                      clock.instant(),
                      source + ", delivery " + deliveryId);
          return Optional.of(lifted);
        });
  }

  private Suppression suppression(Mail mail, EmailAddress address, Extent extent, String source) {
    return new Suppression(
        new SuppressionTarget.Address(address),
        scope(mail.origin(), extent),
        SuppressionReason.UNSUBSCRIBE,
        "campaign " + mail.campaignId(),
        new Suppression.Evidence(
            source, Optional.of(mail.campaignId()), Optional.of(mail.deliveryId())),
        "",
        clock.instant(),
        Optional.empty());
  }

  private static SuppressionScope scope(MailOrigin origin, Extent extent) {
    if (extent == Extent.LIST && origin.listId().isPresent()) {
      return new SuppressionScope.OfList(origin.listId().get());
    }
    return origin
        .sendingDomain()
        .<SuppressionScope>map(SuppressionScope.OfSendingDomain::new)
        .orElse(SuppressionScope.EVERYTHING);
  }

  private static Optional<Mail> find(Connection connection, long deliveryId) throws SQLException {
    return Sql.first(connection, FIND, Unsubscriptions::mail, deliveryId);
  }

  private static Mail mail(Row row) throws SQLException {
    String address = row.text("address");
    return new Mail(
        row.number("id"),
        row.number("campaign_id"),
        address.isEmpty() ? Optional.empty() : Optional.of(EmailAddress.parse(address)),
        new MailOrigin(
            row.optionalNumber("list_id"),
            Json.read(row.text("content"), CampaignContent.class).sendingDomain()));
  }
}
