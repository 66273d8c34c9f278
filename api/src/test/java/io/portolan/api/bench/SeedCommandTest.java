package io.portolan.api.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.cli.PortolanCommand;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code portolan bench seed} on a database that the configuration names. */
class SeedCommandTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private Path directory;

  private String said = "";

  @Test
  void fillsAnEmptyDatabaseAndTouchesOneWithCampaignsByConsentAlone() throws IOException {
    assertThat(seed("--attempts", "3000", "--campaigns", "2", "--days", "2")).isZero();
    assertThat(said).contains("Filling jdbc:postgresql:", "None of it was sent.", "Made 3,000");
    assertThat(attempts()).isEqualTo(3_000);

    assertThat(seed("--attempts", "1000")).isEqualTo(1);
    assertThat(said).contains("has campaigns", "Nothing was changed", "--among-campaigns");
    assertThat(attempts()).isEqualTo(3_000);

    assertThat(seed("--attempts", "1000", "--campaigns", "1", "--among-campaigns")).isZero();
    assertThat(attempts()).isEqualTo(4_000);

    assertThat(seed("--attempts", "5", "--campaigns", "6")).isEqualTo(2);
    assertThat(said).contains("--campaigns is 6; give 1 to 5");
  }

  private static long attempts() {
    return database.number("SELECT count(*) FROM attempt");
  }

  private int seed(String... options) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("portolan.yaml"),
            "database:\n  url: \"%s\"\n  username: \"%s\"\n"
                .formatted(database.settings().jdbcUrl(), database.settings().username()));
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("bench", "seed", "--config", file.toString()));
    arguments.addAll(List.of(options));
    int code =
        PortolanCommand.commandLine(new BenchCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments.toArray(String[]::new));
    said = out.toString();
    return code;
  }
}
