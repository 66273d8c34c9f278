package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.sender.dkim.BodyHash;
import io.portolan.sender.dkim.DkimKeys;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A body of fixed octets and slots is the body that its text makes as a whole. */
class CompiledBodyTest {
  private static final Pattern HASH = Pattern.compile("bh=([^;]+);");
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"([^\"]+)\"");

  @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE)
  void isTheSameOctetsAsTheWhole(
      @ForAll("templates") String html,
      @ForAll("templates") String text,
      @ForAll("values") String value,
      @ForAll("values") String other,
      @ForAll boolean hasHtml,
      @ForAll boolean hasText) {
    CampaignMessage message =
        composer()
            .campaign(
                3,
                new CampaignContent(
                    "",
                    "news@acme.example",
                    "",
                    "Hi",
                    hasHtml ? html + "<p>" : "",
                    hasText || !hasHtml ? text + "." : "",
                    MissingField.EMPTY));
    // the second message finds the layout of the first, the third perhaps none of its encodings
    for (String each : List.of(value, other, "")) {
      Map<String, Object> fields = new HashMap<>(Map.of("value", each));
      CampaignMessage.Merged merged =
          message.merge(5, CampaignMessage.recipient("anna@mail.example"), fields);

      String composed = latin1(message.compose(5, "anna@mail.example", fields).bytes());

      assertThat(composed.substring(composed.indexOf("\r\nContent-Type: ") + 2))
          .isEqualTo(whole(message, merged, composed, hasHtml));
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void hasTheHashOfTheWhole(
      @ForAll("templates") String html,
      @ForAll("templates") String text,
      @ForAll("values") String value,
      @ForAll boolean hasHtml) {
    CampaignMessage message =
        SIGNING.campaign(3, content("Hi", hasHtml ? html + "<p>" : "", text + "."));
    for (String each : List.of("x" + value, "plain", "日本")) {
      byte[] bytes = message.compose(5, "anna@mail.example", Map.of("value", each)).bytes();

      int body = latin1(bytes).indexOf("\r\n\r\n") + 4;
      assertThat(group(HASH, latin1(bytes)))
          .isEqualTo(new BodyHash().feed(bytes, body, bytes.length).base64());
    }
  }

  @Test
  void doesNotVaryWithoutSlots() {
    MessageComposer composer = composer(Fixture.signing());
    CampaignMessage message = composer.campaign(3, content("{{email}}", "<p>Hi</p>\n", "Hi\n"));
    String first = latin1(message.compose(1, "anna@mail.example", Map.of()).bytes());
    String second = latin1(message.compose(2, "ben@mail.example", Map.of()).bytes());

    assertThat(group(HASH, first)).isEqualTo(group(HASH, second));
    assertThat(first.substring(first.indexOf("\r\n\r\n")))
        .isEqualTo(second.substring(second.indexOf("\r\n\r\n")));
  }

  @Test
  void hasABoundaryForEachContentOfEachCampaign() {
    CampaignContent content = content("Hi", "<p>{{email}}</p>", "Hi");
    String boundary = boundary(composer(), 3, content);

    assertThat(boundary).matches("=_[a-z2-7]{32}").isEqualTo(boundary(composer(), 3, content));
    assertThat(boundary(composer(), 4, content)).isNotEqualTo(boundary);
    assertThat(boundary(composer(), 3, content("Hi", "<p>{{email}}</p>", "Ho")))
        .isNotEqualTo(boundary);
    assertThat(
            boundary(
                new MessageComposer(
                    Fixture.SETTINGS,
                    new Tokens(Fixture.key(2)),
                    DkimKeys.NONE,
                    InstantSource.fixed(Fixture.NOW)),
                3,
                content))
        .as("of another installation")
        .isNotEqualTo(boundary);
  }

  @Test
  void keepsAValueThatHasTheBoundaryInItsPart() throws Exception {
    CampaignContent content = content("Hi", "<p>{{{value}}}</p>", "{{value}}");
    String delimiter = "\r\n--" + boundary(composer(), 3, content);
    String value = delimiter + "\r\n\r\nnot a part" + delimiter + "--\r\n";

    ComposedMessage message =
        composer().campaign(3, content).compose(5, "anna@mail.example", Map.of("value", value));

    assertThat(((jakarta.mail.internet.MimeMultipart) parsed(message).getContent()).getCount())
        .isEqualTo(2);
    assertThat(Fixture.part(parsed(message), 0)).isEqualTo(value.replace("\r\n", "\n"));
    assertThat(Fixture.part(parsed(message), 1))
        .isEqualTo("<p>" + value.replace("\r\n", "\n") + "</p>");
  }

  private static final MessageComposer SIGNING = composer(Fixture.signing());

  private static String boundary(MessageComposer composer, long campaign, CampaignContent content) {
    return group(
        BOUNDARY,
        latin1(
            composer
                .campaign(campaign, content)
                .compose(1, "a@b.example", Map.of("value", "x"))
                .bytes()));
  }

  /** The body and the fields that describe it, of a message's texts as a whole. */
  private static String whole(
      CampaignMessage message, CampaignMessage.Merged merged, String composed, boolean hasHtml) {
    MessageBuffer out = new MessageBuffer(0);
    if (!hasHtml) {
      BodyEncoder.write(out, "plain", message.text(merged));
      if (!out.endsLine(0)) {
        out.crlf();
      }
      return latin1(out.toArray());
    }
    String boundary = group(BOUNDARY, composed);
    out.ascii("Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n");
    out.ascii("--" + boundary).crlf();
    BodyEncoder.write(out, "plain", message.text(merged));
    out.ascii("\r\n--" + boundary).crlf();
    BodyEncoder.write(out, "html", message.html(merged));
    out.ascii("\r\n--" + boundary + "--\r\n");
    return latin1(out.toArray());
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
    return matcher.group(1);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Provide
  Arbitrary<String> templates() {
    return Lines.templates();
  }

  @Provide
  Arbitrary<String> values() {
    return Lines.values();
  }
}
