package io.portolan.api.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TemporaryHomeTest {
  @Test
  void endsTheProcessesThatWorkInItOrWereToldOfItAndNoOthers() throws Exception {
    TemporaryHome home = TemporaryHome.create("test");
    Process stranger = started(Path.of("/"), "sleep 600");
    Process within = started(home.directory(), "sleep 600");
    Process told = started(Path.of("/"), "sleep 600 # " + home.directory());
    try {
      home.close();

      assertThat(home.directory()).doesNotExist();
      assertThat(within.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(told.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
      within.destroyForcibly();
      told.destroyForcibly();
    }
  }

  private static Process started(Path directory, String script) throws Exception {
    // with another command behind, so that the shell stays and its arguments with it
    return new ProcessBuilder("sh", "-c", script + "\ntrue").directory(directory.toFile()).start();
  }
}
