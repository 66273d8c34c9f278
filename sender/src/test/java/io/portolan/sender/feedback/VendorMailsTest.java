package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.ReplyClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mails in the manner of many servers, filters and providers; ours is the wording. */
class VendorMailsTest {
  private static final FeedbackReader READER =
      new FeedbackReader(ReplyClassifier.builtIn(), IspDirectory.builtIn());

  /** A mail and what is to be read in it; {@code -} stands for nothing. */
  record Sample(
      String name, String kind, String recipient, String status, String category, String mail) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Sample> samples() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(VendorMailsTest.class.getResourceAsStream("vendor-mails.txt"))) {
      String all = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(all.split("(?m)^==== "))
          .filter(block -> !block.isBlank())
          .map(VendorMailsTest::sample)
          .toList();
    }
  }

  private static Sample sample(String block) {
    String[] head = block.substring(0, block.indexOf('\n')).split(" \\| ", -1);
    return new Sample(
        head[0], head[1], head[2], head[3], head[4], block.substring(block.indexOf('\n') + 1));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void readsWhomAndWhy(Sample sample) {
    Feedback found = READER.read(sample.mail().getBytes(StandardCharsets.UTF_8));

    Optional<ReportedRecipient> recipient = found.recipients().stream().findFirst();
    Optional<Verdict> verdict = recipient.flatMap(ReportedRecipient::verdict);
    assertThat(found.recipients()).hasSizeLessThanOrEqualTo(1);
    assertThat(
            List.of(
                found.kind().id(),
                recipient.map(VendorMailsTest::address).orElse("-"),
                verdict.flatMap(Verdict::status).map(EnhancedStatusCode::toString).orElse("-"),
                verdict.map(it -> it.category().id()).orElse("-")))
        .as("rule %s", verdict.map(Verdict::rule).orElse("-"))
        .containsExactly(sample.kind(), sample.recipient(), sample.status(), sample.category());
  }

  /** Of a name that is no address, the address that stands beside it. */
  private static String address(ReportedRecipient recipient) {
    return recipient.address().contains("@")
        ? recipient.address()
        : recipient.alternatives().getFirst();
  }
}
