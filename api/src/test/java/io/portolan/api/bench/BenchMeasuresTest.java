package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.sink.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchMeasuresTest {
  @TempDir Path directory;

  @Test
  void signaturesAreReadFromWhatOpensslPrints() {
    String output =
        """
        Got: +F2:2:2048:3163.000000:48173.000000 from 0
                          sign    verify    sign/s verify/s
        rsa 2048 bits 0.000140s 0.000009s   7159.0 113706.0
        """;

    assertThat(MachineLimits.signatures(output)).hasValue(7159.0);
    assertThat(MachineLimits.signatures("no such command")).isEmpty();
  }

  @Test
  void programsAreFoundOnThePath() throws IOException {
    Path program = Files.createFile(directory.resolve("probe"));

    assertThat(Tools.find("probe", directory.toString())).isEmpty();
    assertThat(program.toFile().setExecutable(true)).isTrue();
    assertThat(Tools.find("probe", "/nowhere:" + directory)).hasValue(program);
  }

  @Test
  void recipientsAreAsManyAsWantedAndDifferent() throws IOException {
    Path csv = directory.resolve("recipients.csv");
    BenchNetwork network = new BenchNetwork(20);

    BenchRecipients.write(csv, 1_000, network.domains());

    List<String> lines = Files.readAllLines(csv);
    Set<String> addresses =
        lines.stream()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(',')))
            .collect(Collectors.toSet());
    assertThat(lines).hasSize(1_001);
    assertThat(addresses).hasSize(1_000);
    assertThat(addresses.stream().map(address -> address.substring(address.indexOf('@') + 1)))
        .isSubsetOf(network.domains());
  }

  @Test
  void connectionsAreSharedOutAmongTheIsps() {
    assertThat(new BenchNetwork(3).domains()).hasSize(3);
    assertThat(
            new BenchNetwork(10)
                .policy().rules().stream().flatMap(rule -> rule.limits().connections().stream()))
        .containsExactly(3, 3, 2, 2);
  }
}
