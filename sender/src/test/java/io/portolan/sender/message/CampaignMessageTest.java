package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.NOW;
import static io.portolan.sender.message.Fixture.TOKENS;
import static io.portolan.sender.message.Fixture.ascii;
import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.parsed;
import static io.portolan.sender.message.Fixture.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.message.Tokens.Purpose;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.URI;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CampaignMessageTest {
  private static final CampaignContent CONTENT =
      content(
          "Grüße an {{name}}",
          "<p>Hallo {{name}}, <a href=\"{{unsubscribe_url}}\">abmelden</a></p>",
          "Hallo {{name}},\nabmelden: {{unsubscribe_url}}\n");
  private static final Map<String, Object> ANNA = Map.of("name", "Anna <Müller>");

  @Test
  void composesWhatMailReadersRead() throws Exception {
    MimeMessage message = parsed(compose(CONTENT));

    assertThat(message.getSubject()).isEqualTo("Grüße an Anna <Müller>");
    assertThat(message.getFrom())
        .containsExactly(new InternetAddress("news@acme.example", "Acme News"));
    assertThat(message.getReplyTo()).containsExactly(new InternetAddress("Answers@acme.example"));
    assertThat(message.getRecipients(RecipientType.TO))
        .containsExactly(new InternetAddress("anna@mail.example"));
    assertThat(message.getSentDate()).isEqualTo(Date.from(NOW.minusMillis(123)));
    assertThat(message.getHeader("Date")).containsExactly("Tue, 24 Nov 2026 09:05:07 +0000");
    assertThat(message.getHeader("MIME-Version")).containsExactly("1.0");
    assertThat(message.getHeader("List-Id")).containsExactly("<news.acme.example>");
    assertThat(message.getHeader("Feedback-ID")).containsExactly("42:news:campaign:portolan");
    assertThat(message.getHeader("Precedence")).containsExactly("bulk");
    assertThat(message.isMimeType("multipart/alternative")).isTrue();
    assertThat(((MimeMultipart) message.getContent()).getCount()).isEqualTo(2);
    String url = "https://mail.acme.example/unsubscribe/" + TOKENS.sign(Purpose.UNSUBSCRIBE, 7);
    assertThat(part(message, 0)).isEqualTo("Hallo Anna <Müller>,\nabmelden: " + url + "\n");
    assertThat(part(message, 1))
        .isEqualTo("<p>Hallo Anna &lt;Müller&gt;, <a href=\"" + url + "\">abmelden</a></p>");
  }

  @Test
  void offersOneClickUnsubscription() throws Exception {
    MimeMessage message = parsed(compose(CONTENT));
    String token = TOKENS.sign(Purpose.UNSUBSCRIBE, 7);

    assertThat(message.getHeader("List-Unsubscribe", null).replace("\r\n", ""))
        .isEqualTo(
            "<https://mail.acme.example/unsubscribe/"
                + token
                + ">, <mailto:unsubscribe%2Bme@acme.example?subject=unsubscribe%20"
                + token
                + ">");
    assertThat(message.getHeader("List-Unsubscribe-Post"))
        .containsExactly("List-Unsubscribe=One-Click");
  }

  @Test
  void namesTheDeliveryInReturnPathAndMessageId() {
    ComposedMessage message = compose(CONTENT);

    assertThat(message.mail().envelope().recipient()).isEqualTo("anna@mail.example");
    String returnPath = message.mail().envelope().returnPath();
    assertThat(returnPath).matches("b\\+[a-z2-7]{32}@bounce\\.acme\\.example");
    assertThat(TOKENS.verify(Purpose.RETURN_PATH, returnPath.substring(2, 34))).hasValue(7);
    assertThat(message.messageId()).matches("<[a-z2-7]{32}@acme\\.example>");
    assertThat(TOKENS.verify(Purpose.MESSAGE_ID, message.messageId().substring(1, 33))).hasValue(7);
    assertThat(ascii(message)).contains("\r\nMessage-ID: " + message.messageId() + "\r\n");
  }

  @Test
  void makesTheSameMessageAgain() {
    assertThat(compose(CONTENT).bytes()).isEqualTo(compose(CONTENT).bytes());
    MessageComposer later =
        new MessageComposer(
            Fixture.SETTINGS, TOKENS, DkimKeys.NONE, InstantSource.fixed(NOW.plusSeconds(3600)));

    ComposedMessage second = later.campaign(42, CONTENT).compose(7, "anna@mail.example", ANNA);

    assertThat(second.messageId()).isEqualTo(compose(CONTENT).messageId());
    assertThat(second.mail().envelope()).isEqualTo(compose(CONTENT).mail().envelope());
    assertThat(ascii(second).replace(" 10:05:07 ", " 09:05:07 "))
        .isEqualTo(ascii(compose(CONTENT)));
  }

  @Test
  void sendsTextAloneWhereThereIsNoHtml() throws Exception {
    MimeMessage message = parsed(compose(content("Hi", "", "Dear {{name}}")));

    assertThat(message.getContentType()).isEqualTo("text/plain; charset=UTF-8");
    assertThat(part(message, 0)).isEqualTo("Dear Anna <Müller>\n");
  }

  @Test
  void makesTextFromHtmlWhereThereIsNone() {
    MimeMessage message =
        parsed(
            compose(
                content(
                    "Hi", "<h1>Dear {{name}}</h1><p>see <a href='https://a.example'>us</a>", "")));

    assertThat(part(message, 0)).isEqualTo("Dear Anna <Müller>\n\nsee us <https://a.example>\n");
  }

  @Test
  void takesADeliveryAsClaimed() {
    ClaimedDelivery delivery =
        new ClaimedDelivery(
            7,
            70,
            "anna@mail.example",
            "mail.example",
            "other",
            0,
            ANNA,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(composer().campaign(42, CONTENT).compose(delivery).bytes())
        .isEqualTo(compose(CONTENT).bytes());
  }

  @Test
  void fillsItsOwnFieldsWhateverTheAttributesSay() {
    CampaignContent content = content("{{campaign}}", "", "{{email}} {{unsubscribe_url}}");

    MimeMessage message =
        parsed(
            composer()
                .campaign(42, content)
                .compose(
                    7,
                    "Anna@mail.example",
                    Map.of(
                        "email",
                        "x@y.example",
                        "campaign",
                        1,
                        "unsubscribe_url",
                        "https://evil.example")));

    assertThat(part(message, 0))
        .isEqualTo(
            "Anna@mail.example https://mail.acme.example/unsubscribe/"
                + TOKENS.sign(Purpose.UNSUBSCRIBE, 7)
                + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\nBcc: x@y.example",
        "\nBcc: x@y.example",
        "\rBcc: x@y.example",
        "\u0085Bcc: x@y.example",
        "\u2028Bcc: x@y.example",
        "\u2029Bcc: x@y.example",
        "\u0000\r\n\r\nBcc: x@y.example",
        "=?UTF-8?Q?=0D=0ABcc:_x@y.example?=",
        "a\r\n b",
      })
  void keepsAHostileValueInItsField(String value) throws Exception {
    MimeMessage message =
        parsed(
            composer()
                .campaign(42, content("Hi {{name}}!", "", "{{name}}"))
                .compose(7, "anna@mail.example", Map.of("name", value)));

    assertThat(message.getHeader("Bcc")).isNull();
    assertThat(message.getSubject()).isEqualTo(HeaderText.oneLine("Hi " + value + "!"));
    assertThat(message.getHeader("Subject")).hasSize(1);
  }

  @Test
  void encodesNamesAndInternationalDomains() throws Exception {
    CampaignContent content =
        new CampaignContent(
            "Müller, \"Büro\" & Co.", "news@bücher.example", "", "Hi", "", "x", MissingField.EMPTY);

    ComposedMessage composed =
        composer().campaign(1, content).compose(1, "jürg@käse.example", Map.of());
    MimeMessage message = parsed(composed);

    assertThat(message.getHeader("From", null)).matches("[\\x20-\\x7E\\r\\n]+");
    InternetAddress from = (InternetAddress) message.getFrom()[0];
    assertThat(from.getPersonal()).isEqualTo("Müller, \"Büro\" & Co.");
    assertThat(from.getAddress()).isEqualTo("news@xn--bcher-kva.example");
    assertThat(message.getHeader("Reply-To")).isNull();
    assertThat(composed.messageId()).endsWith("@xn--bcher-kva.example>");
    // RFC 6531: the local part stays as it is, and the peer must offer SMTPUTF8
    assertThat(composed.mail().envelope().recipient()).isEqualTo("jürg@xn--kse-qla.example");
    assertThat(ascii(composed)).contains("\r\nTo: jürg@xn--kse-qla.example\r\n");
  }

  @Test
  void foldsLongSubjectsAndNames() throws Exception {
    String words = "lange Wörter ".repeat(14).strip();
    CampaignContent content = content(words, words.repeat(8), "", "x");

    ComposedMessage composed = composer().campaign(1, content).compose(1, "a@b.example", Map.of());

    assertThat(ascii(composed).lines().filter(line -> line.contains("=?")))
        .hasSizeGreaterThan(20)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(95));
    assertThat(parsed(composed).getSubject()).isEqualTo(words.repeat(8));
    assertThat(((InternetAddress) parsed(composed).getFrom()[0]).getPersonal()).isEqualTo(words);
  }

  @Test
  void refusesWhatMakesNoMessageForARecipient() {
    CampaignMessage message = composer().campaign(42, content("{{name}}", "", "{{city}}"));

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> message.compose(7, "a@b.example", Map.of("name", "x")))
        .withMessage("text: line 1, column 3: the recipient has no value for \"city\"");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () -> message.compose(7, "a@b.example", Map.of("name", "x".repeat(2_001), "city", "y")))
        .withMessage("subject: has 2001 characters; 2000 are allowed");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () -> message.compose(7, "a@b.example\r\nBcc: x@y", Map.of("name", "x", "city", "y")))
        .withMessageStartingWith("address: ");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () ->
                composer()
                    .campaign(42, content("{{default name \"\"}}", "", "x"))
                    .compose(7, "a@b.example", Map.of()))
        .withMessage("subject: is empty for this recipient");
  }

  @Test
  void namesEveryProblemOfAContentAtOnce() {
    CampaignContent content =
        new CampaignContent(
            "x".repeat(201),
            "news",
            "not an address",
            " ",
            "{{#if}}",
            "{{nope x}}",
            MissingField.EMPTY);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> composer().campaign(42, content))
        .satisfies(
            e ->
                assertThat(e.problems())
                    .extracting(InvalidException.Problem::place)
                    .containsExactly(
                        "fromAddress", "fromName", "replyTo", "subject", "html", "text"));
  }

  @Test
  void refusesAContentWithoutBody() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> composer().campaign(42, content("Hi", " ", "\n")))
        .withMessage("html: there is neither HTML nor text");
  }

  @Test
  void refusesSendersWhomMostPeersWouldRefuse() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () ->
                composer()
                    .campaign(
                        42,
                        new CampaignContent(
                            "", "jürg@acme.example", "", "Hi", "", "x", MissingField.EMPTY)))
        .withMessageStartingWith("fromAddress: has characters above ASCII before the @");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> composer().campaign(42, content("=?UTF-8?Q?x?=", "Hi", "", "x")))
        .withMessageStartingWith("fromName: has \"=?\"");
  }

  @Test
  void compilesACampaignOnceUntilItsContentChanges() {
    MessageComposer composer = composer();
    CampaignMessage message = composer.campaign(42, CONTENT);

    assertThat(composer.campaign(42, content("Grüße an {{name}}", CONTENT.html(), CONTENT.text())))
        .isSameAs(message);
    assertThat(composer.campaign(42, content("new", CONTENT.html(), CONTENT.text())))
        .isNotSameAs(message);
  }

  @Test
  void identifiesListsWithinTheConfiguredDomain() throws Exception {
    MessageSettings settings =
        new MessageSettings(
            URI.create("http://localhost:8080/"),
            new Domain("bounce.acme.example"),
            Optional.empty(),
            "acme-1",
            Optional.of(new Domain("lists.acme.example")));
    MessageComposer composer =
        new MessageComposer(settings, TOKENS, DkimKeys.NONE, InstantSource.fixed(NOW));

    MimeMessage message =
        parsed(
            composer
                .campaign(
                    1,
                    new CampaignContent(
                        "", "\"our news\"@acme.example", "", "Hi", "", "x", MissingField.EMPTY))
                .compose(1, "a@b.example", Map.of()));

    assertThat(message.getHeader("List-Id")).containsExactly("<campaigns.lists.acme.example>");
    assertThat(message.getHeader("From")).containsExactly("<\"our news\"@acme.example>");
    assertThat(message.getHeader("Feedback-ID")).containsExactly("1:campaigns:campaign:acme-1");
    assertThat(message.getHeader("List-Unsubscribe"))
        .containsExactly(
            "<http://localhost:8080/unsubscribe/" + TOKENS.sign(Purpose.UNSUBSCRIBE, 1) + ">");
    assertThat(message.getHeader("List-Unsubscribe-Post"))
        .as("RFC 8058 3.1: one click works with https alone")
        .isNull();
  }

  private static ComposedMessage compose(CampaignContent content) {
    return composer().campaign(42, content).compose(7, "anna@mail.example", ANNA);
  }
}
