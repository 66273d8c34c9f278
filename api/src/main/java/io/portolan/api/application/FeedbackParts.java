package io.portolan.api.application;

import io.portolan.core.database.Database;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.matching.FeedbackAlarm;
import io.portolan.core.matching.MatchingInbox;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.sender.feedback.FeedbackReader;
import io.portolan.sender.message.DeliveryTokens;
import io.portolan.sender.message.Tokens;
import java.time.InstantSource;

/** What reads mail that came back, and what takes it. Both are thread-safe. */
public record FeedbackParts(FeedbackReader reader, MatchingInbox inbox) {

  static FeedbackParts of(
      Database database,
      Tokens tokens,
      ReplyClassifier classifier,
      IspDirectory isps,
      FeedbackAlarm alarm,
      InstantSource clock) {
    return new FeedbackParts(
        new FeedbackReader(classifier, isps),
        new MatchingInbox(
            database, new DeliveryTokens(tokens), SoftBounceRule.DEFAULT, alarm, clock));
  }
}
