package io.portolan.sender.feedback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds in a report without fields whom it is about and what it says of each: hosts write addresses
 * at the head of a paragraph, on a line of their own or behind a label, and the reason behind.
 */
final class FreeForm {
  private static final int MOST = 50;
  private static final int LONGEST_BLOCK = 30;
  private static final int MOST_LINES = 60;
  private static final int MOST_WEIGHED = 300;
  private static final int CONTEXT = 200;
  private static final int MOST_WORDS = 6_000;
  private static final int SURE = 4;
  private static final Pattern LABEL =
      Pattern.compile(
          "(?:deliver\\w*|undeliver\\w*|sent|message|mail) to:?\\s*[<\"']?$|(?:^|[\\s(\\[])(?:to|rcpt to|recipient(?:'s)?(?: address)?|recipients|address|for|user|mailbox|account|failed recipient|e-?mail(?: address)?|intended recipient|name|list|following recipients?[^:]{0,60})\\s*(?::|=|is)\\s*[<\"'\\[(]{0,3}(?:(?:smtp|rfc822|mailto)[:;]\\s*)?<?$",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern LABEL_IN_OTHER_LANGUAGES =
      Pattern.compile(
          "(?:收件人|宛先|受信者|받는 ?사람|수신자|получатель|адресат|empfänger|destinataire|destinat[aá]rio|ontvanger)\\s*[:：]?\\s*[<\"'\\[]?$",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  private static final Pattern TYPE =
      Pattern.compile("(?:smtp|rfc822|mailto)[:;]\\s*$", Pattern.CASE_INSENSITIVE);
  private static final Pattern REPLY_HEAD =
      Pattern.compile("\\s*(?:<<< ?)?[45]\\d\\d[ -](?:[45]\\.\\d\\.\\d{1,3} )?<?");
  private static final Pattern OF_OTHERS =
      Pattern.compile(
          "\\b(?:contact|support|help|assist\\w*|question|complain|from|sender|return-path|reply to|write to|inquir\\w*|envelope-from|postmaster|administrator|message-?id|host|subject|forward this)\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern REFUSAL =
      Pattern.compile(
          "\\b[45]\\d\\d\\b|\\b[45]\\.\\d\\.\\d|unknown|not (?:found|exist|listed|deliver|accept)|fail|reject|refus|undeliver|full|quota|disabled|invalid|denied|unable|could ?n.t|cannot|no such|does ?n.t|error|exceed",
          Pattern.CASE_INSENSITIVE);

  private final ReportText report;
  private final Set<String> others;
  private final List<String> lowerLines;

  /** One recipient and the lines that speak of it. */
  record Mention(String address, String words) {}

  /**
   * @param others addresses of the sender and of the reporting host
   */
  FreeForm(ReportText report, Set<String> others) {
    this.report = report;
    this.others = others;
    lowerLines = report.lines().stream().map(line -> line.toLowerCase(Locale.ROOT)).toList();
  }

  /**
   * Whom the report is about.
   *
   * @param named in headers of the mail, such as X-Failed-Recipients; if there are any, it is they
   */
  List<Mention> recipients(List<String> named) {
    Set<String> chosen = new LinkedHashSet<>(named);
    if (chosen.isEmpty()) {
      chosen.addAll(best());
    }
    if (chosen.isEmpty()) {
      report.originalTo().ifPresent(chosen::add);
    }
    List<Mention> mentions = new ArrayList<>();
    for (String address : chosen) {
      if (mentions.size() < MOST) {
        mentions.add(new Mention(address, about(address, chosen)));
      }
    }
    return mentions;
  }

  /** The one that the report is most likely about; empty if it names nobody. */
  String likeliest() {
    List<String> best = best();
    return best.isEmpty() ? report.originalTo().orElse("") : best.getFirst();
  }

  /** The addresses that stand where hosts put a recipient; without such the likeliest one. */
  private List<String> best() {
    Map<String, Integer> scores = new LinkedHashMap<>();
    Optional<String> to = report.originalTo();
    boolean isListed = false;
    int weighed = 0;
    for (String line : report.lines()) {
      for (MailAddresses.Found found : MailAddresses.in(line)) {
        if (++weighed > MOST_WEIGHED) {
          break;
        }
        int score = score(line, found, isListed);
        if (to.isPresent() && to.get().equals(found.address())) {
          score += 2;
        }
        scores.merge(found.address(), score, Math::max);
      }
      isListed = line.stripTrailing().endsWith(":") || (isListed && line.isBlank());
    }
    List<String> sure =
        scores.entrySet().stream()
            .filter(each -> each.getValue() >= SURE)
            .map(Map.Entry::getKey)
            .toList();
    if (!sure.isEmpty()) {
      return sure;
    }
    return scores.entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .max(Map.Entry.comparingByValue())
        .map(each -> List.of(each.getKey()))
        .orElse(List.of());
  }

  private int score(String line, MailAddresses.Found found, boolean isListed) {
    String left = line.substring(Math.max(0, found.start() - CONTEXT), found.start());
    String before = TYPE.matcher(left).replaceFirst("");
    String after = line.substring(found.end(), Math.min(line.length(), found.end() + CONTEXT));
    int score = 0;
    boolean leads = false;
    if (before.chars().allMatch(c -> " \t<\"'>*-.(|[".indexOf(c) >= 0)) {
      String rest = after.stripLeading();
      boolean alone = rest.chars().allMatch(c -> " \t>\"').;:,]".indexOf(c) >= 0);
      leads = rest.startsWith(">:") || rest.startsWith(":") || rest.startsWith("\":");
      score += leads ? 6 : alone ? (isListed ? 6 : 4) : isListed ? 5 : 3;
    } else if (REPLY_HEAD.matcher(before).matches()) {
      score += 5;
    } else if (LABEL.matcher(before).find() || LABEL_IN_OTHER_LANGUAGES.matcher(before).find()) {
      score += 4;
    }
    String lowerBefore = before.toLowerCase(Locale.ROOT);
    if (lowerBefore.contains("rcpt")) {
      score += 4;
    }
    if (REFUSAL.matcher(before).find() || REFUSAL.matcher(after).find()) {
      score += 2;
    }
    if (OF_OTHERS.matcher(before).find()) {
      score -= 4;
    }
    if (others.contains(found.address())) {
      // a host's mail to its own user names nobody else
      score -= leads ? 2 : 6;
    }
    return OriginalReader.isSystem(found.address()) ? score - 4 : score;
  }

  /** The paragraph that an address heads, and other lines that name it with the line behind. */
  private String about(String address, Set<String> all) {
    List<String> lines = report.lines();
    Set<Integer> taken = new TreeSet<>();
    for (int i = 0; i < lines.size() && taken.size() < MOST_LINES; i++) {
      if (!lowerLines.get(i).contains(address)) {
        continue;
      }
      int blanks = 0;
      for (int j = i; j < lines.size() && j < i + LONGEST_BLOCK; j++) {
        if (j > i && namesAnother(lowerLines.get(j), address, all)) {
          break;
        }
        blanks += lines.get(j).isBlank() ? 1 : 0;
        if (blanks > 1 && j > i + 2) {
          break;
        }
        taken.add(j);
      }
    }
    StringBuilder words = new StringBuilder();
    taken.forEach(i -> words.append(lines.get(i).strip()).append(' '));
    words.setLength(Math.min(words.length(), MOST_WORDS));
    return words.toString();
  }

  private static boolean namesAnother(String line, String address, Set<String> all) {
    if (line.contains(address) || line.indexOf('@') < 0) {
      return false;
    }
    return all.stream().anyMatch(each -> !each.equals(address) && line.contains(each));
  }
}
