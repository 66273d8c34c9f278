package io.portolan.core.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables of docs/bounces.md say what is done about each kind and each category. */
class BouncesPageTest {
  @Test
  void saysOfEveryCategoryWhatIsDone() throws IOException {
    assertThat(rows("| category | action | suppress after |"))
        .containsExactlyElementsOf(
            Arrays.stream(BounceCategory.values())
                .map(
                    each ->
                        List.of(
                            quoted(each.id()),
                            quoted(each.action().id()),
                            each.suppressAfter().isPresent()
                                ? "" + each.suppressAfter().getAsInt()
                                : "-"))
                .toList());
  }

  @Test
  void saysOfEveryKindWhatIsDone() throws IOException {
    assertThat(rows("| kind | what it is | action |"))
        .extracting(row -> List.of(row.getFirst(), row.getLast()))
        .containsExactlyElementsOf(
            Arrays.stream(FeedbackKind.values())
                .map(
                    each ->
                        List.of(
                            quoted(each.id()),
                            each == FeedbackKind.BOUNCE
                                ? "by category"
                                : quoted(each.action().id())))
                .toList());
  }

  @Test
  void saysWhatEveryActionMeans() throws IOException {
    assertThat(Action.values())
        .allSatisfy(each -> assertThat(page()).contains("`" + each.id() + "`:"));
  }

  /** The cells of the table under a head. */
  private static List<List<String>> rows(String head) throws IOException {
    return page()
        .lines()
        .dropWhile(line -> !line.equals(head))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(
            line ->
                Arrays.stream(line.substring(1).split("\\|", -1))
                    .map(String::strip)
                    .filter(cell -> !cell.isEmpty())
                    .toList())
        .toList();
  }

  private static String quoted(String id) {
    return "`" + id + "`";
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/bounces.md"));
  }
}
