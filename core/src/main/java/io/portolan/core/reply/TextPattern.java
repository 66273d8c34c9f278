package io.portolan.core.reply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over lower-case text that is tried only where it can match. Immutable.
 *
 * <p>A refusal is held against some hundreds of alternatives, nearly all of which share no word
 * with it. Each alternative therefore knows literals that every match contains, and one search for
 * those of all patterns comes first; an alternative that is all literal needs no more.
 */
final class TextPattern {
  /*
   * What the reading below does not understand: quotation, flags, escapes longer than two characters,
   * and classes with brackets, escapes or intersections. Such an expression is always tried.
   */
  private static final Pattern UNUSUAL =
      Pattern.compile("\\\\[Qxu0ckN]|\\(\\?[a-z-]|\\[\\^?\\]|\\[[^\\]]*[\\[\\\\&]");

  private final List<Alternative> alternatives;

  /**
   * @param literals every match contains at least one of each list; the longest come first
   */
  private record Alternative(List<List<String>> literals, boolean isLiteral, Pattern pattern) {}

  /** An alternative whose literals are numbers of a common search. Immutable. */
  static final class Branch {
    private final int[][] choices;
    private final boolean isLiteral;
    private final Pattern pattern;

    private Branch(Alternative alternative, ToIntFunction<String> numbers) {
      choices =
          alternative.literals().stream()
              .map(choice -> choice.stream().mapToInt(numbers).toArray())
              .toArray(int[][]::new);
      isLiteral = alternative.isLiteral();
      pattern = alternative.pattern();
    }

    /** Literals of which every match contains one; none where a match may do without. */
    int[] triggers() {
      return choices.length == 0 ? new int[0] : choices[0].clone();
    }

    /**
     * Whether it matches anywhere in a text.
     *
     * @param present the literals that are in it, as bits
     */
    boolean isIn(String text, long[] present) {
      for (int[] choice : choices) {
        if (!isAny(choice, present)) {
          return false;
        }
      }
      return isLiteral || pattern.matcher(text).find();
    }

    private static boolean isAny(int[] choice, long[] present) {
      for (int literal : choice) {
        if ((present[literal >> 6] >>> literal & 1) != 0) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Its alternatives, of which one must match.
   *
   * @param numbers gives each literal its number in a search that is shared with others
   */
  List<Branch> branches(ToIntFunction<String> numbers) {
    return alternatives.stream().map(each -> new Branch(each, numbers)).toList();
  }

  private TextPattern(List<Alternative> alternatives) {
    this.alternatives = List.copyOf(alternatives);
  }

  /**
   * Compiles an expression.
   *
   * @throws PatternSyntaxException if it is none
   */
  static TextPattern compile(String expression) {
    // alternatives are compiled one by one below; this reports an error by its place in the whole
    Pattern whole = Pattern.compile(expression);
    if (UNUSUAL.matcher(expression).find()) {
      return new TextPattern(List.of(new Alternative(List.of(), false, whole)));
    }
    List<Alternative> alternatives = new ArrayList<>();
    for (String part : alternativesOf(expression)) {
      List<List<String>> literals = new ArrayList<>(literalsOf(part));
      boolean isLiteral = literals.equals(List.of(List.of(part)));
      // the rarest first: it is what an alternative is looked up by
      literals.sort(Comparator.comparingInt(TextPattern::shortest).reversed());
      alternatives.add(new Alternative(List.copyOf(literals), isLiteral, compiled(part)));
    }
    return new TextPattern(alternatives);
  }

  /*
   * At most places of a text no match begins, which a look at one character tells at a tenth of the
   * cost of trying every branch of a group.
   */
  private static Pattern compiled(String part) {
    String firsts = firstsOf(part);
    return Pattern.compile(firsts.isEmpty() ? part : "(?=[" + firsts + "])" + part);
  }

  /** What a match may begin with, as the inside of a class; empty where that is not known. */
  private static String firstsOf(String part) {
    int start = 0;
    while (part.startsWith("(?<!", start) || part.startsWith("\\b", start)) {
      start = endOfItem(part, start); // no part of the match
    }
    int end = start < part.length() ? endOfItem(part, start) : start;
    boolean isSure = end > start && (end == part.length() || "?*{".indexOf(part.charAt(end)) < 0);
    if (!isSure) {
      return "";
    }
    char c = part.charAt(start);
    if (isPlain(c)) {
      return Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c;
    }
    if (c != '(' || part.startsWith("(?", start)) {
      return "";
    }
    List<String> firsts =
        alternativesOf(part.substring(start + 1, end - 1)).stream()
            .map(TextPattern::firstsOf)
            .toList();
    return firsts.contains("") ? "" : String.join("", firsts);
  }

  /** Splits an expression at the bars that stand outside groups and classes. */
  private static List<String> alternativesOf(String expression) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < expression.length(); i = endOfItem(expression, i)) {
      if (expression.charAt(i) == '|') {
        parts.add(expression.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(expression.substring(start));
    return parts;
  }

  /*
   * Reads one alternative item by item. Runs of plain characters are literals, and a group of which
   * every branch has a literal gives a choice of literals. What a quantifier makes optional counts
   * for nothing: it takes back the character before it, or the whole group.
   */
  private static List<List<String>> literalsOf(String part) {
    List<List<String>> literals = new ArrayList<>();
    StringBuilder run = new StringBuilder();
    for (int i = 0; i < part.length(); ) {
      int end = endOfItem(part, i);
      boolean optional = end < part.length() && "?*{".indexOf(part.charAt(end)) >= 0;
      if (isPlain(part.charAt(i)) && !optional) {
        run.append(part.charAt(i));
      } else {
        addRun(literals, run);
        // a lookaround is no part of the match
        if (part.charAt(i) == '(' && !part.startsWith("(?", i) && !optional) {
          List<String> choice = choiceOf(part.substring(i + 1, end - 1));
          if (!choice.isEmpty()) {
            literals.add(choice);
          }
        }
      }
      i = end;
    }
    addRun(literals, run);
    return literals;
  }

  private static void addRun(List<List<String>> literals, StringBuilder run) {
    if (!run.isEmpty()) {
      literals.add(List.of(run.toString()));
      run.setLength(0);
    }
  }

  private static int shortest(List<String> choice) {
    return choice.stream().mapToInt(String::length).min().orElse(0);
  }

  /** Literals of which every match of a group contains one; empty if there are none such. */
  private static List<String> choiceOf(String group) {
    List<String> choice = new ArrayList<>();
    for (String branch : alternativesOf(group)) {
      List<List<String>> literals = literalsOf(branch);
      if (literals.isEmpty()) {
        return List.of();
      }
      choice.addAll(
          literals.stream().max(Comparator.comparingInt(TextPattern::shortest)).orElseThrow());
    }
    return List.copyOf(choice);
  }

  /** The end of the item that starts at an index: an escape, a class, a group, or one character. */
  private static int endOfItem(String expression, int start) {
    return switch (expression.charAt(start)) {
      case '\\' -> start + 2;
      case '[' -> expression.indexOf(']', start) + 1;
      case '{' -> expression.indexOf('}', start) + 1;
      case '(' -> {
        int i = start + 1;
        while (expression.charAt(i) != ')') {
          i = endOfItem(expression, i);
        }
        yield i + 1;
      }
      default -> start + 1;
    };
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || " @#=:,;/'\"<>%&_-".indexOf(c) >= 0
        || (c > 0x7f && Character.isLetter(c));
  }
}
