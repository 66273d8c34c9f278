package io.portolan.core.matching;

import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.feedback.TokenReader;
import io.portolan.core.matching.Consequences.Clicked;
import io.portolan.core.matching.Consequences.Followed;
import io.portolan.core.matching.FeedbackStore.Due;
import io.portolan.core.matching.Matcher.Found;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.core.suppression.Unsubscriptions.Extent;
import io.portolan.core.suppression.Unsubscriptions.Unsubscribed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes feedback: matches it to a delivery, keeps it, and does what follows, in one transaction. A
 * crash before the commit leaves nothing of it, one after it leaves the key, so that the same
 * brought again counts nothing. Two nodes that take the same at once wait for each other at the
 * key; two reports on one delivery at its row. Thread-safe.
 */
public final class MatchingInbox implements FeedbackInbox {
  private static final int LONGEST = 500;
  private static final int PAGE = 100;
  private static final Feedback CLICK =
      new Feedback(
          FeedbackKind.UNSUBSCRIBE,
          Optional.empty(),
          List.of(),
          OriginalMessage.UNKNOWN,
          Optional.empty(),
          Optional.empty());

  private final Database database;
  private final Matcher matcher;
  private final Consequences consequences;
  private final InstantSource clock;
  private final Unsettled unsettled = new Unsettled();

  public MatchingInbox(
      Database database,
      TokenReader tokens,
      SoftBounceRule softBounces,
      LateBounceHook hook,
      FeedbackAlarm alarm,
      InstantSource clock) {
    this.database = database;
    this.clock = clock;
    matcher = new Matcher(tokens);
    consequences = new Consequences(database, softBounces, hook, alarm, clock);
  }

  /**
   * What was taken.
   *
   * @param feedback as kept; of a duplicate as it would have been, without effects
   */
  public record Taken(Receipt receipt, StoredFeedback feedback) {}

  /** What was taken, and what is to be done once that is committed. */
  private record Taking(Taken taken, Runnable afterCommit) {
    static Taking of(Receipt receipt, StoredFeedback feedback) {
      return new Taking(new Taken(receipt, feedback), () -> {});
    }
  }

  @Override
  public Receipt take(Arrival arrival) {
    return takeWhole(arrival).receipt();
  }

  @Override
  public void spend(String key, Instant at) {
    database.execute(connection -> FeedbackStore.spend(connection, key, at));
  }

  /** Takes feedback and tells what became of it in full. */
  public Taken takeWhole(Arrival arrival) {
    Taking taking = database.inTransaction(connection -> take(connection, arrival));
    taking.afterCommit().run();
    return taking.taken();
  }

  /** Tells what {@link #takeWhole} would do, and leaves nothing of it. */
  public Taken tryOut(Arrival arrival) {
    return database.inTransaction(
        connection -> {
          Savepoint before = connection.setSavepoint();
          Taken taken = take(connection, arrival).taken();
          connection.rollback(before);
          return taken;
        });
  }

  /**
   * Does what follows from feedback that came in before its delivery's acceptance was recorded, as
   * far as that is by now. To be called every few seconds; several nodes may do so at once.
   */
  public void settle() {
    long last = 0;
    Set<Long> waiting = new HashSet<>();
    List<Due> due;
    do {
      long after = last;
      due = database.read(connection -> FeedbackStore.due(connection, after, PAGE));
      for (Due each : due) {
        if (unsettled.isDue(each.id(), clock.instant())) {
          settle(each);
        }
        waiting.add(each.id());
        last = each.id();
      }
    } while (due.size() == PAGE);
    unsettled.retain(waiting);
  }

  /** A row that fails is left behind, for the others' sake; a database that is away ends all. */
  private void settle(Due due) {
    Runnable afterCommit;
    try {
      afterCommit = database.inTransaction(connection -> settle(connection, due));
    } catch (RuntimeException e) {
      if (e instanceof DatabaseException away && away.isConnectionFailure()) {
        throw e;
      }
      unsettled.failed(due.id(), clock.instant(), e);
      return;
    }
    unsettled.settled(due.id());
    afterCommit.run();
  }

  /** Feedback that cannot be applied though its delivery is accepted. */
  public int unsettled() {
    return unsettled.size();
  }

  /**
   * Unsubscribes the recipient of a delivery who followed a link or pressed a button. That counts
   * in the rates as a mail to unsubscribe does, once a delivery.
   *
   * @param button what was pressed, such as {@code one-click} or {@code page}
   * @return the delivery's mail, and whether that is news; empty if there is no such delivery
   */
  public Optional<Unsubscribed> unsubscribe(
      long deliveryId, Extent extent, String button, Instant at) {
    return database.inTransaction(
        connection -> {
          Optional<Found> found = Matcher.find(connection, deliveryId, MatchedBy.RETURN_PATH);
          return found.isEmpty()
              ? Optional.empty()
              : unsubscribe(connection, found.get(), extent, button, at);
        });
  }

  private Optional<Unsubscribed> unsubscribe(
      Connection connection, Found delivery, Extent extent, String button, Instant at)
      throws SQLException {
    Clicked clicked = consequences.unsubscribeByLink(connection, delivery, extent, button);
    Arrival arrival =
        new Arrival(CLICK, Source.LINK, "click " + delivery.id() + " " + extent, button, at);
    OptionalLong id =
        FeedbackStore.insert(
            connection, arrival.key(), stored(arrival, Optional.of(delivery), Optional.empty()));
    if (id.isPresent()) {
      FeedbackStore.setEffects(
          connection,
          id.getAsLong(),
          ids(clicked.followed().effects()),
          clicked.followed().waits());
    }
    return clicked.done();
  }

