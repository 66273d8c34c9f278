package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private static final int WRONGLY_CALLED = 2;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--recipients 0 | --recipients is 0; give 1 to 5000000",
        "--recipients many | Invalid value for option '--recipients': 'many' is not an int",
        "send --recipients 5000001 | --recipients is 5000001; give 1 to 5000000",
        "send --warm-up -1 | --warm-up is -1; give 0 to 5000000",
        "--size 100 | --size is 100; give 2048 to 1048576",
        "--bytes 100 | --size is 100; give 2048 to 1048576",
        "send --sink devnull | --sink is \"devnull\"; give smtp-sink or internal",
        "send --rtt 2001 | --rtt is 2001; give 0 to 2000",
        "--connections 401 | --connections is 401; give 1 to 400",
        "send --profile /nowhere/at.jfr | --profile is \"/nowhere/at.jfr\", where no file can be"
            + " written; give another",
        "import --rows 0 | --rows is 0; give 1 to 10000000",
        "start --runs 51 | --runs is 51; give 1 to 50",
        "goals --divide-by 0 | --divide-by is 0; give 1 to 10000",
        "goals --only start,fast | --only is \"fast\", which is no goal; there are exchange,"
            + " compose, unsigned, signed, large, distance, million, import, start",
        "exchange --messages 0 | --messages is 0; give 1 to 50000000",
        "exchange --sink smtpsink | --sink is \"smtpsink\"; give smtp-sink or internal",
        "exchange --recipients 5 | Unknown options: '--recipients', '5'",
        "--limits some | --limits is \"some\"; give none, usual or all",
        "--signd | Unknown option: '--signd'"
      })
  void refusesBadOptionsInOneSentence(String options, String message) {
    StringWriter said = new StringWriter();

    int exitCode =
        new CommandLine(new BenchCommand())
            .setErr(new PrintWriter(said))
            .execute(options.split(" ", -1));

    assertThat(exitCode).isEqualTo(WRONGLY_CALLED);
    assertThat(said.toString().lines().findFirst()).hasValue(message);
  }

  @Test
  void progressFitsATerminalOf80Columns() {
    String line = BenchScreen.line("importing", 4_999_999, 5_000_000, Duration.ofDays(1));

    assertThat(line).hasSizeLessThan(80).contains("100.0 %", "4,999,999 of 5,000,000", "s left");
  }
}
