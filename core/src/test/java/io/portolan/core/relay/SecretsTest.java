package io.portolan.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {
  @TempDir private Path folder;

  private final Secrets secrets = new Secrets(Map.of("PASSWORD", "swordfish", "EMPTY", ""));

  @Test
  void readsAnEnvironmentVariable() {
    assertThat(secrets.resolve("env:PASSWORD")).isEqualTo("swordfish");
  }

  @ParameterizedTest
  @CsvSource({"' pass word '", "pässword"})
  void readsAFileWithoutItsLastLineBreak(String password) throws IOException {
    Path file = folder.resolve("password");

    Files.writeString(file, password + "\n");
    assertThat(secrets.resolve("file:" + file)).isEqualTo(password);
    Files.writeString(file, password + "\r\n");
    assertThat(secrets.resolve("file:" + file)).isEqualTo(password);
    Files.writeString(file, password);
    assertThat(secrets.resolve("file:" + file)).isEqualTo(password);
  }

  @Test
  void saysWhichReferenceLeadsNowhere() throws IOException {
    Path huge = folder.resolve("huge");
    Files.write(huge, new byte[70_000]);

    refused("env:NONE", "env:NONE");
    refused("env:EMPTY", "env:EMPTY");
    refused("file:" + folder.resolve("none"), "none");
    refused("file:" + huge, "longer");
  }

  @Test
  void doesNotQuoteWhatIsNoReference() {
    assertThatExceptionOfType(SecretException.class)
        .isThrownBy(() -> secrets.resolve("swordfish"))
        .withMessageNotContaining("swordfish");
  }

  private void refused(String secretRef, String words) {
    assertThatExceptionOfType(SecretException.class)
        .isThrownBy(() -> secrets.resolve(secretRef))
        .withMessageContaining(words);
  }
}
