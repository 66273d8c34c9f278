package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.intake.Intake;
import io.portolan.core.database.Database;
import io.portolan.core.feedback.Diagnosis;
import io.portolan.core.feedback.RelayEvents;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.matching.FeedbackAlarm;
import io.portolan.core.matching.LateBounceHook;
import io.portolan.core.matching.MatchingInbox;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.scheduler.Chore;
import io.portolan.sender.feedback.FeedbackReader;
import io.portolan.sender.message.DeliveryTokens;
import io.portolan.sender.message.Tokens;
import java.time.Duration;
import java.time.InstantSource;

/** What reads mail and events that came back, and what takes them. All are thread-safe. */
public record FeedbackParts(FeedbackReader reader, RelayEvents events, MatchingInbox inbox) {
  private static final Duration SETTLE = Duration.ofSeconds(5);

  static FeedbackParts of(
      Database database,
      Tokens tokens,
      ReplyClassifier classifier,
      IspDirectory isps,
      SoftBounceRule softBounces,
      LateBounceHook hook,
      FeedbackAlarm alarm,
      InstantSource clock) {
    return new FeedbackParts(
        new FeedbackReader(classifier, isps),
        new RelayEvents(new Diagnosis(classifier, isps)),
        new MatchingInbox(database, new DeliveryTokens(tokens), softBounces, hook, alarm, clock));
  }

  /** Does what feedback of deliveries that were open had to wait for. */
  Chore settling() {
    return new Chore("apply feedback that came before the acceptance", SETTLE, inbox::settle);
  }

  /** Starts to take mail and events by the ways that are configured. */
  Intake intake(Configuration configuration, Tokens tokens, Intake.Surroundings surroundings) {
    return Intake.start(
        configuration, new Intake.Reading(reader::read, events::read, inbox, tokens), surroundings);
  }
}
