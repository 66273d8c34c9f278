package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPatternTest {
  private static final Pattern WORD = Pattern.compile("[a-z0-9]+");
  private static final List<CsvRow> RULES =
      CsvTable.resource(TextPatternTest.class, "reply-rules.csv", ReplyRuleReader.COLUMNS).rows();
  private static final List<String> EXPRESSIONS =
      RULES.stream().map(row -> row.text("text")).filter(text -> !text.isEmpty()).toList();

  @ParameterizedTest
  @CsvSource({
    "plain, a plain text, true",
    "plain, plai n, false",
    "colou?r, the color, true",
    "colou?r, the colour, true",
    "ab*c, ac, true",
    "ab+c, ac, false",
    "'a{2}b', xaab, true",
    "(un)?known, known, true",
    "(a|b)c, bc, true",
    "(a|b(c|d))e, bde, true",
    "(a|)b, b, true",
    "(?<!not )found, not found, false",
    "(?<!not )found, was found, true",
    "found(?! it), found it, false",
    "[a-c]d|x, bd, true",
    "[)|(]d, |d, true",
    "\\(x\\), (x), true",
    "\\bword\\b, words, false",
    "'a.{0,3}b', axxb, true",
    "'a.{0,3}b', axxxxb, false",
    "a|b|, anything, true",
    "\\x41b, ab, false",
    "\\Qa|b\\E, a|b, true",
    "(?i)AB, ab, true",
    "(?x)a b, ab, true",
    "[]a]b, ]b, true",
    "[a\\]c]b, cb, true",
    "[a[bc]]d, cd, true",
    "(?:a|b)c, bc, true",
    "ab+?c, abc, true",
    "\\p{L}d, xd, true"
  })
  void matchesAsItsExpressionDoes(String expression, String text, boolean matches) {
    assertThat(Pattern.compile(expression).matcher(text).find()).isEqualTo(matches);
    assertThat(isIn(expression, text)).isEqualTo(matches);
  }

  @Property(tries = 300)
  void everyRuleMatchesAsItsExpressionDoes(@ForAll("texts") String text) {
    for (String expression : EXPRESSIONS) {
      assertThat(isIn(expression, text))
          .as("%s in %s", expression, text)
          .isEqualTo(Pattern.compile(expression).matcher(text).find());
    }
  }

  @Test
  void reportsAWrongExpressionByItsPlaceInTheWhole() {
    assertThatExceptionOfType(PatternSyntaxException.class)
        .isThrownBy(() -> TextPattern.compile("good|b(ad"))
        .satisfies(refusal -> assertThat(refusal.getPattern()).isEqualTo("good|b(ad"));
  }

  /** As a rule's text is looked for: literals first, then the expression. */
  private static boolean isIn(String expression, String text) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    List<TextPattern.Branch> branches =
        TextPattern.compile(expression)
            .branches(literal -> numbers.computeIfAbsent(literal, _ -> numbers.size()));
    long[] present = new long[numbers.size() / 64 + 1];
    new LiteralSearch(List.copyOf(numbers.keySet())).find(text, present);
    return branches.stream()
        .filter(
            branch ->
                branch.triggers().length == 0
                    || Arrays.stream(branch.triggers())
                        .anyMatch(literal -> (present[literal >> 6] >>> literal & 1) != 0))
        .anyMatch(branch -> branch.isIn(text, present));
  }

  /** Texts of words that the rules speak of, so that they come close to matching. */
  @Provide
  Arbitrary<String> texts() {
    List<String> words =
        new ArrayList<>(List.of("@", "192.0.2.1", "x", "of", "is", "not", "your", "the"));
    for (String expression : EXPRESSIONS) {
      WORD.matcher(expression).results().map(MatchResult::group).forEach(words::add);
    }
    return Arbitraries.of(words)
        .list()
        .ofMinSize(1)
        .ofMaxSize(14)
        .map(all -> String.join(" ", all));
  }
}
