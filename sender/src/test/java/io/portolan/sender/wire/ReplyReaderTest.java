package io.portolan.sender.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.reply.SmtpReply;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {

  private static ReplyReader reading(String text) {
    return new ReplyReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void readsOneReplyAfterAnother() throws IOException {
    ReplyReader reader = reading("250 ok\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n354\r\n");
    assertThat(reader.read().line()).isEqualTo("250 ok");
    assertThat(reader.hasBuffered()).isTrue();
    SmtpReply refusal = reader.read();
    assertThat(refusal.code()).isEqualTo(550);
    assertThat(refusal.text()).isEqualTo("no\nsuch user");
    assertThat(reader.read().code()).isEqualTo(354);
    assertThat(reader.hasBuffered()).isFalse();
    assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
  }

  @Test
  void readsWhateverThePacketsAre() throws IOException {
    String text = "220-hello\r\n220 world\r\n250 " + "x".repeat(3_000) + "\r\n421 bye\r\n";
    ReplyReader reader =
        new ReplyReader(
            new InputStream() {
              private int position;

              @Override
              public int read() {
                return position < text.length() ? text.charAt(position++) : -1;
              }

              @Override
              public int read(byte[] target, int start, int length) {
                int octet = read();
                if (octet < 0) {
                  return -1;
                }
                target[start] = (byte) octet;
                return 1;
              }
            });
    assertThat(reader.readLines()).containsExactly("220-hello", "220 world");
    assertThat(reader.readLines()).singleElement().asString().hasSize(3_004);
    assertThat(reader.read().code()).isEqualTo(421);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "hello\r\n",
        "25\r\n",
        "2500 x\r\n",
        "199 x\r\n",
        "600 x\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
        "25a x\r\n",
        " 250 ok\r\n"
      })
  void refusesWhatIsNoReply(String line) {
    assertThatThrownBy(reading(line)::read).isInstanceOf(NotReplyException.class);
  }

  @Test
  void takesALineWithoutACodeInsideAReplyForText() throws IOException {
    ReplyReader reader = reading("550-one\r\ntwo\r\n550 three\r\n");
    assertThat(reader.read().text()).isEqualTo("one\ntwo\nthree");
  }

  @Test
  void keepsTheHeadOfALongLine() throws IOException {
    ReplyReader reader = reading("250 " + "x".repeat(20_000) + "\r\n221 bye\r\n");
    assertThat(reader.readLines()).singleElement().asString().hasSize(4096).startsWith("250 xx");
    assertThat(reader.read().code()).isEqualTo(221);
  }

  @Test
  void takesNoLineWithoutEnd() {
    InputStream endless =
        new InputStream() {
          private long read;

          @Override
          public int read() {
            read++;
            return '2';
          }

          @Override
          public int read(byte[] target, int start, int length) {
            read += length;
            assertThat(read).isLessThan(200_000);
            Arrays.fill(target, start, start + length, (byte) '2');
            return length;
          }
        };
    assertThatThrownBy(new ReplyReader(endless)::read)
        .isInstanceOf(NotReplyException.class)
        .hasMessageContaining("65536 octets");
  }

  @Test
  void takesNoReplyOfTooManyLinesOrOctets() {
    assertThatThrownBy(reading("250-x\r\n".repeat(101))::read)
        .isInstanceOf(NotReplyException.class)
        .hasMessageContaining("100 lines");
    assertThatThrownBy(reading(("250-" + "x".repeat(3_000) + "\r\n").repeat(50))::read)
        .isInstanceOf(NotReplyException.class)
        .hasMessageContaining("octets");
  }

  @Test
  void readsAHundredLines() throws IOException {
    assertThat(reading("250-x\r\n".repeat(99) + "250 x\r\n").readLines()).hasSize(100);
  }

  @Test
  void hasNoControlCharacters() throws IOException {
    assertThat(reading("550 a\u0000b\tc\u001b[31m\u007f\rd\r\n").readLines())
        .containsExactly("550 a b c [31m  d");
  }

  @Test
  void readsBareLineFeedsAndOddBytes() throws IOException {
    ReplyReader reader = reading("250 gr\u00fc\u00df\n250 ok\n");
    assertThat(reader.read().code()).isEqualTo(250);
    assertThat(reader.read().text()).isEqualTo("ok");
  }
}
