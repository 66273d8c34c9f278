package io.portolan.api.suppression;

import io.portolan.core.suppression.LiftedSuppression;
import io.portolan.core.suppression.StoredSuppression;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionScope;
import java.time.Instant;
import java.util.Optional;

/** A suppression as the API shows it. Without list and sending domain it holds for all mail. */
record SuppressionView(
    long id,
    String kind,
    String value,
    Optional<Long> list,
    Optional<String> sendingDomain,
    String reason,
    String source,
    String evidence,
    Optional<Long> campaign,
    Optional<Long> delivery,
    String note,
    Instant createdAt,
    Optional<Instant> expiresAt) {

  static SuppressionView of(StoredSuppression stored) {
    Suppression suppression = stored.suppression();
    return new SuppressionView(
        stored.id(),
        suppression.target().kind().id(),
        suppression.target().value(),
        list(suppression.scope()),
        sendingDomain(suppression.scope()),
        suppression.reason().id(),
        suppression.source(),
        suppression.evidence().text(),
        suppression.evidence().campaignId(),
        suppression.evidence().deliveryId(),
        suppression.note(),
        suppression.at(),
        suppression.expiresAt());
  }

  /** A suppression that was lifted. */
  record Lifted(
      long id,
      Instant at,
      String action,
      String who,
      String note,
      String kind,
      String value,
      Optional<Long> list,
      Optional<String> sendingDomain,
      String reason,
      String source,
      Instant createdAt) {
    static Lifted of(LiftedSuppression lifted) {
      return new Lifted(
          lifted.id(),
          lifted.at(),
          lifted.action(),
          lifted.who(),
          lifted.note(),
          lifted.kind(),
          lifted.value(),
          SuppressionView.list(lifted.scope()),
          SuppressionView.sendingDomain(lifted.scope()),
          lifted.reason(),
          lifted.source(),
          lifted.createdAt());
    }
  }

  private static Optional<Long> list(SuppressionScope scope) {
    return switch (scope) {
      case SuppressionScope.OfList list -> Optional.of(list.listId());
      case SuppressionScope.Everything _, SuppressionScope.OfSendingDomain _ -> Optional.empty();
    };
  }

  private static Optional<String> sendingDomain(SuppressionScope scope) {
    return switch (scope) {
      case SuppressionScope.OfSendingDomain from -> Optional.of(from.domain().name());
      case SuppressionScope.Everything _, SuppressionScope.OfList _ -> Optional.empty();
    };
  }
}
