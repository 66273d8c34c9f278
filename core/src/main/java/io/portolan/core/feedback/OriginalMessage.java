package io.portolan.core.feedback;

import java.util.List;
import java.util.Optional;

/**
 * What feedback says of the message that it is about: whatever a delivery may be found by. All of
 * it can be forged; only a signed token proves anything.
 *
 * @param tokens addresses in which a signed VERP token may stand, in the order of their trust:
 *     those that the feedback itself was sent to, then the return path and the sender of the
 *     original; of a relay's event also the token by itself that its metadata holds
 * @param envelopeId the Original-Envelope-Id of a status notification (RFC 3464 section 2.2.1)
 * @param messageId without angle brackets
 * @param feedbackId the Feedback-ID header
 * @param from the author's address, in lower case
 * @param to the addresses of the To header, in lower case
 */
public record OriginalMessage(
    List<String> tokens,
    Optional<String> envelopeId,
    Optional<String> messageId,
    Optional<String> feedbackId,
    Optional<String> from,
    List<String> to) {
  /** Where nothing is said of it. */
  public static final OriginalMessage UNKNOWN =
      new OriginalMessage(
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of());

  public OriginalMessage {
    tokens = List.copyOf(tokens);
    to = List.copyOf(to);
  }

  /** The same with other addresses in which a token may stand. */
  public OriginalMessage withTokens(List<String> others) {
    return new OriginalMessage(others, envelopeId, messageId, feedbackId, from, to);
  }

  /** The same with another Feedback-ID. */
  public OriginalMessage withFeedbackId(Optional<String> id) {
    return new OriginalMessage(tokens, envelopeId, messageId, id, from, to);
  }

  /** The same with what a status notification calls its envelope. */
  public OriginalMessage withEnvelopeId(Optional<String> id) {
    return new OriginalMessage(tokens, id, messageId, feedbackId, from, to);
  }
}
