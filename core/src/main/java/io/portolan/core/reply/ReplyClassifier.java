package io.portolan.core.reply;

import io.portolan.core.csv.CsvTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says what a refusal means, by a table of rules of which the first that fits decides.
 *
 * <p>The most telling come first: those of the ISP whose server answered, then the texts by which
 * servers of all sorts name a cause, the enhanced status codes (RFC 3463) that name one, the texts
 * that name none, and at last the other status codes and the reply codes. A text comes before a
 * code because many servers give one code to all refusals; 5.7.1 stands for anything from spam to
 * an unknown user. Where nothing fits, the category is {@link BounceCategory#UNKNOWN}.
 *
 * <p>Nobody is suppressed on a guess: only a 5yz of a hard category does it, and only when the
 * recipient had been named to the server, so that the words can be about nobody else.
 *
 * <p>Immutable and thread-safe. A classification takes some ten microseconds and allocates little.
 */
public final class ReplyClassifier {
  private static final String RESOURCE = "reply-rules.csv";

  private final Map<String, List<ReplyRule>> byIsp;
  private final List<ReplyRule> forAll;

  private ReplyClassifier(List<ReplyRule> rules) {
    Map<String, List<ReplyRule>> isps = new HashMap<>();
    for (ReplyRule rule : rules) {
      rule.isps().forEach(isp -> isps.computeIfAbsent(isp, _ -> new ArrayList<>()).add(rule));
    }
    byIsp = Map.copyOf(isps);
    forAll = rules.stream().filter(rule -> rule.isps().isEmpty()).toList();
  }

  /** The classifier by the rules that come with Portolan. */
  public static ReplyClassifier builtIn() {
    return of(CsvTable.resource(ReplyClassifier.class, RESOURCE, ReplyRuleReader.COLUMNS));
  }

  /**
   * A classifier by the rules of a file in place of those that come with Portolan.
   *
   * @throws io.portolan.core.InvalidException naming file, line and column of what is wrong
   */
  public static ReplyClassifier fromFile(Path file) {
    return of(CsvTable.file(file, ReplyRuleReader.COLUMNS));
  }

  static ReplyClassifier of(CsvTable table) {
    return new ReplyClassifier(ReplyRuleReader.read(table));
  }

  /**
   * Says what a refusal means.
   *
   * @param reply a 4yz or 5yz reply
   * @param phase what had been said when it came
   * @param isp the id of the ISP whose server answered: the platform on a direct route; of a relay,
   *     {@code other}
   */
  public Classification classify(SmtpReply reply, Phase phase, String isp) {
    if (!reply.isTransient() && !reply.isPermanent()) {
      throw new IllegalArgumentException("not a refusal: " + reply);
    }
    String text = ReplyText.normalised(reply.text());
    Optional<EnhancedStatusCode> status =
        reply.enhanced().isPresent() ? reply.enhanced() : ReplyText.statusInParentheses(text);
    ReplyRule.Refusal refusal = new ReplyRule.Refusal(phase, reply.code(), status, text);
    return find(refusal, isp)
        .map(rule -> classification(rule, refusal))
        .orElseGet(
            () ->
                new Classification(
                    BounceCategory.UNKNOWN, byCode(refusal), false, Classification.NO_RULE));
  }

  private Optional<ReplyRule> find(ReplyRule.Refusal refusal, String isp) {
    return first(byIsp.getOrDefault(isp, List.of()), refusal).or(() -> first(forAll, refusal));
  }

  private static Optional<ReplyRule> first(List<ReplyRule> rules, ReplyRule.Refusal refusal) {
    for (ReplyRule rule : rules) {
      if (rule.conditions().hold(refusal)) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  private static Classification classification(ReplyRule rule, ReplyRule.Refusal refusal) {
    Classification.Effect effect = rule.effect().orElseGet(() -> byCode(refusal));
    boolean suppresses =
        effect == Classification.Effect.BOUNCE
            && rule.category().isHard()
            && refusal.phase().compareTo(Phase.RCPT) >= 0;
    return new Classification(rule.category(), effect, suppresses, rule.id());
  }

  private static Classification.Effect byCode(ReplyRule.Refusal refusal) {
    return refusal.code() >= 500 ? Classification.Effect.BOUNCE : Classification.Effect.DEFERRAL;
  }
}
