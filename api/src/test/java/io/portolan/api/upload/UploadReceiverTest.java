package io.portolan.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.upload.UploadException.Reason;
import io.portolan.core.InvalidException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadReceiverTest {
  private static final String CSV = "text/csv";
  private static final String FORM = "multipart/form-data; boundary=b";
  private static final int MOST = 100_000;

  private final AtomicLong nanos = new AtomicLong();

  @TempDir private Path uploads;
  private Path file;
  private UploadReceiver receiver;

  @BeforeEach
  void open() throws IOException {
    file = Files.createTempFile(uploads, "", ".csv");
    receiver = new UploadReceiver(uploads, MOST, nanos::get);
  }

  @Test
  void writesAFileAsItComes() throws IOException {
    assertThat(receiver.receive(CSV, in("email\n"), file)).isEqualTo("upload.csv");
    assertThat(file).hasContent("email\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10_000})
  void writesTheFileOfAFormAndKeepsItsName(int rows) throws IOException {
    String csv = "email\n" + "a@b.test\n".repeat(rows);

    assertThat(receiver.receive(FORM, in(form("file", csv)), file)).isEqualTo("people.csv");
    assertThat(file).hasContent(csv);
    assertThat(files()).as("files beside the parts of the form").isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {CSV, FORM})
  void givesUpOnAnUploadThatDrips(String type) throws IOException {
    String form = form("file", "email\n" + "a@b.test\n".repeat(100));

    refuses(type, dripping(form, Duration.ofSeconds(1)), Reason.TOO_SLOW);

    assertThat(nanos.get()).isLessThan(Duration.ofSeconds(70).toNanos());
    assertThat(files()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {CSV, FORM})
  void waitsLongerForASlowLineThatBringsSomething(String type) throws IOException {
    String form = form("file", "email\n" + "a@b.test\n".repeat(10_000));

    receiver.receive(type, dripping(form, Duration.ofNanos(800_000)), file);

    assertThat(Files.size(file)).isGreaterThan(90_000);
    assertThat(nanos.get()).isGreaterThan(Duration.ofSeconds(70).toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {CSV, FORM})
  void takesNothingThatIsTooLarge(String type) throws IOException {
    refuses(type, in(form("file", "a".repeat(MOST + 1))), Reason.TOO_LARGE);

    assertThat(files()).isOne();
  }

  @Test
  void saysWhatIsWrongWithAForm() {
    refuses(FORM, in("--b\r\nbroken"), Reason.BAD_FORM);
    assertThatThrownBy(() -> receiver.receive(FORM, in(form("other", "email\n")), file))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("no file of this name");
  }

  private void refuses(String type, InputStream body, Reason reason) {
    assertThatThrownBy(() -> receiver.receive(type, body, file))
        .isInstanceOfSatisfying(
            UploadException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(uploads)) {
      return files.count();
    }
  }

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String form(String field, String csv) {
    return "--b\r\nContent-Disposition: form-data; name=\""
        + field
        + "\"; filename=\"people.csv\"\r\n\r\n"
        + csv
        + "\r\n--b--\r\n";
  }

  /** One octet after the other, with a time between them. */
  private InputStream dripping(String text, Duration between) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
      @Override
      public synchronized int read(byte[] target, int from, int length) {
        nanos.addAndGet(between.toNanos());
        return super.read(target, from, Math.min(1, length));
      }
    };
  }
}
