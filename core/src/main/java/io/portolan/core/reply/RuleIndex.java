package io.portolan.core.reply;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the first of many rules that holds. Immutable and thread-safe.
 *
 * <p>Rules fall apart into trials: one for each alternative of a rule's expression, or one for a
 * rule without. Trials are bits, in the order of their rules. Which of them the ISP, the code and
 * the phase leave is known beforehand; which of them the text may fit comes from one pass over it
 * for all literals of all expressions. The few that are left are made.
 */
final class RuleIndex {
  private static final int FIRST_CODE = 400;
  private static final int CODES = 200;
  // RFC 3463 has 0 to 7; the last stands for all others
  private static final int SUBJECTS = 9;
  private static final int[] NONE = {};

  private final Trial[] trials;
  private final long[][] byCode = new long[CODES][];
  private final Map<Phase, long[]> byPhase = new EnumMap<>(Phase.class);
  private final Map<String, long[]> byIsp = new HashMap<>();
  private final long[][] bySubject = new long[SUBJECTS][];
  private final long[] withoutStatus;
  private final long[] forAll;
  private final long[] withoutLiteral;
  private final LiteralSearch literals;
  private final long[][] byLiteral;

  /**
   * @param branch empty where the rule does not look at the text
   */
  private record Trial(ReplyRule rule, Optional<TextPattern.Branch> branch) {}

  /**
   * @param ordered by which comes first; a rule for ISPs stands before those for all
   */
  RuleIndex(List<ReplyRule> ordered) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    List<Trial> all = new ArrayList<>();
    for (ReplyRule rule : ordered) {
      rule.conditions()
          .text()
          .ifPresentOrElse(
              text ->
                  text.branches(literal -> numbers.computeIfAbsent(literal, _ -> numbers.size()))
                      .forEach(branch -> all.add(new Trial(rule, Optional.of(branch)))),
              () -> all.add(new Trial(rule, Optional.empty())));
    }
    trials = all.toArray(Trial[]::new);
    forAll = mask(rule -> rule.isps().isEmpty());
    for (ReplyRule rule : ordered) {
      for (String isp : rule.isps()) {
        byIsp.computeIfAbsent(
            isp, id -> mask(each -> each.isps().isEmpty() || each.isps().contains(id)));
      }
    }
    for (int i = 0; i < CODES; i++) {
      int code = FIRST_CODE + i;
      byCode[i] =
          mask(rule -> rule.conditions().codes().isEmpty() || rule.conditions().codes().get(code));
    }
    withoutStatus = mask(rule -> rule.conditions().statuses().isEmpty());
    for (int i = 0; i < SUBJECTS; i++) {
      int subject = i;
      bySubject[i] =
          mask(
              rule ->
                  rule.conditions().statuses().isEmpty()
                      || rule.conditions().statuses().stream()
                          .anyMatch(status -> Math.min(status.subject(), SUBJECTS - 1) == subject));
    }
    for (Phase phase : Phase.values()) {
      byPhase.put(
          phase,
          mask(
              rule ->
                  rule.conditions().phases().isEmpty()
                      || rule.conditions().phases().contains(phase)));
    }
    literals = new LiteralSearch(List.copyOf(numbers.keySet()));
    withoutLiteral = new long[words()];
    byLiteral = new long[numbers.size()][words()];
    for (int i = 0; i < trials.length; i++) {
      int[] triggers = trials[i].branch().map(TextPattern.Branch::triggers).orElse(NONE);
      if (triggers.length == 0) {
        set(withoutLiteral, i);
      }
      for (int literal : triggers) {
        set(byLiteral[literal], i);
      }
    }
  }

  /** The first rule that holds for a refusal by an ISP's server. */
  Optional<ReplyRule> first(ReplyRule.Refusal refusal, String isp) {
    long[] present = new long[(byLiteral.length >> 6) + 1];
    literals.find(refusal.text(), present);
    long[] left = withoutLiteral.clone();
    for (int word = 0; word < present.length; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        long[] ofLiteral = byLiteral[(word << 6) + Long.numberOfTrailingZeros(bits)];
        for (int i = 0; i < left.length; i++) {
          left[i] |= ofLiteral[i];
        }
      }
    }
    long[] ofIsp = byIsp.getOrDefault(isp, forAll);
    long[] ofCode = byCode[refusal.code() - FIRST_CODE];
    long[] ofPhase = byPhase.getOrDefault(refusal.phase(), forAll);
    long[] ofStatus =
        refusal.status().isPresent()
            ? bySubject[Math.min(refusal.status().get().subject(), SUBJECTS - 1)]
            : withoutStatus;
    for (int word = 0; word < left.length; word++) {
      for (long bits = left[word] & ofIsp[word] & ofCode[word] & ofPhase[word] & ofStatus[word];
          bits != 0;
          bits &= bits - 1) {
        Trial trial = trials[(word << 6) + Long.numberOfTrailingZeros(bits)];
        if (trial.rule().conditions().holdForStatus(refusal.status())
            && (trial.branch().isEmpty() || trial.branch().get().isIn(refusal.text(), present))) {
          return Optional.of(trial.rule());
        }
      }
    }
    return Optional.empty();
  }

  private interface Condition {
    boolean holds(ReplyRule rule);
  }

  private long[] mask(Condition condition) {
    long[] bits = new long[words()];
    for (int i = 0; i < trials.length; i++) {
      if (condition.holds(trials[i].rule())) {
        set(bits, i);
      }
    }
    return bits;
  }

  private int words() {
    return (trials.length >> 6) + 1;
  }

  private static void set(long[] bits, int i) {
    bits[i >> 6] |= 1L << i;
  }
}
