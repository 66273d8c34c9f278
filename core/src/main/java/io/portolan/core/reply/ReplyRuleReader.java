package io.portolan.core.reply;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.isp.IspDirectory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads reply rules; every refusal names the file, the line and the column. */
final class ReplyRuleReader {
  static final List<String> COLUMNS =
      List.of("rule", "isp", "phase", "code", "status", "text", "category", "treatment", "sample");

  private static final String ALL_ISPS = "*";
  private static final Pattern CODE = Pattern.compile("[45x][0-9x]{2}");
  private static final Pattern STATUS =
      Pattern.compile("([45x])\\.(\\d{1,3})\\.(\\d{1,3})(?:-(\\d{1,3}))?");

  private ReplyRuleReader() {}

  /**
   * Reads the rules of a table, in its order.
   *
   * @param isps whom rules may be about, besides relays: platforms, for by these live replies are
   *     judged
   */
  static List<ReplyRule> read(CsvTable table, IspDirectory isps) {
    List<ReplyRule> rules = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (CsvRow row : table.rows()) {
      ReplyRule rule = read(row);
      for (String isp : rule.isps()) {
        if (!isp.equals(ReplyClassifier.RELAY)) {
          checkPlatform(row, isp, isps);
        }
      }
      if (!ids.add(rule.id())) {
        throw row.invalid("rule", "\"" + rule.id() + "\" is the name of a rule above.");
      }
      rules.add(rule);
    }
    return rules;
  }

  private static void checkPlatform(CsvRow row, String isp, IspDirectory isps) {
    String platform =
        isps.find(isp)
            .orElseThrow(() -> row.invalid("isp", "\"" + isp + "\" is no ISP of the directory."))
            .platform();
    if (!platform.equals(isp)) {
      throw row.invalid(
          "isp",
          "The mail of \""
              + isp
              + "\" is taken by the servers of \""
              + platform
              + "\", by whose rules their replies are judged, so that this one would never decide."
              + " Write "
              + platform
              + ".");
    }
  }

  private static ReplyRule read(CsvRow row) {
    String id = row.required("rule");
    List<String> isps = row.required("isp").equals(ALL_ISPS) ? List.of() : row.list("isp");
    if (isps.isEmpty() && !row.text("isp").equals(ALL_ISPS)) {
      throw row.invalid("isp", "\"" + row.text("isp") + "\" names no ISP; * stands for all.");
    }
    ReplyRule.Conditions conditions =
        new ReplyRule.Conditions(phases(row), codes(row), statuses(row), text(row));
    if (conditions.codes().isEmpty()
        && conditions.statuses().isEmpty()
        && conditions.text().isEmpty()) {
      throw row.invalid("The rule has neither code nor status nor text.");
    }
    BounceCategory category =
        BounceCategory.of(row.required("category"))
            .orElseThrow(
                () -> row.invalid("category", "\"" + row.text("category") + "\" is no category."));
    return new ReplyRule(
        new RuleDescription(
            id, row.place(), words(row), conditions.text().isPresent(), sample(row)),
        isps,
        conditions,
        category,
        effect(row));
  }

  /** The conditions as a person would say them. */
  private static String words(CsvRow row) {
    List<String> words = new ArrayList<>();
    words.add(row.text("isp").equals(ALL_ISPS) ? "any ISP" : String.join(" or ", row.list("isp")));
    if (!row.text("phase").isEmpty()) {
      words.add("in answer to " + String.join(" or ", row.list("phase")));
    }
    for (String column : List.of("code", "status")) {
      if (!row.text(column).isEmpty()) {
        words.add(column + " " + String.join(" or ", row.list(column)));
      }
    }
    if (!row.text("text").isEmpty()) {
      words.add("text like " + row.text("text"));
    }
    return String.join(", ", words);
  }

  private static SmtpReply sample(CsvRow row) {
    String sample = row.required("sample");
    try {
      SmtpReply reply = SmtpReply.parse(sample.replace("\\n", "\n"));
      if (reply.isTransient() || reply.isPermanent()) {
        return reply;
      }
    } catch (MalformedReplyException e) {
      // said below
    }
    throw row.invalid(
        "sample", "\"" + sample + "\" is no refusal, such as 550 5.1.1 User unknown.");
  }

  private static Set<Phase> phases(CsvRow row) {
    Set<Phase> phases = EnumSet.noneOf(Phase.class);
    for (String item : row.list("phase")) {
      try {
        phases.add(Phase.valueOf(item.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw row.invalid("phase", "\"" + item + "\" is no phase.");
      }
    }
    return phases;
  }

  private static BitSet codes(CsvRow row) {
    BitSet codes = new BitSet();
    for (String item : row.list("code")) {
      if (!CODE.matcher(item).matches()) {
        throw row.invalid(
            "code", "\"" + item + "\" is no reply code of a refusal, such as 550 or 4xx.");
      }
      for (int code = 400; code < 600; code++) {
        if (fits(item, Integer.toString(code))) {
          codes.set(code);
        }
      }
    }
    return codes;
  }

  private static boolean fits(String pattern, String code) {
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) != 'x' && pattern.charAt(i) != code.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static List<ReplyRule.StatusPattern> statuses(CsvRow row) {
    List<ReplyRule.StatusPattern> statuses = new ArrayList<>();
    for (String item : row.list("status")) {
      Matcher parts = STATUS.matcher(item);
      if (!parts.matches()) {
        throw row.invalid(
            "status", "\"" + item + "\" is no status code, such as 5.1.1, x.1.1 or 5.7.606-649.");
      }
      int first = Integer.parseInt(parts.group(3));
      String end = parts.group(4);
      statuses.add(
          new ReplyRule.StatusPattern(
              parts.group(1).equals("x") ? 0 : Integer.parseInt(parts.group(1)),
              Integer.parseInt(parts.group(2)),
              first,
              end == null ? first : Integer.parseInt(end)));
    }
    return statuses;
  }

  private static Optional<TextPattern> text(CsvRow row) {
    String expression = row.text("text");
    if (expression.isEmpty()) {
      return Optional.empty();
    }
    // \S and its like are no letters of the text
    if (expression.replaceAll("\\\\.", "").chars().anyMatch(Character::isUpperCase)) {
      throw row.invalid("text", "Texts are compared in lower case; a capital never matches.");
    }
    try {
      return Optional.of(TextPattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw row.invalid(
          "text",
          "The expression is wrong at character "
              + (e.getIndex() + 1)
              + ": "
              + e.getDescription()
              + ".");
    }
  }

  private static Optional<Classification.Effect> effect(CsvRow row) {
    return switch (row.text("treatment")) {
      case "" -> Optional.empty();
      case "deferral" -> Optional.of(Classification.Effect.DEFERRAL);
      case "reconnect" -> Optional.of(Classification.Effect.RECONNECT);
      default ->
          throw row.invalid(
              "treatment",
              "\"" + row.text("treatment") + "\" is not deferral, reconnect or empty.");
    };
  }
}
