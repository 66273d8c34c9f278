package io.portolan.core.recorder;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.SmtpReply;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.core.suppression.SoftBounces;
import io.portolan.core.suppression.SoftBounces.SoftBounce;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionRows;
import io.portolan.core.suppression.SuppressionScope;
import io.portolan.core.suppression.SuppressionTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who a group of results suppresses: two statements at most. Thread-safe; holds no state. */
final class BounceSuppression {
  private final SoftBounces softBounces;

  BounceSuppression(SoftBounceRule rule) {
    softBounces = new SoftBounces(rule);
  }

  /**
   * Suppresses who bounced hard, or softly too often. Of somebody whose address was erased while a
   * message was under way nothing is written; see {@link SuppressionRows#add}.
   */
  void write(Connection connection, List<RecordedResult> results, Set<Long> applied)
      throws SQLException {
    List<Suppression> suppressions = new ArrayList<>();
    List<SoftBounce> soft = new ArrayList<>();
    for (RecordedResult result : results) {
      if (applied.contains(result.delivery().id())) {
        switch (result.outcome().hardness()) {
          case HARD -> suppressions.add(hardBounce(result));
          case SOFT -> soft.add(softBounce(result));
          case NEITHER -> {
            // says nothing about the address
          }
        }
      }
    }
    if (!soft.isEmpty()) {
      suppressions.addAll(softBounces.count(connection, soft));
    }
    SuppressionRows.add(connection, suppressions);
  }

  private static Suppression hardBounce(RecordedResult result) {
    return new Suppression(
        new SuppressionTarget.Address(EmailAddress.parse(result.delivery().address())),
        SuppressionScope.EVERYTHING,
        SuppressionReason.HARD_BOUNCE,
        "campaign " + result.campaignId(),
        evidence(result),
        result.outcome().cause().orElse(""),
        result.at(),
        Optional.empty());
  }

  private static SoftBounce softBounce(RecordedResult result) {
    return new SoftBounce(
        EmailAddress.parse(result.delivery().address()),
        result.outcome().cause().flatMap(BounceCategory::of).orElseThrow(),
        evidence(result),
        result.at());
  }

  private static Suppression.Evidence evidence(RecordedResult result) {
    return new Suppression.Evidence(
        result.outcome().attemptMade().flatMap(Attempt::reply).map(SmtpReply::line).orElse(""),
        Optional.of(result.campaignId()),
        Optional.of(result.delivery().id()));
  }
}
