package io.portolan.api.feedback;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.sender.feedback.FeedbackReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The mails below a directory: every file {@code *.eml}, in the order of their names. */
final class MailDirectory {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final FeedbackReader reader;
  private final List<Path> files = new ArrayList<>();
  private int unreadable;

  MailDirectory(Path directory, FeedbackReader reader) {
    this.directory = directory;
    this.reader = reader;
  }

  /**
   * Prints what each mail says, a JSON line a mail, and names what cannot be read; a mail among
   * that has a line too, which says that nothing was found in it.
   *
   * @return how much cannot be read
   * @throws IOException if the directory itself cannot be read
   */
  int read(PrintWriter out, PrintWriter err) throws IOException {
    find(err);
    boolean isNamed = directory.toAbsolutePath().normalize().endsWith("mails");
    for (Path file : files) {
      String name = directory.relativize(file).toString();
      out.println(JSON.writeValueAsString(prediction(file, isNamed ? "mails/" + name : name, err)));
    }
    return unreadable;
  }

  private void find(PrintWriter err) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".eml")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(directory)) {
              throw e;
            }
            tell(file, e, err);
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(files);
  }

  private Predictions prediction(Path file, String name, PrintWriter err) {
    try {
      return Predictions.of(name, reader.read(Files.readAllBytes(file)));
    } catch (IOException e) {
      tell(file, e, err);
      return new Predictions(name, FeedbackKind.NONE.id(), List.of());
    }
  }

  private void tell(Path file, IOException e, PrintWriter err) {
    unreadable++;
    err.println(file + " cannot be read, and counts as a mail that says nothing: " + e);
  }
}
