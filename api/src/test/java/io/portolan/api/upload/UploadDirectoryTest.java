package io.portolan.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadDirectoryTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  @TempDir private Path root;

  @Test
  void removesWhatRunsThatWereKilledLeft() throws IOException {
    Path ofDead = Files.createDirectory(root.resolve("999999999-a"));
    Files.writeString(ofDead.resolve("upload.csv"), "email\n");
    Path ofSameNumber = Files.createDirectory(root.resolve(ProcessHandle.current().pid() + "-b"));
    Files.setLastModifiedTime(ofSameNumber, LONG_AGO);
    Path ofLiving = Files.createDirectory(root.resolve("1-c"));
    Path ofOthers = Files.createDirectory(root.resolve("mine"));

    try (UploadDirectory uploads = UploadDirectory.open(root)) {
      assertThat(root)
          .isDirectoryContaining(path -> path.equals(uploads.path()))
          .isDirectoryContaining(path -> path.equals(ofLiving))
          .isDirectoryContaining(path -> path.equals(ofOthers));
      assertThat(ofDead).doesNotExist();
      assertThat(ofSameNumber).doesNotExist();
    }
  }

  @Test
  void leavesNothingBehindWhenClosed() throws IOException {
    UploadDirectory uploads = UploadDirectory.open(root.resolve("a/b"));
    Files.writeString(uploads.newFile(".csv"), "email\n");

    uploads.close();

    assertThat(root.resolve("a/b")).isEmptyDirectory();
  }

  @Test
  void saysWhichSettingIsWrong() throws IOException {
    Path file = Files.createFile(root.resolve("file"));

    assertThatThrownBy(() -> UploadDirectory.open(file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("http.upload-directory");
  }
}
