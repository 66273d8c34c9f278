package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlTargetsTest {
  @TempDir private Path directory;

  @Test
  void judgesEachPortThatMailTakesByThreeOperatorsOrMore() {
    ControlTargets targets = ControlTargets.builtIn();

    assertThat(targets.ports()).containsExactly(25, 465, 587, 2525);
    assertThat(targets.ports())
        .allSatisfy(
            port ->
                assertThat(targets.mail())
                    .filteredOn(target -> target.port() == port)
                    .extracting(ProbeTarget::operator)
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThanOrEqualTo(3));
    assertThat(targets.positive()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a;a.test;0;starttls, 'line 2, column port'",
    "a;a.test;587;opportunistic, 'line 2, column tls'",
    "a;;587;starttls, 'line 2, column host'",
    "a;a.test;587;starttls, needs a row with tls none"
  })
  void refusesAFileThatIsNotRightNamingThePlace(String row, String place) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("controls.csv"),
            "operator,host,port,tls\n" + row.replace(';', ',') + "\n");

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> ControlTargets.file(file))
        .satisfies(
            refused ->
                assertThat(refused.problems().toString()).contains("controls.csv").contains(place));
  }
}
