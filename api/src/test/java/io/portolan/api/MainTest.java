package io.portolan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  @Test
  void everyCommandExplainsItself() {
    assertThat(all(Main.commandLine()))
        .hasSizeGreaterThan(30)
        .allSatisfy(
            command -> {
              assertThat(command.getUsageMessage()).contains("--help");
              assertThat(command.parseArgs("--help").isUsageHelpRequested()).isTrue();
            });
  }

  private static Stream<CommandLine> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream()
            .filter(each -> !each.getCommandName().equals("help"))
            .flatMap(MainTest::all));
  }
}
