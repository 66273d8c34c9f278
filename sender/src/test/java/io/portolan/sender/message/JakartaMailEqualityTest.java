package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.SESSION;
import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignContent;
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
import java.util.Collections;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What we compose is, when parsed, what Jakarta Mail composes from the same parts. */
class JakartaMailEqualityTest {

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void composesWhatJakartaMailComposes(
      @ForAll("names") String name,
      @ForAll("values") String value,
      @ForAll("bodies") String body,
      @ForAll boolean hasHtml)
      throws Exception {
    String template = body.replace("{{", "{ {").replace("\\", "/");
    CampaignContent content =
        content(
            name,
            "About {{value}}.",
            hasHtml ? "<p>" + template + "{{{value}}}</p>" : "",
            template + "{{value}}");

    ComposedMessage composed =
        composer()
            .campaign(3, content)
            .compose(5, "anna@mail.example", Map.of("value", "v" + value));

    MimeMessage ours = parsed(composed);
    MimeMessage theirs =
        jakartaMail(
            HeaderText.oneLine(name),
            HeaderText.oneLine("About v" + value + "."),
            hasHtml ? "<p>" + template + "v" + value + "</p>" : "",
            template + "v" + value);
    assertThat(fields(ours)).containsAllEntriesOf(fields(theirs));
    assertThat(parts(ours)).isEqualTo(parts(theirs));
  }

  private static MimeMessage jakartaMail(String name, String subject, String html, String text)
      throws MessagingException, IOException {
    MimeMessage message = new MimeMessage(SESSION);
    message.setFrom(
        new InternetAddress("news@acme.example", name.isEmpty() ? null : name, "UTF-8"));
    message.setReplyTo(InternetAddress.parse("Answers@acme.example"));
    message.setRecipient(RecipientType.TO, new InternetAddress("anna@mail.example"));
    message.setSubject(subject, "UTF-8");
    message.setSentDate(Date.from(Fixture.NOW));
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
