package io.portolan.api.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.DatabaseConfiguration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.core.access.ApiKey;
import io.portolan.core.access.ApiKeyStore;
import io.portolan.core.access.Role;
import io.portolan.core.relay.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {
  private static final Secrets SECRETS = new Secrets(Map.of());

  @TempDir Path folder;

  @Test
  void belongsToOneProcessInASessionOfItsOwn() throws Exception {
    Path directory = folder.resolve("postgres");
    DatabaseConfiguration configuration =
        Configuration.defaults(Map.of("PORTOLAN_DATABASE_DIRECTORY", directory.toString()))
            .database();
    try (ConfiguredDatabase server = ConfiguredDatabase.start(configuration, SECRETS, "node")) {
      assertThat(postmaster(directory).parent().map(ProcessHandle::pid))
          .as("a Ctrl-C for this process must not reach the server")
          .isNotEqualTo(Optional.of(ProcessHandle.current().pid()));

      assertThatThrownBy(() -> ConfiguredDatabase.start(configuration, SECRETS, "node"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("another Portolan is running on this directory");
      assertThat(postmaster(directory).isAlive()).isTrue();

      Path stale = Files.createDirectories(folder.resolve("stale"));
      Files.copy(directory.resolve("postmaster.pid"), stale.resolve("postmaster.pid"));
      assertThat(EmbeddedDatabase.postmaster(stale))
          .as("the server of another directory is no business of this one")
          .isEmpty();

      ApiKey.Created made;
      try (ConfiguredDatabase joined = ConfiguredDatabase.join(configuration, SECRETS)) {
        made =
            new ApiKeyStore(joined.database(), InstantSource.system())
                .create("recovered", Role.ADMIN);
      }
      assertThat(
              new ApiKeyStore(server.database(), InstantSource.system())
                  .authenticate(made.secret()))
          .contains(made.key());
    }

    assertThat(directory.resolve("postmaster.pid")).doesNotExist();
    // as a crash leaves it, and the number has been given to another process since
    Files.writeString(
        directory.resolve("postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + directory + "\n1\n5432\n\nlocalhost\n0 0\nready\n");
    try (ConfiguredDatabase again = ConfiguredDatabase.join(configuration, SECRETS)) {
      assertThat(new ApiKeyStore(again.database(), InstantSource.system()).list()).hasSize(1);
    }
  }

  private static ProcessHandle postmaster(Path directory) throws Exception {
    long pid = Long.parseLong(Files.readAllLines(directory.resolve("postmaster.pid")).getFirst());
    return ProcessHandle.of(pid).orElseThrow();
  }
}
