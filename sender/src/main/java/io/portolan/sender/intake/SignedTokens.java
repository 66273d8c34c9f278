package io.portolan.sender.intake;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.OriginalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Finds in a relay's event what this installation signed, wherever the relay put it: the return
 * path, the Message-ID, or metadata that a header of the message asked for. Immutable and
 * thread-safe.
 */
public final class SignedTokens {
  private static final int MOST = 20;
  // a token of a return path or a Message-ID, not within a longer word
  private static final Pattern TOKEN =
      Pattern.compile("(?<![A-Za-z0-9])[a-zA-Z2-7]{32}(?![A-Za-z0-9])");

  private final IntakeAddresses addresses;

  public SignedTokens(IntakeAddresses addresses) {
    this.addresses = addresses;
  }

  /**
   * Feedback with the return path of each delivery whose token stands in a text, first of all: and
   * of these first what its reader found where tokens belong, for the text may quote other mail.
   */
  public Feedback added(Feedback feedback, String text) {
    OriginalMessage original = feedback.original();
    List<String> tokens =
        new ArrayList<>(
            LongStream.concat(deliveries(String.join("\n", original.tokens())), deliveries(text))
                .mapToObj(addresses::returnPath)
                .distinct()
                .toList());
    original.tokens().stream().filter(token -> !tokens.contains(token)).forEach(tokens::add);
    return new Feedback(
        feedback.kind(),
        feedback.feedbackType(),
        feedback.recipients(),
        original.withTokens(tokens),
        feedback.reportingMta(),
        feedback.arrivalDate());
  }

  private LongStream deliveries(String text) {
    Matcher token = TOKEN.matcher(text);
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < MOST && token.find(); i++) {
      addresses.signed(token.group()).ifPresent(found::add);
    }
    return found.stream().mapToLong(Long::longValue);
  }
}
