package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.smtp.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page docs/port-cases.md names what Portolan calls each case, as the system test proves. */
class PortCasesPageTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\| `([^`]+)` \\|(.*)$");
  private static final Pattern VERDICT = Pattern.compile("\\b[a-z0-9]+(?:-[a-z0-9]+)+\\b");

  @Test
  void namesEachCaseAsTheSystemTestDoes() throws IOException {
    assertThat(rows())
        .containsExactly(
            Arrays.stream(PortCase.values())
                .map(each -> each.number() + " " + each.answer())
                .toArray(String[]::new));
  }

  @Test
  void namesVerdictsThatThereAre() throws IOException {
    List<String> verdicts = Arrays.stream(PortVerdict.values()).map(PortVerdict::id).toList();
    var row = ROW.matcher(page());
    while (row.find()) {
      var named = VERDICT.matcher(row.group(3).split("\\|", -1)[1]);
      while (named.find()) {
        assertThat(verdicts).as("case %s", row.group(1)).contains(named.group());
      }
    }
  }

  @Test
  void namesNoKindThatThereIsNot() throws IOException {
    List<String> kinds = Arrays.stream(FailureKind.values()).map(FailureKind::id).toList();
    assertThat(
            rows().stream()
                .map(row -> row.split(" ", 2)[1])
                .filter(answer -> answer.matches("[a-z-]+")))
        .isSubsetOf(kinds);
  }

  private static List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    var row = ROW.matcher(page());
    while (row.find()) {
      rows.add(row.group(1) + " " + row.group(2));
    }
    return rows;
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/port-cases.md"));
  }
}
