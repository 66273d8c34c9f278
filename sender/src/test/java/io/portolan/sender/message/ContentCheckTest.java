package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.sender.dkim.DkimKeys;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContentCheckTest {
  private final ContentCheck check = new ContentCheck(composer(Fixture.signing()));

  @Test
  void passesAContentThatMakesAMessage() {
    assertThatCode(() -> check.check(content("Hi {{name}}", "<p>{{name}}</p>", "")))
        .doesNotThrowAnyException();
  }

  @Test
  void namesTheFieldsThatAreWrong() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> check.check(content("{{nope name}}", "<p>\n{{#if x}}", "")))
        .satisfies(
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        new Problem(
                            "subject",
                            "line 1, column 3: there is no helper \"nope\"; the helpers are default, each, eq,"
                                + " formatDate, if, lower, unless, upper, with"),
                        new Problem(
                            "html",
                            "line 2, column 1: the block {{#if}} is not closed; {{/if}} is missing")));
  }

  @Test
  void showsWhatARecipientWouldGet() {
    CampaignContent content =
        content("Müller", "Grüße, {{name}}", "<p>{{name}} {{unsubscribe_url}}</p>", "");

    Preview preview = check.preview(42, content, "anna@mail.example", Map.of("name", "A & B"));

    assertThat(preview.subject()).isEqualTo("Grüße, A & B");
    assertThat(preview.html()).startsWith("<p>A &amp; B https://mail.acme.example/unsubscribe/");
    assertThat(preview.text()).startsWith("A & B https://mail.acme.example/unsubscribe/");
    assertThat(preview.headers())
        .extracting(Preview.Header::name)
        .startsWith("DKIM-Signature", "Date", "From", "Reply-To")
        .contains("List-Unsubscribe-Post");
    assertThat(preview.headers())
        .contains(
            new Preview.Header("From", "Müller <news@acme.example>"),
            new Preview.Header("Subject", "Grüße, A & B"),
            new Preview.Header("To", "anna@mail.example"));
    assertThat(preview.warnings()).isEmpty();
  }

  @Test
  void namesTheFieldThatTheRecipientLacks() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () ->
                check.preview(
                    42, content("Hi", "", "Dear\n {{first_name}}"), "a@b.example", Map.of()))
        .withMessage("text: line 2, column 4: the recipient has no value for \"first_name\"");
  }

  @Test
  void warnsOfWhatIsNotWise() {
    MessageSettings plain =
        new MessageSettings(
            URI.create("http://localhost:8080"),
            new Domain("bounce.acme.example"),
            Optional.empty(),
            "portolan",
            Optional.empty());
    ContentCheck unwise =
        new ContentCheck(
            new MessageComposer(
                plain, Fixture.TOKENS, DkimKeys.NONE, InstantSource.fixed(Fixture.NOW)));

    assertThat(
            unwise
                .preview(
                    42, content("Hi", "<p>" + "x".repeat(110_000), ""), "a@b.example", Map.of())
                .warnings())
        .containsExactly(
            "The message shows no way to unsubscribe: put {{unsubscribe_url}} into it.",
            "One-click unsubscription works with an https publicUrl only.",
            "The HTML is longer than 102 KB, after which Gmail cuts it off.");
  }
}
