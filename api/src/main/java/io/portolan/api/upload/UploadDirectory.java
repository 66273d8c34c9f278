package io.portolan.api.upload;

import io.portolan.api.configuration.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where uploads stand while they are read: a directory of this process below the configured one.
 * What earlier processes of this machine left there is removed when it is opened. Thread-safe.
 */
public final class UploadDirectory implements AutoCloseable {
  private final Path own;

  private UploadDirectory(Path own) {
    this.own = own;
  }

  /**
   * Makes a directory for this process and removes those of processes that have ended.
   *
   * @throws ConfigurationException if that cannot be; the message names the setting
   */
  public static UploadDirectory open(Path root) {
    try {
      Files.createDirectories(root);
      for (Path entry : entries(root)) {
        if (isLeftOver(entry)) {
          deleteTree(entry);
        }
      }
      return new UploadDirectory(
          Files.createTempDirectory(root, ProcessHandle.current().pid() + "-"));
    } catch (IOException | UncheckedIOException e) {
      throw new ConfigurationException(
          "http.upload-directory: \"" + root + "\" cannot be used: " + e + ".");
    }
  }

  public Path path() {
    return own;
  }

  /** An empty file; whoever asked for it deletes it. */
  public Path newFile(String suffix) throws IOException {
    return Files.createTempFile(own, "", suffix);
  }

  @Override
  public void close() {
    try {
      deleteTree(own);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLeftOver(Path entry) throws IOException {
    String name = String.valueOf(entry.getFileName());
    if (!name.matches("\\d{1,18}-.*")) {
      return false; // none of ours
    }
    long pid = Long.parseLong(name.substring(0, name.indexOf('-')));
    ProcessHandle self = ProcessHandle.current();
    if (pid != self.pid()) {
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
    }
    // in a container each run has the same number
    Optional<Instant> start = self.info().startInstant();
    return start.isPresent()
        && Files.getLastModifiedTime(entry).toInstant().isBefore(start.get().minusSeconds(1));
  }

  private static void deleteTree(Path top) throws IOException {
    try (Stream<Path> tree = Files.walk(top)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private static List<Path> entries(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    }
  }
}
