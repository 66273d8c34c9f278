package io.portolan.core.matching;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.matching.FeedbackAlarm.LateBounce;
import io.portolan.core.matching.Matcher.Found;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.recorder.AcceptedAttempt;
import io.portolan.core.recorder.Rollup;
import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.core.suppression.SoftBounces;
import io.portolan.core.suppression.SoftBounces.SoftBounce;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionRows;
import io.portolan.core.suppression.SuppressionScope;
import io.portolan.core.suppression.SuppressionTarget;
import io.portolan.core.suppression.Unsubscriptions;
import io.portolan.core.suppression.Unsubscriptions.Extent;
import io.portolan.core.suppression.Unsubscriptions.Unsubscribed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Does what follows from feedback whose delivery a signed token proved. The order of locks is that
 * of results: the delivery, its address, suppressions, rollups, guards. Thread-safe; holds no
 * state.
 */
final class Consequences {
  // the bounds by time keep it to a partition or two
  private static final String ACCEPTED_ATTEMPT =
      """
      SELECT isp, platform, route, port, tls, source FROM attempt
       WHERE delivery_id = ? AND outcome = 'accepted'
         AND at BETWEEN ?::timestamptz - interval '1 day' AND ?::timestamptz + interval '1 hour'
       ORDER BY at DESC LIMIT 1
      """;

  private final SoftBounces softBounces;
  private final Unsubscriptions unsubscriptions;
  private final LateBounceHook hook;
  private final FeedbackAlarm alarm;

  Consequences(
      Database database,
      SoftBounceRule rule,
      LateBounceHook hook,
      FeedbackAlarm alarm,
      InstantSource clock) {
    this.hook = hook;
    this.alarm = alarm;
    softBounces = new SoftBounces(rule);
    unsubscriptions = new Unsubscriptions(database, clock);
  }

  /**
   * What followed.
   *
   * @param afterCommit tells guards and operator, once it is committed
   * @param waits whether more follows when the delivery, which is open, turns out as accepted
   */
  record Followed(Set<Effect> effects, Runnable afterCommit, boolean waits) {
    static final Followed NOTHING = of(Set.of());

    static Followed of(Set<Effect> effects) {
      return new Followed(effects, () -> {}, false);
    }

    private Followed waiting(boolean isOpen) {
      return new Followed(effects, afterCommit, isOpen);
    }
  }

  Followed apply(
      Connection connection, Arrival arrival, Found delivery, Optional<ReportedRecipient> recipient)
      throws SQLException {
    FeedbackKind kind = arrival.feedback().kind();
    LockedDelivery locked = LockedDelivery.lock(connection, delivery.id());
    return switch (kind) {
      case BOUNCE ->
          Named.of(arrival.feedback(), recipient, delivery) == Named.ANOTHER
              ? Followed.NOTHING
              : bounce(connection, arrival, delivery, recipient, locked).waiting(locked.isOpen());
      // whoever has the message may unsubscribe its recipient, and feedback loops hide addresses
      case COMPLAINT ->
          Followed.of(complaint(connection, arrival, delivery, locked)).waiting(locked.isOpen());
      case UNSUBSCRIBE ->
          Followed.of(unsubscribe(connection, arrival, delivery, locked)).waiting(locked.isOpen());
      case DELIVERED ->
          Named.of(arrival.feedback(), recipient, delivery) == Named.RECIPIENT
              ? confirmation(connection, delivery, locked).waiting(locked.isOpen())
              : Followed.NOTHING;
      case DELAY, AUTH_REPORT, AUTO_REPLY, NONE -> Followed.NOTHING;
    };
  }

  /**
   * Does what had to wait for the acceptance of its delivery; the suppressions were written when it
   * came in.
   */
  Followed applyWaiting(
      Connection connection, Arrival arrival, Found delivery, Optional<ReportedRecipient> recipient)
      throws SQLException {
    FeedbackKind kind = arrival.feedback().kind();
    LockedDelivery locked = LockedDelivery.lock(connection, delivery.id());
    return switch (kind) {
      case BOUNCE -> bounce(connection, arrival, delivery, recipient, locked);
      case COMPLAINT, UNSUBSCRIBE -> Followed.of(counted(connection, delivery, locked, kind));
      case DELIVERED -> confirmation(connection, delivery, locked);
      case DELAY, AUTH_REPORT, AUTO_REPLY, NONE -> Followed.NOTHING;
    };
  }

