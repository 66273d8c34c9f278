package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A corpus of labelled bounces: {@code labels.csv}, {@code replies.csv}, {@code mails}. It is where
 * {@code PORTOLAN_TEST_BOUNCE_CORPUS} says, or else beside the repository. System tests fail
 * without it.
 */
final class BounceCorpus {
  private static final String VARIABLE = "PORTOLAN_TEST_BOUNCE_CORPUS";

  private BounceCorpus() {}

  /** The corpus' directory, which must be there: its tests are system tests. */
  static Path required() {
    Path directory = directory();
    assertThat(directory.resolve("labels.csv")).as(VARIABLE).isRegularFile();
    return directory;
  }

  static Path directory() {
    String named = System.getenv(VARIABLE);
    return named == null ? Path.of("../../shared/data/bounces/dev") : Path.of(named);
  }

  /** The rows of the labels by file, in their order. */
  static Map<String, List<CsvRow>> labels(Path corpus) {
    Map<String, List<CsvRow>> labels = new LinkedHashMap<>();
    for (CsvRow row : CsvTable.file(corpus.resolve("labels.csv"), List.of("file", "kind")).rows()) {
      labels.computeIfAbsent(row.text("file"), _ -> new ArrayList<>()).add(row);
    }
    return labels;
  }

  /** All mails, or none where there is no corpus. */
  static List<byte[]> mails() {
    Path mails = directory().resolve("mails");
    if (!Files.isDirectory(mails)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(mails)) {
      return files.sorted().map(BounceCorpus::bytes).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
