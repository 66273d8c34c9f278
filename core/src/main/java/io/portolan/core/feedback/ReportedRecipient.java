package io.portolan.core.feedback;

import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A recipient whom feedback is about.
 *
 * @param address in lower case, without angle brackets; where a report names several for one, the
 *     one that the host itself used last
 * @param alternatives other addresses given for the same recipient (RFC 3464 Original-Recipient,
 *     aliases), in lower case
 * @param verdict of a bounce or delay why
 * @param remoteMta the host that refused (RFC 3464), its name only
 */
public record ReportedRecipient(
    String address,
    List<String> alternatives,
    Optional<Verdict> verdict,
    Optional<String> remoteMta) {
  public ReportedRecipient {
    alternatives = List.copyOf(alternatives);
  }

  /**
   * Why a message did not get to a recipient.
   *
   * @param status the most telling enhanced status code given: one in the diagnostic text wins over
   *     a Status field that says less
   * @param replyCode of SMTP, where the report cites a reply
   * @param hardness what it means for further mail to the recipient; for a delay nothing
   * @param diagnostic the words of the host that refused, on one line
   * @param rule the id of the rule that chose the category, or {@link
   *     io.portolan.core.reply.Classification#NO_RULE}
   */
  public record Verdict(
      Optional<EnhancedStatusCode> status,
      OptionalInt replyCode,
      BounceCategory category,
      Hardness hardness,
      String diagnostic,
      String rule) {}
}
