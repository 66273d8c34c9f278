package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.portolan.core.InvalidException;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import jakarta.mail.Header;
import jakarta.mail.internet.MimeMessage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever stands in names, addresses, templates and attributes, a message has our fields and no
 * others.
 */
class HeaderInjectionTest {
  private static final int LONGEST_LINE = 998;

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void hasOurFieldsOnceAndNoOthers(
      @ForAll("hostile") String name,
      @ForAll("hostile") String subject,
      @ForAll("hostile") String value,
      @ForAll("hostile") String fallback)
      throws Exception {
    CampaignContent content =
        new CampaignContent(
            name,
            "news@acme.example",
            "",
            "Hi {{value}}{{nested.value}}{{missing}} " + subject,
            "<p>{{value}} {{{value}}}</p>",
            "{{value}} " + subject,
            new MissingField(false, fallback));
    ComposedMessage composed;
    try {
      composed =
          composer()
              .campaign(3, content)
              .compose(
                  5, "anna@mail.example", Map.of("value", value, "nested", Map.of("value", value)));
    } catch (InvalidException refused) {
      // refusing is right too: a name that looks encoded, a subject too long, a template that is
      // none
      return;
    }

    assertWellFormed(composed.bytes());
    MimeMessage message = parsed(composed);
    assertThat(Collections.list(message.getAllHeaders()))
        .extracting(Header::getName)
        .containsExactly(
            "Date",
            "From",
            "List-Id",
            "Feedback-ID",
            "Precedence",
            "To",
            "Message-ID",
            "Subject",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type");
    assertThat(message.getFrom()).hasSize(1);
    assertThat(message.getFrom()[0].toString()).contains("news@acme.example");
    assertThat(message.getAllRecipients()).hasSize(1);
    assertThat(message.getSubject())
        .isEqualTo(
            HeaderText.oneLine(
                "Hi "
                    + field(value, fallback)
                    + field(value, fallback)
                    + fallback
                    + " "
                    + subject));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void takesNoAddressThatIsMoreThanOne(@ForAll("hostile") String tail) throws Exception {
    for (List<String> addresses :
        List.of(
            List.of("news@acme.example" + tail, "", "a@b.example"),
            List.of("news@acme.example", "re@acme.example" + tail, "a@b.example"),
            List.of("news@acme.example", "", "a@b.example" + tail))) {
      CampaignContent content =
          new CampaignContent(
              "", addresses.get(0), addresses.get(1), "Hi", "", "x", MissingField.EMPTY);
      ComposedMessage composed;
      try {
        composed = composer().campaign(3, content).compose(5, addresses.get(2), Map.of());
      } catch (InvalidException refused) {
        continue;
      }
      assertWellFormed(composed.bytes());
      assertThat(parsed(composed).getHeader("Bcc")).isNull();
      assertThat(parsed(composed).getHeader("From")).hasSize(1);
      assertThat(composed.mail().envelope().recipient()).doesNotContainPattern("[\\r\\n\\x00<> ]");
    }
  }

  /** Blank values count as missing. */
  private static String field(String value, String fallback) {
    return value.isBlank() ? fallback : value;
  }

  private static void assertWellFormed(byte[] message) {
    int lineStart = 0;
    for (int i = 0; i < message.length; i++) {
      byte octet = message[i];
      if (octet == '\n') {
        if (i == 0 || message[i - 1] != '\r') {
          fail("a bare LF at " + i);
        }
        if (i - 1 - lineStart > LONGEST_LINE) {
          fail("a line of " + (i - 1 - lineStart) + " octets");
        }
        lineStart = i + 1;
      } else if (octet == '\r' && (i + 1 == message.length || message[i + 1] != '\n')) {
        fail("a bare CR at " + i);
      } else if (octet >= 0 && octet < ' ' && octet != '\r' && octet != '\t') {
        fail("the control character " + octet + " at " + i);
      }
    }
    assertThat(lineStart).as("the message ends with CRLF").isEqualTo(message.length);
  }

  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.oneOf(
        Hostile.words(),
        Hostile.words().map(words -> words.substring(0, Math.min(40, words.length()))));
  }
}
