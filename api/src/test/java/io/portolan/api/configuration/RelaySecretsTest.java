package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelaySecretsTest {
  private final RelaySecrets allowed = new RelaySecrets(Optional.of(Path.of("/etc/secrets")));

  @ParameterizedTest
  @ValueSource(strings = {"", "env:PORTOLAN_SECRET_MAILER", "file:/etc/secrets/mailer"})
  void takesWhatIsMeantForRelays(String secretRef) {
    assertThatCode(() -> allowed.check(secretRef)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env:PATH",
        "env:PORTOLAN_DATABASE_PASSWORD",
        "file:/etc/passwd",
        "file:/etc/secrets",
        "file:/etc/secrets/../passwd",
        "file:/etc/secretsandmore/x",
        "file:etc/secrets/x",
      })
  void refusesWhatWouldGiveAwayTheServersFilesAndVariables(String secretRef) {
    assertThatThrownBy(() -> allowed.check(secretRef))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("secretRef");
  }

  @Test
  void takesNoFileWithoutADirectory() {
    assertThatThrownBy(() -> new RelaySecrets(Optional.empty()).check("file:/etc/secrets/mailer"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("secrets.directory is not set");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "::1",
        "[::1]",
        "2130706433",
        "0x7f000001",
        "127.1",
        "localhost",
        "relay.localhost",
        "127.0.0.1."
      })
  void refusesAddressesInPlaceOfNames(String host) {
    assertThatThrownBy(() -> allowed.checkHost(host))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp.example.net", "relay.internal", "3com.example", "mail1"})
  void takesNames(String host) {
    assertThatCode(() -> allowed.checkHost(host)).doesNotThrowAnyException();
  }
}
