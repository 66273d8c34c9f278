package io.portolan.api.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.bench.BenchCommand;
import io.portolan.api.goals.Goal.Verdict;
import io.portolan.api.sink.OwnProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GoalsTest {
  @Test
  void everyCommandIsUnderstood() {
    for (Goal goal : Goals.ALL) {
      for (Goal.Run run : goal.runs()) {
        List<String> arguments = new ArrayList<>(run.arguments());
        arguments.add("--json");
        assertThatCode(
                () ->
                    new CommandLine(new BenchCommand()).parseArgs(arguments.toArray(String[]::new)))
            .as(run.command())
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void benchesOfTheirOwnHaveTheLaunchersOptions() throws IOException {
    assertThat(Files.readString(Path.of("..", "portolan")))
        .contains(String.join(" ", OwnProcess.LAUNCHER_OPTIONS));
  }

  @Test
  void everyCommandStandsInTheTableOfGoals() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "performance.md"));

    for (Goal goal : Goals.ALL) {
      assertThat(page).contains("| `" + goal.name() + "` |");
      for (Goal.Run run : goal.runs()) {
        assertThat(page).contains("`./portolan bench " + String.join(" ", run.arguments()) + "`");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exchange | {'messagesPerSecond': 15000, 'ratios': {'smtpSource': 1.5}} | true",
        "exchange | {'messagesPerSecond': 15000, 'ratios': {'smtpSource': 1.49}} | false",
        "exchange | {'messagesPerSecond': 15000, 'ratios': {'smtpSource': null}} |",
        "compose | {'ratios': {'rsaSign': 0.75}} | true",
        "compose | {'ratios': {'rsaSign': 0.74}} | false",
        "unsigned | {'ratios': {'smtpSource': 0.6, 'postfixQueue': 12}} | true",
        "unsigned | {'ratios': {'smtpSource': 0.6, 'postfixQueue': 11}} | false",
        "unsigned | {'ratios': {'smtpSource': 0.6, 'postfixQueue': null}} |",
        "signed | {'ratios': {'rsaSign': 0.5, 'postfixQueue': 5}} | true",
        "signed | {'ratios': {'rsaSign': 0.4, 'postfixQueue': 5}} | false",
        "large | {'messagesPerSecond': 1500} | true",
        "large | {'messagesPerSecond': 1499} | false",
        "distance | {'messagesPerSecond': 15.9} | false",
        "import | {'rowsPerSecond': 150000} | true",
        "import | {'rowsPerSecond': 149999} | false",
        "start | {'median': 6.0} | true",
        "start | {'median': 6.001} | false"
      })
  void aGoalIsHeldFromItsFigureOn(String name, String report, Boolean held)
      throws JsonProcessingException {
    assertThat(goal(name).judge().of(List.of(json(report))).held())
        .isEqualTo(Optional.ofNullable(held));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exchange | {'messagesPerSecond': 9.9, 'ratios': {'smtpSource': 1.4999}} | 1.49 x (9/s)",
        "distance | {'messagesPerSecond': 15.99} | 15.9/s",
        "distance | {'messagesPerSecond': 16} | 16.0/s",
        "import | {'rowsPerSecond': 149999.9} | 149,999 rows/s",
        "start | {'median': 6.0001} | 6.01 s",
        "start | {'median': 6.0} | 6.00 s"
      })
  void aFigureThatMissesItsGoalDoesNotReadLikeIt(String name, String report, String figure)
      throws JsonProcessingException {
    assertThat(goal(name).judge().of(List.of(json(report))).figure()).isEqualTo(figure);
  }

  @ParameterizedTest
  @CsvSource({
    "200, 100, 110, 512, 1.3, true",
    "200, 100, 112, 512, 1.3, false",
    "100, 200, 112, 512, 1.3, false",
    "200, 100, 100, 513, 1.3, false",
    "200, 100, 100, 512, 1.31, false"
  })
  void aMillionIsHeldAgainstTheCheaperOfFewer(
      int tenThousand, int hundredThousand, int cpu, int mib, double bloat, boolean held)
      throws JsonProcessingException {
    JsonNode many =
        json(
            "{'cpuMicrosPerMessage': {'portolan': %d, 'postgresql': 40}, 'heapLimitBytes': %d, 'databaseBloat': %s}"
                .formatted(cpu - 40, mib * 1024L * 1024, bloat));

    Verdict verdict =
        goal("million").judge().of(List.of(costing(tenThousand), costing(hundredThousand), many));

    assertThat(verdict.held()).as(verdict.figure()).hasValue(held);
  }

  private static JsonNode costing(int cpu) throws JsonProcessingException {
    return json("{'cpuMicrosPerMessage': {'portolan': %d, 'postgresql': 40}}".formatted(cpu - 40));
  }

  @Test
  void dividesNumbersOfMessagesAloneAndNeverToNone() {
    assertThat(
            GoalsCommand.divided(
                Arrays.asList("send --recipients 1500 --warm-up 10 --rtt 50".split(" ", -1)), 1000))
        .containsExactly("send", "--recipients", "2", "--warm-up", "1", "--rtt", "50");
  }

  @Test
  void runsABenchInAJvmOfItsOwnAndSaysWhetherItsGoalIsHeld() {
    StringWriter said = new StringWriter();
    StringWriter commands = new StringWriter();

    int exitCode =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(commands))
            .execute("goals", "--only", "import", "--divide-by", "1000");

    assertThat(commands.toString()).contains("./portolan bench import --rows 1000 --warm-up 300");
    assertThat(said.toString()).contains("import", "goal   150,000 rows/s", "rows/s");
    assertThat(exitCode).isEqualTo(said.toString().startsWith("held") ? 0 : 1);
  }

  private static Goal goal(String name) {
    return Goals.ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }
}
