package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.dkim.SigningProvider;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A third implementation on our signatures: dkimpy, of Debian's python3-dkim and so of Debian's own
 * Python.
 */
@Tag("system")
class DkimpySystemTest {
  private static final String VERIFY =
      """
      import dkim, sys
      records = {b"s1._domainkey.acme.example.": sys.argv[1].encode(),
                 b"e1._domainkey.acme.example.": sys.argv[2].encode()}
      def dns(name, timeout=5):
          return records.get(name)
      message = dkim.DKIM(sys.stdin.buffer.read(), minkey=1024)
      def verified(index):
          try:
              return message.verify(idx=index, dnsfunc=dns)
          except dkim.DKIMException:
              return False
      print(verified(0), verified(1))
      """;

  @ParameterizedTest
  @ValueSource(strings = {"Anna", "Jürg \r\n\t Müller", "日本語", "=?UTF-8?Q?x?=", "x  \t y \n\n\n"})
  void agreesWithDkimpy(String name) throws Exception {
    assertThat(verify(compose(name))).isEqualTo("True True");
  }

  @Test
  void agreesWithDkimpyThatAChangedMessageIsNotOurs() throws Exception {
    byte[] message = compose("Anna");
    message[message.length - 60] ^= 1;

    assertThat(verify(message)).isEqualTo("False False");
  }

  @ParameterizedTest
  @FieldSource("io.portolan.sender.message.Fixture#STANDING_ONCE")
  void agreesWithDkimpyThatAnotherFieldBreaksIt(String name) throws Exception {
    assertThat(verify(Fixture.under(name + ": x@evil.example", compose("Anna"))))
        .isEqualTo("False False");
  }

  private static byte[] compose(String name) {
    return composer(Fixture.signingTwice(SigningProvider.AUTO))
        .campaign(3, content("Grüße an {{name}}", "<p>{{name}}</p>\n\n \n", "{{name}} \n.\n\n"))
        .compose(5, "anna@mail.example", Map.of("name", name))
        .bytes();
  }

  private static String verify(byte[] message) throws Exception {
    Process python =
        new ProcessBuilder(
                "/usr/bin/python3",
                "-c",
                VERIFY,
                Fixture.publicRecord(),
                Fixture.publicRecordOfEd25519())
            .redirectErrorStream(true)
            .start();
    try (OutputStream input = python.getOutputStream()) {
      input.write(message);
    }
    String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(30, TimeUnit.SECONDS)).as("python3 ended").isTrue();
    return output.strip();
  }
}
