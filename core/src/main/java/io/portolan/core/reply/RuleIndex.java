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
 * <p>Rules are bits, in their order. Which of them the ISP, the code and the phase leave is known
 * beforehand; which of them the text may fit comes from one pass over it for all literals of all
 * expressions. The few that are left are tried.
 */
final class RuleIndex {
  private static final int FIRST_CODE = 400;
  private static final int CODES = 200;

  private final ReplyRule[] rules;
  private final long[][] byCode = new long[CODES][];
  private final Map<Phase, long[]> byPhase = new EnumMap<>(Phase.class);
  private final Map<String, long[]> byIsp = new HashMap<>();
  private final long[] forAll;
  private final long[] withoutLiteral;
  private final LiteralSearch literals;
  private final long[][] byLiteral;
  private final TextPattern.Numbered[] texts;

  /**
   * @param ordered by which comes first; a rule for ISPs stands before those for all
   */
  RuleIndex(List<ReplyRule> ordered) {
    rules = ordered.toArray(ReplyRule[]::new);
    forAll = mask(rule -> rule.isps().isEmpty());
    for (ReplyRule rule : rules) {
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
    for (Phase phase : Phase.values()) {
      byPhase.put(
          phase,
          mask(
              rule ->
                  rule.conditions().phases().isEmpty()
                      || rule.conditions().phases().contains(phase)));
    }
    Map<String, Integer> numbers = new LinkedHashMap<>();
    texts = new TextPattern.Numbered[rules.length];
    withoutLiteral = new long[words()];
    List<long[]> triggered = new ArrayList<>();
    for (int i = 0; i < rules.length; i++) {
      Optional<TextPattern> text = rules[i].conditions().text();
      if (text.isEmpty()) {
        set(withoutLiteral, i);
        continue;
      }
      texts[i] =
          text.get().numbered(literal -> numbers.computeIfAbsent(literal, _ -> numbers.size()));
      while (triggered.size() < numbers.size()) {
        triggered.add(new long[words()]);
      }
      int[] triggers = texts[i].triggers();
      if (triggers.length == 0) {
        set(withoutLiteral, i);
      }
      for (int literal : triggers) {
        set(triggered.get(literal), i);
      }
    }
    literals = new LiteralSearch(List.copyOf(numbers.keySet()));
    byLiteral = triggered.toArray(long[][]::new);
  }

  /** The first rule that holds for a refusal by an ISP's server. */
  Optional<ReplyRule> first(ReplyRule.Refusal refusal, String isp) {
    long[] present = new long[(byLiteral.length >> 6) + 1];
    literals.find(refusal.text(), present);
    long[] left = withoutLiteral.clone();
    for (int word = 0; word < present.length; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        long[] rulesOfLiteral = byLiteral[(word << 6) + Long.numberOfTrailingZeros(bits)];
        for (int i = 0; i < left.length; i++) {
          left[i] |= rulesOfLiteral[i];
        }
      }
    }
    long[] ofIsp = byIsp.getOrDefault(isp, forAll);
    long[] ofCode = byCode[refusal.code() - FIRST_CODE];
    long[] ofPhase = byPhase.getOrDefault(refusal.phase(), forAll);
    for (int word = 0; word < left.length; word++) {
      for (long bits = left[word] & ofIsp[word] & ofCode[word] & ofPhase[word];
          bits != 0;
          bits &= bits - 1) {
        int i = (word << 6) + Long.numberOfTrailingZeros(bits);
        ReplyRule rule = rules[i];
        if (rule.conditions().holdForStatus(refusal.status())
            && (texts[i] == null || texts[i].isIn(refusal.text(), present))) {
          return Optional.of(rule);
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
    for (int i = 0; i < rules.length; i++) {
      if (condition.holds(rules[i])) {
        set(bits, i);
      }
    }
    return bits;
  }

  private int words() {
    return (rules.length >> 6) + 1;
  }

  private static void set(long[] bits, int i) {
    bits[i >> 6] |= 1L << i;
  }
}
