package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpReplyTest {

  @Test
  void readsAReplyOfOneLine() throws MalformedReplyException {
    assertThat(SmtpReply.parse("550 5.1.1 <a@b.example>: User unknown"))
        .isEqualTo(
            new SmtpReply(
                550, Optional.of(new EnhancedStatusCode(5, 1, 1)), "<a@b.example>: User unknown"));
    assertThat(SmtpReply.parse("250 OK")).isEqualTo(new SmtpReply(250, Optional.empty(), "OK"));
  }

  @Test
  void joinsTheLinesOfAReplyAndKeepsOneStatusCode() throws MalformedReplyException {
    SmtpReply reply =
        SmtpReply.parse(List.of("550-5.7.1 This message is", "550-5.7.1", "550 5.7.1 not wanted"));

    assertThat(reply)
        .isEqualTo(
            new SmtpReply(
                550,
                Optional.of(new EnhancedStatusCode(5, 7, 1)),
                "This message is\n\nnot wanted"));
    assertThat(reply.line()).isEqualTo("550 5.7.1 This message is  not wanted");
    assertThat(reply).hasToString(reply.line());
  }

  @ParameterizedTest
  @CsvSource({
    "250, 250",
    "250-, 250",
    "'250 ', 250",
    "585 odd, 585 odd",
    "550 #5.1.0 Address rejected., 550 5.1.0 Address rejected.",
    "550 5.1.1, 550 5.1.1",
    "550 5.1.1.1 is no status code, 550 5.1.1.1 is no status code",
    "550  two  spaces, 550 two  spaces",
    "'550 a\ttab', 550 a tab"
  })
  void readsCarelessLines(String line, String read) throws MalformedReplyException {
    assertThat(SmtpReply.parse(line).line()).isEqualTo(read);
  }

  @Test
  void letsTheLastLineDecideWhereLinesDiffer() throws MalformedReplyException {
    assertThat(SmtpReply.parse(List.of("421-try", "and again", "550 no")))
        .isEqualTo(new SmtpReply(550, Optional.empty(), "try\nand again\nno"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "25",
        "HTTP/1.0 302 Found",
        "1234",
        "2500",
        "150 early",
        "650 late",
        "25x",
        "\u00e9\u00e9\u00e9 x",
        "550=5.1.1"
      })
  void refusesWhatIsNoReply(String line) {
    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> SmtpReply.parse(List.of(line)));
    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> SmtpReply.parse(List.of()));
  }

  @Test
  void showsLittleOfGarbage() {
    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> SmtpReply.parse(List.of("\u0000\u001b[31m" + "x".repeat(10_000_000))))
        .satisfies(
            refusal -> assertThat(refusal).message().hasSizeLessThan(200).doesNotContain("\u001b"));
  }

  @Test
  void boundsItsText() throws MalformedReplyException {
    SmtpReply reply =
        SmtpReply.parse(Collections.nCopies(10_000, "550-" + "\ud83d\ude00".repeat(2_000)));

    assertThat(reply.text().length()).isBetween(SmtpReply.MAX_TEXT - 1, SmtpReply.MAX_TEXT);
    assertThat(new SmtpReply(250, Optional.empty(), "a" + "\ud83d\ude00".repeat(2_000)).text())
        .hasSize(SmtpReply.MAX_TEXT - 1);
  }

  @Test
  void knowsItsClass() throws MalformedReplyException {
    assertThat(SmtpReply.parse("250 OK").isPositive()).isTrue();
    assertThat(SmtpReply.parse("354 go on").isPositive()).isFalse();
    assertThat(SmtpReply.parse("421 bye").isTransient()).isTrue();
    assertThat(SmtpReply.parse("554 no").isPermanent()).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> new SmtpReply(199, Optional.empty(), ""));
    assertThatIllegalArgumentException().isThrownBy(() -> new SmtpReply(600, Optional.empty(), ""));
  }

  @Property
  void anyLinesAreReadOrRefused(@ForAll List<String> lines) {
    try {
      SmtpReply reply = SmtpReply.parse(lines);
      assertThat(reply.text().chars()).noneMatch(c -> c != '\n' && Character.isISOControl(c));
      assertThat(reply.line()).doesNotContain("\n");
    } catch (MalformedReplyException refusal) {
      assertThat(refusal).message().isNotBlank();
    }
  }

  @Property
  void whatALineSaysIsReadAgain(@ForAll("replies") SmtpReply reply) throws MalformedReplyException {
    assertThat(SmtpReply.parse(reply.line()).line()).isEqualTo(reply.line());
  }

  @Provide
  Arbitrary<SmtpReply> replies() {
    return Combinators.combine(
            Arbitraries.integers().between(200, 599),
            Arbitraries.integers().between(0, 999).optional(),
            Arbitraries.strings().alpha().withChars(' ').ofMaxLength(40))
        .as(
            (code, detail, text) ->
                new SmtpReply(
                    code, detail.map(d -> new EnhancedStatusCode(5, d, d)), text.strip()));
  }
}