  private static Followed confirmation(Connection connection, Found delivery, LockedDelivery locked)
      throws SQLException {
    if (locked.state() != DeliveryState.ACCEPTED) {
      return Followed.NOTHING;
    }
    Set<Effect> effects = counted(connection, delivery, locked, FeedbackKind.DELIVERED);
    if (locked.confirm(connection)) {
      effects.add(Effect.CONFIRMED);
    }
    return Followed.of(effects);
  }

  private Followed bounce(
      Connection connection,
      Arrival arrival,
      Found delivery,
      Optional<ReportedRecipient> recipient,
      LockedDelivery locked)
      throws SQLException {
    Optional<Verdict> verdict = recipient.flatMap(ReportedRecipient::verdict);
    BounceCategory category = verdict.map(Verdict::category).orElse(BounceCategory.UNKNOWN);
    String diagnostic = verdict.map(Verdict::diagnostic).orElse("");
    Set<Effect> effects = EnumSet.noneOf(Effect.class);
    if (locked.bounce(connection, category)) {
      effects.add(Effect.LATE_BOUNCE);
    }
    Optional<EmailAddress> address =
        address(delivery)
            .filter(_ -> Named.of(arrival.feedback(), recipient, delivery) == Named.RECIPIENT);
    Suppression.Evidence evidence = evidence(diagnostic, delivery);
    List<Suppression> suppressions = List.of();
    switch (verdict.map(Verdict::hardness).orElse(Hardness.NEITHER)) {
      case HARD ->
          suppressions =
              suppressions(
                  address, SuppressionReason.HARD_BOUNCE, evidence, category.id(), arrival.at());
      case SOFT -> {
        if (effects.contains(Effect.LATE_BOUNCE) && address.isPresent()) {
          effects.add(Effect.SOFT_BOUNCE);
          suppressions =
              softBounces.count(
                  connection,
                  List.of(new SoftBounce(address.get(), category, evidence, arrival.at())));
        }
      }
      case NEITHER -> {
        // says nothing about the address
      }
    }
    if (SuppressionRows.add(connection, suppressions) > 0) {
      effects.add(Effect.SUPPRESSED);
    }
    if (!effects.contains(Effect.LATE_BOUNCE)) {
      return Followed.of(effects);
    }
    // a relay that said "delivered" before was wrong, and the delivery is to count once
    boolean wasDelivered =
        FeedbackStore.isCounted(connection, delivery.id(), FeedbackKind.DELIVERED);
    roll(
        connection,
        delivery,
        locked,
        (rollup, attempt) -> {
          rollup.add(attempt, FeedbackKind.BOUNCE, category.id());
          if (wasDelivered) {
            rollup.withdraw(attempt, FeedbackKind.DELIVERED);
          }
        });
    Runnable judged = hook.bounced(locked.campaignId(), category);
    if (category.action() != Action.ALARM) {
      return new Followed(effects, judged, false);
    }
    effects.add(Effect.ALARM);
    LateBounce late =
        new LateBounce(
            arrival.at(),
            category.id(),
            locked.platform(),
            delivery.campaignId(),
            delivery.id(),
            diagnostic);
    return new Followed(
        effects,
        () -> {
          judged.run();
          alarm.raise(late);
        },
        false);
  }

  private static Set<Effect> complaint(
      Connection connection, Arrival arrival, Found delivery, LockedDelivery locked)
      throws SQLException {
    Set<Effect> effects = EnumSet.noneOf(Effect.class);
    String type = arrival.feedback().feedbackType().orElse("abuse");
    List<Suppression> suppressions =
        suppressions(
            address(delivery),
            SuppressionReason.COMPLAINT,
            evidence(type + ", by " + arrival.receivedFrom(), delivery),
            "",
            arrival.at());
    if (SuppressionRows.add(connection, suppressions) > 0) {
      effects.add(Effect.SUPPRESSED);
    }
    effects.addAll(counted(connection, delivery, locked, FeedbackKind.COMPLAINT));
    return effects;
  }

