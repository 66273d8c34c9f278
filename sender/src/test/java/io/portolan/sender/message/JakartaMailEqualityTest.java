package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.SESSION;
import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.sender.dkim.DkimKeys;
import jakarta.mail.Header;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** What we compose is, when parsed, what Jakarta Mail composes from the same parts. */
class JakartaMailEqualityTest {
  private static final String TOKEN = Fixture.TOKENS.sign(Tokens.Purpose.UNSUBSCRIBE, 5);
  private static final String URL = "https://mail.acme.example/unsubscribe/" + TOKEN;

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void composesWhatJakartaMailComposes(
      @ForAll("names") String name,
      @ForAll("values") String value,
      @ForAll("bodies") String body,
      @ForAll @LongRange(min = 0, max = 4_102_444_799L) long second,
      @ForAll boolean hasHtml)
      throws Exception {
    String template = body.replace("{{", "{ {").replace("\\", "/");
    CampaignContent content =
        content(
            name,
            "About {{value}}.",
            hasHtml
                ? "<p>" + template + "{{{value}}}<a href=\"{{unsubscribe_url}}\">{{count}}</a></p>"
                : "",
            template + "{{value}}\n.{{count}} {{unsubscribe_url}}");
    Instant now = Instant.ofEpochSecond(second);

    ComposedMessage composed =
        new MessageComposer(
                Fixture.SETTINGS, Fixture.TOKENS, DkimKeys.NONE, InstantSource.fixed(now))
            .campaign(3, content)
            .compose(5, "anna@mail.example", Map.of("value", "v" + value, "count", 42));

    MimeMessage ours = parsed(composed);
    MimeMessage theirs =
        jakartaMail(
            HeaderText.oneLine(name),
            HeaderText.oneLine("About v" + value + "."),
            hasHtml ? "<p>" + template + "v" + value + "<a href=\"" + URL + "\">42</a></p>" : "",
            template + "v" + value + "\n.42 " + URL,
            now);
    assertThat(fields(ours)).isEqualTo(fields(theirs));
    assertThat(parts(ours)).isEqualTo(parts(theirs));
  }

  @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void composesWhatJakartaMailComposesFromLines(
      @ForAll("templates") String template,
      @ForAll("lineValues") String value,
      @ForAll boolean hasHtml)
      throws Exception {
    CampaignMessage message =
        composer()
            .campaign(3, content("Acme", "Hi", hasHtml ? template + "<p>" : "", template + "."));

    // the first of a campaign makes the layout that the second may find
    for (String each : List.of("v" + value, "w")) {
      MimeMessage ours = parsed(message.compose(5, "anna@mail.example", Map.of("value", each)));
      MimeMessage theirs =
          jakartaMail(
              "Acme",
              "Hi",
              hasHtml ? merged(template, each, html(each)) + "<p>" : "",
              merged(template, each, each) + ".",
              Fixture.NOW);
      assertThat(fields(ours)).isEqualTo(fields(theirs));
      assertThat(parts(ours)).isEqualTo(parts(theirs));
    }
  }

  /** What a template of {@link Lines} becomes with a value that is not blank. */
  private static String merged(String template, String value, String escaped) {
    return template
        .replace("{{! no\ntext }}", "")
        .replace("{{#if value}}", "")
        .replace("{{/if}}", "")
        .replace("{{{value}}}", value)
        .replace("{{value}}", escaped);
  }

  private static String html(String value) {
    return value.replace("<", "&lt;").replace(">", "&gt;");
  }

  private static MimeMessage jakartaMail(
      String name, String subject, String html, String text, Instant now)
      throws MessagingException, IOException {
    MimeMessage message = new MimeMessage(SESSION);
    message.setFrom(
        new InternetAddress("news@acme.example", name.isEmpty() ? null : name, "UTF-8"));
    message.setReplyTo(InternetAddress.parse("Answers@acme.example"));
    message.setRecipient(RecipientType.TO, new InternetAddress("anna@mail.example"));
    message.setSubject(subject, "UTF-8");
    message.setSentDate(Date.from(now));
    message.setHeader(
        "List-Unsubscribe",
        MimeUtility.fold(
            "List-Unsubscribe: ".length(),
            "<"
                + URL
                + ">, <mailto:unsubscribe%2Bme@acme.example?subject=unsubscribe%20"
                + TOKEN
                + ">"));
    message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    message.setHeader("List-Id", "<news.acme.example>");
    message.setHeader("Feedback-ID", "3:news:campaign:portolan");
    message.setHeader("Precedence", "bulk");
    if (html.isEmpty()) {
      message.setText(lines(text), "UTF-8");
    } else {
      MimeBodyPart plain = new MimeBodyPart();
      plain.setText(lines(text), "UTF-8");
      MimeBodyPart page = new MimeBodyPart();
      page.setText(lines(html), "UTF-8", "html");
      message.setContent(new MimeMultipart("alternative", plain, page));
    }
    message.saveChanges();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    message.writeTo(bytes);
    return parsed(bytes.toByteArray());
  }

  /** What both sides must do to a text before it can be mail. */
  private static String lines(String text) {
    return text.replaceAll("\r\n|\r|\n", "\r\n")
        .replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F]", " ");
  }

  private static Map<String, String> fields(MimeMessage message) throws Exception {
    Map<String, String> fields = new TreeMap<>();
    for (Header header : Collections.list(message.getAllHeaders())) {
      String name = header.getName().toLowerCase(Locale.ROOT);
      switch (name) {
        // ours are of our own making, and we encode a part no worse and sometimes otherwise
        case "message-id", "content-type", "content-transfer-encoding" -> {}
        case "date" -> fields.put(name, message.getSentDate().toInstant().toString());
        default -> fields.put(name, MimeUtility.decodeText(MimeUtility.unfold(header.getValue())));
      }
    }
    return fields;
  }

  private static String parts(Part part) throws Exception {
    Object content = part.getContent();
    String type = part.getContentType().replaceAll(";\\s*boundary=.*", "").replaceAll("\\s", "");
    if (content instanceof MimeMultipart parts) {
      StringBuilder all = new StringBuilder(type);
      for (int i = 0; i < parts.getCount(); i++) {
        all.append('[').append(parts(parts.getBodyPart(i))).append(']');
      }
      return all.toString();
    }
    return type + "|" + ((String) content).replaceAll("(\r\n)+\\z", "");
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
            Hostile.words(), Arbitraries.of("Acme, Inc.", "Müller & Söhne", "A \"B\" <c>", ""))
        .map(name -> name.replaceAll("=\\?+", "=").strip())
        .filter(name -> name.length() <= 200);
  }

  @Provide
  Arbitrary<String> templates() {
    return Lines.templates();
  }

  @Provide
  Arbitrary<String> lineValues() {
    return Lines.values();
  }

  @Provide
  Arbitrary<String> bodies() {
    return Hostile.words()
        // what we do better is for other tests: half a character, and what only looks like an
        // encoded-word
        .map(text -> text.replaceAll("=\\?+", "=").replaceAll("[\\x{D800}-\\x{DFFF}]", ""))
        .filter(text -> text.length() < 1_900);
  }

  @Provide
  Arbitrary<String> values() {
    // Jakarta Mail cannot fold a long word, and what it makes of one in a subject does not come
    // back as it was; nor does a backslash behind which it folds
    return bodies().map(text -> text.replaceAll("([!-~]{100})[!-~]+", "$1").replace("\\", "/"));
  }
}
