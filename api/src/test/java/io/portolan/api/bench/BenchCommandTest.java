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
        "--bytes 100 | --bytes is 100; give 2048 to 1048576",
        "--connections 401 | --connections is 401; give 1 to 400",
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