  private Set<Effect> unsubscribe(
      Connection connection, Arrival arrival, Found delivery, LockedDelivery locked)
      throws SQLException {
    return effects(
        connection,
        delivery,
        locked,
        unsubscriptions.unsubscribe(
            connection, delivery.id(), Extent.LIST, "feedback by " + arrival.source().id()));
  }

  /** A recipient who followed a link is taken by the word. */
  Clicked unsubscribeByLink(Connection connection, Found delivery, Extent extent, String button)
      throws SQLException {
    LockedDelivery locked = LockedDelivery.lock(connection, delivery.id());
    Optional<Unsubscribed> done =
        unsubscriptions.unsubscribe(connection, delivery.id(), extent, button);
    return new Clicked(
        done, Followed.of(effects(connection, delivery, locked, done)).waiting(locked.isOpen()));
  }

  /** What came of a click. */
  record Clicked(Optional<Unsubscribed> done, Followed followed) {}

  private static Set<Effect> effects(
      Connection connection, Found delivery, LockedDelivery locked, Optional<Unsubscribed> done)
      throws SQLException {
    Set<Effect> effects = EnumSet.noneOf(Effect.class);
    if (done.filter(Unsubscribed::isNew).isPresent()) {
      effects.add(Effect.SUPPRESSED);
    }
    effects.addAll(counted(connection, delivery, locked, FeedbackKind.UNSUBSCRIBE));
    return effects;
  }

  /** Counts the first of its kind for a delivery. */
  private static Set<Effect> counted(
      Connection connection, Found delivery, LockedDelivery locked, FeedbackKind kind)
      throws SQLException {
    return !FeedbackStore.isCounted(connection, delivery.id(), kind)
            && roll(
                connection, delivery, locked, (rollup, attempt) -> rollup.add(attempt, kind, ""))
        ? EnumSet.of(Effect.COUNTED)
        : EnumSet.noneOf(Effect.class);
  }

  /** False when the attempt is not kept any more, so that there is no row to count it in. */
  private static boolean roll(
      Connection connection,
      Found delivery,
      LockedDelivery locked,
      BiConsumer<Rollup, AcceptedAttempt> change)
      throws SQLException {
    if (locked.endedAt().isEmpty()) {
      return false;
    }
    Instant endedAt = locked.endedAt().get();
    Optional<AcceptedAttempt> attempt =
        Sql.first(
            connection,
            ACCEPTED_ATTEMPT,
            row -> attempt(row, endedAt, locked.campaignId()),
            delivery.id(),
            endedAt,
            endedAt);
    if (attempt.isEmpty()) {
      return false;
    }
    Rollup rollup = new Rollup();
    change.accept(rollup, attempt.get());
    rollup.write(connection);
    return true;
  }

  private static List<Suppression> suppressions(
      Optional<EmailAddress> address,
      SuppressionReason reason,
      Suppression.Evidence evidence,
      String note,
      Instant at) {
    return address.stream()
        .map(
            each ->
                new Suppression(
                    new SuppressionTarget.Address(each),
                    SuppressionScope.EVERYTHING,
                    reason,
                    "campaign " + evidence.campaignId().orElseThrow(),
                    evidence,
                    note,
                    at,
                    Optional.empty()))
        .toList();
  }

  private static Suppression.Evidence evidence(String text, Found delivery) {
    return new Suppression.Evidence(
        text, Optional.of(delivery.campaignId()), Optional.of(delivery.id()));
  }

  /** Empty when its owner was erased. */
  private static Optional<EmailAddress> address(Found delivery) {
    return delivery.address().isEmpty()
        ? Optional.empty()
        : Optional.of(EmailAddress.parse(delivery.address()));
  }

  private static AcceptedAttempt attempt(Row row, Instant endedAt, long campaignId)
      throws SQLException {
    return new AcceptedAttempt(
        endedAt,
        campaignId,
        row.text("isp"),
        row.text("platform"),
        new Path(
            row.text("route"),
            row.integer("port"),
            TlsMode.of(row.text("tls")).orElseThrow(),
            row.text("source")));
  }
}