  private Runnable settle(Connection connection, Due due) throws SQLException {
    // the delivery first, as everywhere
    Optional<Found> delivery = Matcher.find(connection, due.deliveryId(), MatchedBy.RETURN_PATH);
    Optional<StoredFeedback> waiting = FeedbackStore.takePending(connection, due.id());
    if (delivery.isEmpty() || waiting.isEmpty()) {
      return () -> {};
    }
    Optional<ReportedRecipient> recipient = waiting.get().reportedRecipient();
    Followed followed =
        consequences.applyWaiting(
            connection, waiting.get().arrival(recipient), delivery.get(), recipient);
    FeedbackStore.setEffects(
        connection,
        due.id(),
        Stream.concat(waiting.get().effects().stream(), ids(followed.effects()).stream())
            .distinct()
            .toList(),
        false);
    return followed.afterCommit();
  }

  private Taking take(Connection connection, Arrival arrival) throws SQLException {
    Feedback feedback = arrival.feedback();
    if (feedback.kind() == FeedbackKind.NONE) {
      return Taking.of(new Receipt.Ignored(), stored(arrival, Optional.empty(), Optional.empty()));
    }
    Optional<Found> found = matcher.find(connection, feedback, arrival.at());
    Optional<ReportedRecipient> recipient = recipient(feedback, found);
    StoredFeedback kept = stored(arrival, found, recipient);
    if (ErasedPeople.areIn(connection, feedback, found)) {
      kept = ErasedPeople.without(feedback, kept);
    }
    OptionalLong id = FeedbackStore.insert(connection, arrival.key(), kept);
    if (id.isEmpty()) {
      return Taking.of(new Receipt.Duplicate(), kept);
    }
    Followed followed =
        found.isPresent() && found.get().by().isTrusted()
            ? consequences.apply(connection, arrival, found.get(), recipient)
            : Followed.of(RelayedWish.heed(connection, arrival));
    if (!followed.effects().isEmpty() || followed.waits()) {
      FeedbackStore.setEffects(
          connection, id.getAsLong(), ids(followed.effects()), followed.waits());
    }
    Receipt receipt =
        found
            .<Receipt>map(delivery -> new Receipt.Matched(delivery.id()))
            .orElseGet(Receipt.Unmatched::new);
    return new Taking(
        new Taken(receipt, with(kept, id.getAsLong(), ids(followed.effects()))),
        followed.afterCommit());
  }

  /** Of several the one that the delivery is to, else the first. */
  private static Optional<ReportedRecipient> recipient(Feedback feedback, Optional<Found> found) {
    return found
        .flatMap(
            delivery ->
                feedback.recipients().stream()
                    .filter(each -> Named.isOf(each, delivery))
                    .findFirst())
        .or(() -> feedback.recipients().stream().findFirst());
  }

  private static List<String> ids(Set<Effect> effects) {
    return effects.stream().map(Effect::id).toList();
  }

  private static StoredFeedback with(StoredFeedback kept, long id, List<String> effects) {
    return new StoredFeedback(
        id,
        kept.at(),
        kept.source(),
        kept.receivedFrom(),
        kept.kind(),
        kept.feedbackType(),
        kept.match(),
        kept.report(),
        effects);
  }

  private static StoredFeedback stored(
      Arrival arrival, Optional<Found> found, Optional<ReportedRecipient> recipient) {
    Feedback feedback = arrival.feedback();
    Optional<ReportedRecipient.Verdict> verdict = recipient.flatMap(ReportedRecipient::verdict);
    MatchedBy by = found.map(Found::by).orElse(MatchedBy.NONE);
    return new StoredFeedback(
        0,
        arrival.at(),
        arrival.source().id(),
        clean(arrival.receivedFrom()),
        feedback.kind().id(),
        feedback.feedbackType().map(MatchingInbox::clean),
        new StoredFeedback.Match(
            by.id(), by.isTrusted(), found.map(Found::id), found.map(Found::campaignId)),
        new StoredFeedback.Report(
            recipient.map(each -> clean(each.address()).toLowerCase(Locale.ROOT)).orElse(""),
            verdict.flatMap(ReportedRecipient.Verdict::status).map(EnhancedStatusCode::toString),
            verdict.flatMap(
                each ->
                    each.replyCode().isPresent()
                        ? Optional.of(each.replyCode().getAsInt())
                        : Optional.empty()),
            verdict.map(each -> each.category().id()),
            verdict.map(ReportedRecipient.Verdict::hardness),
            verdict.map(each -> clean(each.rule())),
            verdict.map(each -> clean(each.diagnostic())).orElse(""),
            feedback.reportingMta().map(MatchingInbox::clean),
            recipient.flatMap(ReportedRecipient::remoteMta).map(MatchingInbox::clean)),
        List.of());
  }

  /** What a stranger wrote, on one line, cut, without what terminals and PostgreSQL do not take. */
  private static String clean(String text) {
    String cut = text;
    if (text.length() > LONGEST) {
      boolean inPair = Character.isHighSurrogate(text.charAt(LONGEST - 1));
      cut = text.substring(0, inPair ? LONGEST - 1 : LONGEST);
    }
    return cut.replaceAll("\\p{Cntrl}", " ");
  }
}
