package io.portolan.sender.intake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory in which mail for people is kept, one file a mail, to be read by any mail program and
 * removed by whoever read it. Holds at most {@value #MOST} files. Thread-safe.
 */
public final class PeopleMail {
  static final int MOST = 1_000;
  private static final String SUFFIX = ".eml";

  private final Path directory;

  /**
   * @param directory made if missing
   */
  public PeopleMail(Path directory) {
    this.directory = directory;
  }

  /**
   * Keeps a mail; when this returns true, it is on the disk.
   *
   * @return whether there was room
   * @throws IOException if the directory takes nothing
   */
  public synchronized boolean keep(byte[] mail, String sender, String recipient)
      throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(MailIntake.key(mail, Optional.of(recipient)) + SUFFIX);
    if (Files.exists(file)) {
      return true;
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.limit(MOST).count() >= MOST) {
        return false;
      }
    }
    Path part = directory.resolve(file.getFileName() + ".part");
    String head =
        "Return-Path: <"
            + printable(sender)
            + ">\r\nDelivered-To: "
            + printable(recipient)
            + "\r\n";
    try (FileChannel out =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      write(out, head.getBytes(StandardCharsets.UTF_8));
      write(out, mail);
      out.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    // the name is on the disk when its directory is
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
    return true;
  }

  private static void write(FileChannel out, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  private static String printable(String address) {
    return address.replaceAll("[\\p{Cntrl}]", "?");
  }
}
