package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The scores on a labelled corpus, as its own program computes them, held to the goals. */
@Tag("system")
class CorpusScoreTest {
  private static final Set<String> POSITIVE = Set.of("bounce", "delay");

  private final Map<String, Score> scores = new LinkedHashMap<>();

  /** A share. */
  private static final class Score {
    private int right;
    private int all;

    void add(boolean isRight) {
      right += isRight ? 1 : 0;
      all++;
    }

    double share() {
      return all == 0 ? 0 : (double) right / all;
    }
  }

  @Test
  void readsTheMailsOfTheCorpusWellEnough() {
    Path corpus = BounceCorpus.required();
    FeedbackReader reader = new FeedbackReader(ReplyClassifier.builtIn(), IspDirectory.builtIn());
    Map<String, Score> families = new TreeMap<>();
    BounceCorpus.labels(corpus)
        .forEach(
            (file, rows) ->
                score(reader.read(BounceCorpus.bytes(corpus.resolve(file))), rows, families));
    double byFamily = families.values().stream().mapToDouble(Score::share).average().orElse(0);

    scores.forEach(
        (name, score) ->
            System.out.printf("%-28s %d/%d = %.3f%n", name, score.right, score.all, score.share()));
    System.out.printf("%-28s %.3f%n", "category by family", byFamily);
    assertThat(share("recall")).isGreaterThanOrEqualTo(0.985);
    assertThat(share("precision")).isGreaterThanOrEqualTo(0.98);
    assertThat(share("delay from failure")).isEqualTo(1.0);
    assertThat(share("recipient")).isGreaterThanOrEqualTo(0.97);
    assertThat(share("status")).isGreaterThanOrEqualTo(0.95);
    assertThat(share("category strict")).isGreaterThanOrEqualTo(0.88);
    assertThat(share("category lenient")).isGreaterThanOrEqualTo(0.94);
    assertThat(byFamily).isGreaterThanOrEqualTo(0.85);
    assertThat(share("hard")).isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void classifiesTheRepliesOfTheCorpusWellEnough() throws MalformedReplyException {
    Path corpus = BounceCorpus.required();
    ReplyClassifier classifier = ReplyClassifier.builtIn();
    for (CsvRow row :
        CsvTable.file(corpus.resolve("replies.csv"), List.of("reply", "category")).rows()) {
      SmtpReply reply = SmtpReply.parse(row.text("reply").replace("\\n", "\n"));
      String found =
          classifier.classify(reply, phase(row.text("smtp_command")), "other").category().id();
      String sort = row.text("synthetic").equals("1") ? "made up " : "real ";
      score(sort + "strict").add(found.equals(row.text("category")));
      score(sort + "lenient").add(accepted(row, "category", "category_alt").test(found));
    }
    scores.forEach(
        (name, score) ->
            System.out.printf(
                "replies %-20s %d/%d = %.3f%n", name, score.right, score.all, score.share()));
    assertThat(share("real strict")).isGreaterThanOrEqualTo(0.85);
  }

  private void score(Feedback found, List<CsvRow> rows, Map<String, Score> families) {
    Set<String> kinds = rows.stream().map(row -> row.text("kind")).collect(Collectors.toSet());
    boolean isPositive = kinds.stream().anyMatch(POSITIVE::contains);
    boolean isFound = POSITIVE.contains(found.kind().id());
    if (isFound) {
      score("precision").add(isPositive);
    }
    score("type").add(kinds.contains(kind(found)));
    if (isPositive) {
      score("recall").add(isFound);
      score("delay from failure").add(kinds.contains(kind(found)));
    }
    for (CsvRow row : rows) {
      if (!row.text("kind").equals("none")) {
        score(found, row, rows.size() == 1, families);
      }
    }
  }

  /** The corpus files opt-outs that come as reports with the complaints. */
  private static String kind(Feedback found) {
    return found.kind() == FeedbackKind.UNSUBSCRIBE ? "complaint" : found.kind().id();
  }

  private void score(Feedback found, CsvRow row, boolean isOnly, Map<String, Score> families) {
    Predicate<String> isIt = accepted(row, "recipient", "recipient_alt");
    Optional<ReportedRecipient> named =
        found.recipients().stream().filter(each -> isIt.test(each.address())).findFirst();
    if (row.text("score_recipient").equals("1")) {
      score("recipient").add(named.isPresent());
    }
    Optional<ReportedRecipient.Verdict> verdict =
        named
            .or(
                () ->
                    isOnly && found.recipients().size() == 1
                        ? Optional.of(found.recipients().getFirst())
                        : Optional.empty())
            .flatMap(ReportedRecipient::verdict);
    if (row.text("score_status").equals("1")) {
      score("status")
          .add(
              verdict
                  .flatMap(ReportedRecipient.Verdict::status)
                  .filter(status -> status.toString().equals(row.text("status")))
                  .isPresent());
    }
    if (row.text("score_replycode").equals("1")) {
      score("reply code")
          .add(
              verdict
                  .filter(
                      it ->
                          it.replyCode().isPresent()
                              && it.replyCode().getAsInt()
                                  == Integer.parseInt(row.text("replycode")))
                  .isPresent());
    }
    if (POSITIVE.contains(row.text("kind")) && !row.text("category").equals("unknown")) {
      String category = verdict.map(it -> it.category().id()).orElse("");
      boolean isRight = category.equals(row.text("category"));
      score("category strict").add(isRight);
      score("category lenient").add(accepted(row, "category", "category_alt").test(category));
      families.computeIfAbsent(row.text("family"), _ -> new Score()).add(isRight);
    }
    if (POSITIVE.contains(row.text("kind")) && row.text("score_hard").equals("1")) {
      score("hard")
          .add(
              verdict
                  .filter(
                      it -> (it.hardness() == Hardness.HARD) == row.text("hardbounce").equals("1"))
                  .isPresent());
    }
  }

  private static Predicate<String> accepted(CsvRow row, String column, String alternatives) {
    return value ->
        !value.isEmpty()
            && (value.equals(row.text(column))
                || Arrays.asList(row.text(alternatives).split(";", -1)).contains(value));
  }

  private static Phase phase(String command) {
    return switch (command) {
      case "MAIL" -> Phase.MAIL;
      case "EHLO", "HELO" -> Phase.EHLO;
      case "DATA" -> Phase.DOT;
      default -> Phase.RCPT;
    };
  }

  private Score score(String name) {
    return scores.computeIfAbsent(name, _ -> new Score());
  }

  private double share(String name) {
    return score(name).share();
  }
}
