package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReferenceTest {
  /** Surefire runs in the module's directory. */
  private static final Path DOCS = Path.of("..", "docs");

  @TempDir private Path directory;

  @Test
  void isWhatTheDocumentsSay() throws IOException {
    assertThat(DOCS.resolve("portolan.yaml"))
        .as("make it anew: ./portolan config > docs/portolan.yaml")
        .hasContent(ConfigurationReference.yaml());
    assertThat(DOCS.resolve("configuration.md"))
        .as("make it anew: ./portolan config --markdown > docs/configuration.md")
        .hasContent(ConfigurationReference.markdown());
  }

  @Test
  void printsAFileThatReadsAsTheDefaults() throws IOException {
    assertThat(read(ConfigurationReference.yaml())).isEqualTo(Configuration.defaults(Map.of()));
  }

  @Test
  void printsExamplesThatCanBeRead() throws IOException {
    String examples =
        ConfigurationReference.yaml()
            .lines()
            .filter(
                line ->
                    line.matches("# (relays:|dkim:|mailboxes:|webhooks:|reputation-limits:|  .*)"))
            .map(line -> line.substring(2) + "\n")
            .collect(Collectors.joining());

    Configuration configuration = read(examples);

    assertThat(configuration.relays()).hasSize(1);
    assertThat(configuration.dkim()).as("both keys of one domain").hasSize(2);
    assertThat(configuration.intake().mailboxes()).hasSize(1);
    assertThat(configuration.intake().webhooks()).hasSize(1);
    assertThat(configuration.reputationLimits().find("gmx-complaints")).isPresent();
  }

  private Configuration read(String yaml) throws IOException {
    return Configuration.read(
        Files.writeString(directory.resolve("portolan.yaml"), yaml), Map.of());
  }
}
