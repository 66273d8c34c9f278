package io.portolan.sender.feedback;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.ReplyClassifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mails that somebody broke, cut, doubled and mixed: none throws, none takes a second. */
class HostileMailTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int TRIES = 100_000;
  // so that what is read, and not its bulk, takes the time
  private static final int LONGEST = 4_000;
  private static final FeedbackReader READER =
      new FeedbackReader(ReplyClassifier.builtIn(), IspDirectory.builtIn());
  private static final List<byte[]> MAILS = mails();
  private static final List<byte[]> PIECES =
      List.of(
          bytes("\n"),
          bytes("\r\r\n"),
          bytes("\n\n"),
          bytes("--b1\n"),
          bytes("--b1--"),
          bytes("Content-Type: multipart/mixed; boundary=\"b1\"\n"),
          bytes("Content-Type: message/rfc822\n\n"),
          bytes("Content-Transfer-Encoding: base64\n"),
          bytes("Content-Transfer-Encoding: quoted-printable\n"),
          bytes("=?utf-8?B?"),
          bytes("?="),
          bytes("charset=iso-2022-jp"),
          bytes("\u001b$B"),
          bytes("Final-Recipient: rfc822;"),
          bytes("Action: failed\n"),
          bytes("Status: 5.999.999\n"),
          bytes("550 5.1.1 "),
          bytes("\\x{110000}"),
          bytes("@@@@a@b"),
          bytes("\"\"@"),
          bytes("{\"notificationType\":\"Bounce\",\"bounce\":["),
          bytes("<<<<>>>>"),
          bytes("&#x;&lt"),
          bytes("\0\0\0"));

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void readsAnything(@ForAll long seed) {
    byte[] mail = mutated(new Random(seed));
    long start = System.nanoTime();
    Feedback found = READER.read(mail);
    if (System.nanoTime() - start > SECOND_NANOS) {
      // once more: the machine may have paused
      long again = System.nanoTime();
      READER.read(mail);
      assertThat(System.nanoTime() - again)
          .as("nanoseconds for seed %d", seed)
          .isLessThan(SECOND_NANOS);
    }
    assertThat(found.recipients())
        .hasSizeLessThanOrEqualTo(200)
        .allSatisfy(each -> assertThat(each.address()).hasSizeLessThanOrEqualTo(1_000));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void readsItsSeedsAsWhatTheyAre(Path seed) {
    String name = seed.getFileName().toString();

    assertThat(READER.read(BounceCorpus.bytes(seed)).kind().id())
        .isEqualTo(name.substring(0, name.indexOf('_')));
  }

  @Test
  void hasSeedsOfEveryKind() {
    assertThat(seeds().map(BounceCorpus::bytes).map(READER::read).map(Feedback::kind).distinct())
        .containsExactlyInAnyOrder(FeedbackKind.values());
  }

  @Test
  void boundsDepthPartsAndSize() {
    StringBuilder deep = new StringBuilder("Subject: x\n");
    for (int i = 0; i < 2_000; i++) {
      deep.append("Content-Type: multipart/mixed; boundary=b")
          .append(i)
          .append("\n\n--b")
          .append(i)
          .append('\n');
    }
    String many =
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n".repeat(50_000) + "--b--";
    String long1 = "Subject: " + "a".repeat(3_000_000) + "\n\n" + "@".repeat(500_000);
    String fields = "X: y\n".repeat(200_000) + "\n" + "a@b.example\n".repeat(100_000);

    for (String mail : new String[] {deep.toString(), many, long1, fields}) {
      byte[] bytes = mail.getBytes(StandardCharsets.UTF_8);
      assertThat(MailParts.of(bytes).parts()).hasSizeLessThanOrEqualTo(MailParts.MAX_PARTS);
      long start = System.nanoTime();
      READER.read(bytes);
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
  }

  /** Mails of up to a mebibyte, made so that a careless expression or search takes their square. */
  static Stream<Arguments> made() {
    String addresses = ("ab@b.cc ".repeat(186) + "\n").repeat(690);
    String report =
        "From: mailer-daemon@mail.example\nSubject: Undelivered mail\nContent-Type: %s\n\n%s";
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      fields
          .append("\nFinal-Recipient: rfc822; r")
          .append(i)
          .append("@mail.example\nAction: failed\n");
    }
    return Stream.of(
        arguments("addresses", report.formatted("text/plain", addresses)),
        arguments("ampersands", report.formatted("text/html", "&".repeat(1_000_000))),
        arguments("angles", report.formatted("text/html", "<a ".repeat(300_000))),
        arguments(
            "headings",
            report.formatted(
                "text/plain", ("original message" + " ".repeat(1_470) + "x\n").repeat(690))),
        arguments(
            "accounts",
            report.formatted("text/plain", ("account ip ".repeat(130) + "\n").repeat(690))),
        arguments(
            "named",
            "X-Failed-Recipients: "
                + IntStream.range(0, 50)
                    .mapToObj(i -> "r" + i + "@mail.example")
                    .collect(joining(", "))
                + "\n"
                + report.formatted(
                    "text/plain", "r1@mail.example account ip user\n".repeat(600) + addresses)),
        arguments(
            "recipients",
            report.formatted(
                "multipart/report; boundary=b",
                "--b\n\n"
                    + ("r7@mail.example " + "ip user ".repeat(100) + "\n").repeat(600)
                    + "\n"
                    + "--b\n"
                    + "Content-Type: message/delivery-status\n\n"
                    + "Reporting-MTA: dns; a.example\n"
                    + fields
                    + "\n--b--\n")));
  }

  @ParameterizedTest
  @MethodSource("made")
  void takesNoSecondForWhatIsMadeToTakeLong(String name, String mail) {
    byte[] bytes = mail.getBytes(StandardCharsets.UTF_8);
    READER.read(bytes); // compiled code is what a server runs

    long start = CpuTime.now();
    READER.read(bytes);

    assertThat(CpuTime.now() - start).as(name).isLessThan(SECOND_NANOS);
  }

  private static byte[] mutated(Random random) {
    byte[] mail = MAILS.get(random.nextInt(MAILS.size()));
    int changes = 1 + random.nextInt(6);
    for (int i = 0; i < changes; i++) {
      mail = changed(mail, random);
    }
    return mail;
  }

  private static byte[] changed(byte[] mail, Random random) {
    int at = random.nextInt(mail.length + 1);
    int end = Math.min(mail.length, at + random.nextInt(200));
    return switch (random.nextInt(7)) {
      case 0 -> Arrays.copyOf(mail, at);
      case 1 -> joined(Arrays.copyOf(mail, at), Arrays.copyOfRange(mail, end, mail.length));
      case 2 -> {
        byte[] copy = mail.clone();
        for (int i = at; i < end; i += 1 + random.nextInt(20)) {
          copy[i] = (byte) random.nextInt();
        }
        yield copy;
      }
      case 3 ->
          joined(
              Arrays.copyOf(mail, end),
              joined(Arrays.copyOfRange(mail, at, end), Arrays.copyOfRange(mail, at, mail.length)));
      case 4 -> {
        byte[] other = MAILS.get(random.nextInt(MAILS.size()));
        yield joined(
            Arrays.copyOf(mail, at),
            Arrays.copyOfRange(other, Math.min(other.length, at), other.length));
      }
      case 5 -> {
        byte[] piece = PIECES.get(random.nextInt(PIECES.size()));
        byte[] run = piece;
        for (int i = random.nextInt(8); i > 0; i--) {
          run = joined(run, piece);
        }
        yield joined(
            joined(Arrays.copyOf(mail, at), run), Arrays.copyOfRange(mail, at, mail.length));
      }
      default -> {
        byte[] piece = PIECES.get(random.nextInt(PIECES.size()));
        yield joined(
            joined(Arrays.copyOf(mail, at), piece), Arrays.copyOfRange(mail, end, mail.length));
      }
    };
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Our own mails, and beside them those of the corpus where there is one. */
  private static List<byte[]> mails() {
    return Stream.concat(seeds().map(BounceCorpus::bytes), BounceCorpus.mails().stream())
        .map(mail -> Arrays.copyOf(mail, Math.min(mail.length, LONGEST)))
        .toList();
  }

  /** The files KIND_WHAT.eml beside this class. */
  static Stream<Path> seeds() {
    try (Stream<Path> files =
        Files.list(Path.of("src/test/resources/io/portolan/sender/feedback/seeds"))) {
      return files.filter(file -> file.toString().endsWith(".eml")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
