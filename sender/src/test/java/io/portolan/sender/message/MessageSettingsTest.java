package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageSettingsTest {
  private static final Domain BOUNCE = new Domain("bounce.acme.example");

  @Test
  void dropsTheFinalSlash() {
    assertThat(with("https://mail.acme.example/portolan/").unsubscribeUrl("t"))
        .isEqualTo("https://mail.acme.example/portolan/unsubscribe/t");
  }

  @Test
  void knowsThatOneClickNeedsHttps() {
    assertThat(with("https://mail.acme.example").isOneClickReady()).isTrue();
    assertThat(with("http://localhost:8080").isOneClickReady()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://a.example",
        "mailto:a@b.example",
        "https:///x",
        "/relative",
        "https://a.example/?q=1",
        "https://a.example/#f",
        "https://bücher.example"
      })
  void refusesUrlsThatDoNotFitAHeader(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(url))
        .withMessageStartingWith("publicUrl ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "four", "sixteen-letters-", "a:b:c", "acme inc"})
  void refusesSenderIdsThatGmailDoesNotCount(String senderId) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new MessageSettings(
                    URI.create("https://a.example"),
                    BOUNCE,
                    Optional.empty(),
                    senderId,
                    Optional.empty()))
        .withMessage("senderId is not 5 to 15 letters, digits or hyphens: " + senderId);
  }

  @Test
  void refusesAnUnsubscribeMailboxThatNeedsSmtpUtf8() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new MessageSettings(
                    URI.create("https://a.example"),
                    BOUNCE,
                    Optional.of(EmailAddress.parse("jürg@acme.example")),
                    "portolan",
                    Optional.empty()))
        .withMessageStartingWith("unsubscribeMailbox ");
  }

  private static MessageSettings with(String url) {
    return new MessageSettings(
        URI.create(url), BOUNCE, Optional.empty(), "portolan", Optional.empty());
  }
}
