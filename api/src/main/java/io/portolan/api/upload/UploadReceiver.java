package io.portolan.api.upload;

import io.portolan.api.upload.UploadException.Reason;
import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;

/**
 * Writes uploads into files, as they are or out of multipart forms. An upload is bounded in size
 * and in time, and so is the number of those that are received at once: each may fill the disk.
 * Thread-safe.
 */
public final class UploadReceiver {
  private static final int MOST_AT_ONCE = 8;

  /** An upload may take this long, and longer by what it brings at the slowest line's rate. */
  private static final Duration FIRST = Duration.ofSeconds(60);

  private static final long SLOWEST_BYTES_PER_SECOND = 4 * 1024;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final String FORM = "multipart/form-data";
  private static final String NAMELESS = "upload.csv";
  private static final long MOST_BESIDE_THE_FILE = 4L * 1024 * 1024;
  private static final long MOST_IN_MEMORY = 64 * 1024;

  private final Path directory;
  private final long maxBytes;
  private final LongSupplier nanoTime;
  private final Semaphore free = new Semaphore(MOST_AT_ONCE);

  /**
   * @param directory for the parts of forms while they come in
   * @param maxBytes of one file
   */
  public UploadReceiver(Path directory, long maxBytes) {
    this(directory, maxBytes, System::nanoTime);
  }

  UploadReceiver(Path directory, long maxBytes, LongSupplier nanoTime) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.nanoTime = nanoTime;
  }

  /**
   * Writes an upload into a file.
   *
   * @return the name under which it came
   * @throws UploadException if it is not taken
   * @throws ConflictException if too many are being received
   */
  public String receive(String contentType, InputStream body, Path file) throws IOException {
    if (!free.tryAcquire()) {
      throw new ConflictException(
          MOST_AT_ONCE + " files are being received already; wait until one of them is here.");
    }
    try (InputStream in = new Deadline(body)) {
      return contentType.startsWith(FORM) ? form(contentType, in, file) : plain(in, file);
    } finally {
      free.release();
    }
  }

  private String plain(InputStream in, Path file) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long all = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        all += read;
        if (all > maxBytes) {
          throw tooLarge();
        }
        out.write(buffer, 0, read);
      }
    }
    return NAMELESS;
  }

  private String form(String contentType, InputStream in, Path file) throws IOException {
    MultiPartConfig limits =
        new MultiPartConfig.Builder()
            .location(directory)
            .maxPartSize(maxBytes)
            .maxSize(maxBytes + MOST_BESIDE_THE_FILE)
            .maxMemoryPartSize(MOST_IN_MEMORY)
            .build();
    try (MultiPartFormData.Parts parts = parts(contentType, in, limits)) {
      MultiPart.Part part = parts.getFirst("file");
      if (part == null) {
        throw new InvalidException("file", "the multipart form has no file of this name");
      }
      try (InputStream content = Content.Source.asInputStream(part.getContentSource());
          OutputStream out = Files.newOutputStream(file)) {
        content.transferTo(out);
      }
      String name = part.getFileName();
      return name == null || name.isEmpty() ? NAMELESS : name;
    }
  }

  private MultiPartFormData.Parts parts(
      String contentType, InputStream in, MultiPartConfig limits) {
    try {
      return MultiPartFormData.getParts(
          Content.Source.from(in), new Attributes.Mapped(), contentType, limits);
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UploadException refusal) {
          throw refusal;
        }
        // Jetty's words for a limit that is passed; whatever else it throws is for a bad form
        if (cause instanceof IllegalStateException) {
          throw tooLarge();
        }
      }
      throw new UploadException(
          Reason.BAD_FORM, "The multipart form cannot be read: " + e.getMessage());
    }
  }

  private UploadException tooLarge() {
    return new UploadException(
        Reason.TOO_LARGE,
        "The file is larger than http.max-upload allows, "
            + maxBytes / (1024 * 1024)
            + " MiB. Split it.");
  }

  /** What comes in, for as long as it comes as fast as the slowest line brings it. */
  private final class Deadline extends FilterInputStream {
    private final long start = nanoTime.getAsLong();
    private long all;

    Deadline(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      check(octet < 0 ? 0 : 1);
      return octet;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      int read = super.read(target, from, length);
      check(Math.max(0, read));
      return read;
    }

    private void check(int more) {
      all += more;
      long most = FIRST.toNanos() + all / SLOWEST_BYTES_PER_SECOND * NANOS_PER_SECOND;
      if (nanoTime.getAsLong() - start > most) {
        throw new UploadException(
            Reason.TOO_SLOW, "The file comes in too slowly to be waited for.");
      }
    }
  }
}
