package io.portolan.sender.message;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.sender.dkim.BodyHash;
import io.portolan.sender.dkim.DkimSigner;
import io.portolan.sender.dkim.SigningProvider;
import io.portolan.sender.feedback.CpuTime;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to make one message of about 2 KB, text and HTML, with four merge fields. Run by
 * {@code org.openjdk.jmh.Main ComposeBenchmark} on the test class path.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ComposeBenchmark {
  private static final String LINE =
      "Unsere neuen Angebote sind da, {{name}}: schauen Sie vorbei, es lohnt sich.\n";
  private static final String TEXT = LINE.repeat(8) + "Abmelden: {{unsubscribe_url}}\n";
  private static final String HTML =
      "<html><body>"
          + "<p>Unsere neuen Angebote für {{city}}, {{name}}: <a href=\"https://acme.example/{{plan}}\">hier</a>.</p>\n"
              .repeat(8)
          + "<p><a href=\"{{unsubscribe_url}}\">Abmelden</a></p></body></html>\n";
  private static final CampaignContent CONTENT =
      Fixture.content("Acme Büro", "Grüße aus {{city}}, {{name}}", HTML, TEXT);
  private static final Map<String, Object> ATTRIBUTES =
      Map.of("name", "Anna Müller", "city", "Köln", "plan", "gold");

  private final CampaignMessage plain = Fixture.composer().campaign(1, CONTENT);
  private final CampaignMessage signed = Fixture.composer(Fixture.signing()).campaign(1, CONTENT);
  private final CampaignMessage signedByJdk =
      Fixture.composer(Fixture.signing(SigningProvider.JDK)).campaign(1, CONTENT);
  private final CampaignMessage ascii =
      Fixture.composer()
          .campaign(1, Fixture.content("Acme", "Hi {{plan}}", "", "x{{plan}} ".repeat(200)));
  private final CampaignMessage derived =
      Fixture.composer().campaign(1, Fixture.content("Acme", "Hi {{plan}}", HTML, ""));
  private final DkimSigner signer = signer(SigningProvider.AUTO);
  private final DkimSigner jdkSigner = signer(SigningProvider.JDK);
  private final byte[] message = plain.compose(1, "anna@mail.example", ATTRIBUTES).bytes();
  private final int body = new String(message, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
  private final String header = new String(message, 0, body - 2, StandardCharsets.UTF_8);
  private long deliveryId;

  private static DkimSigner signer(SigningProvider provider) {
    return Fixture.signing(provider).signerOf(new Domain("acme.example")).orElseThrow();
  }

  @Benchmark
  public ComposedMessage compose() {
    return plain.compose(++deliveryId, "anna@mail.example", ATTRIBUTES);
  }

  @Benchmark
  public ComposedMessage composeSigned() {
    return signed.compose(++deliveryId, "anna@mail.example", ATTRIBUTES);
  }

  @Benchmark
  public ComposedMessage composeSignedByJdk() {
    return signedByJdk.compose(++deliveryId, "anna@mail.example", ATTRIBUTES);
  }

  /** Signing alone: hashing the body, the fields in relaxed form, and one RSA-2048 signature. */
  @Benchmark
  public String sign(CpuTime cpu) {
    cpu.add(1);
    return signer.sign(header, bodyHash(), Fixture.NOW);
  }

  @Benchmark
  public String signByJdk(CpuTime cpu) {
    cpu.add(1);
    return jdkSigner.sign(header, bodyHash(), Fixture.NOW);
  }

  private String bodyHash() {
    return new BodyHash().feed(message, body, message.length).base64();
  }

  @Benchmark
  public ComposedMessage composeAsciiText() {
    return ascii.compose(++deliveryId, "anna@mail.example", ATTRIBUTES);
  }

  @Benchmark
  public ComposedMessage composeWithTextFromHtml() {
    return derived.compose(++deliveryId, "anna@mail.example", ATTRIBUTES);
  }

  /** The merging alone. */
  @Benchmark
  public Object merge() {
    return plain.merge(++deliveryId, CampaignMessage.recipient("anna@mail.example"), ATTRIBUTES);
  }

  /** The same message by Jakarta Mail for each recipient, to compare with. */
  @Benchmark
  public byte[] jakartaMail() throws Exception {
    CampaignMessage.Merged merged =
        plain.merge(++deliveryId, CampaignMessage.recipient("anna@mail.example"), ATTRIBUTES);
    MimeMessage message = new MimeMessage(Fixture.SESSION);
    message.setFrom(new InternetAddress("news@acme.example", "Acme Büro", "UTF-8"));
    message.setRecipient(RecipientType.TO, new InternetAddress("anna@mail.example"));
    message.setSubject(merged.subject(), "UTF-8");
    message.setSentDate(Date.from(Fixture.NOW));
    message.setHeader("List-Id", "<news.acme.example>");
    message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    MimeBodyPart text = new MimeBodyPart();
    text.setText(plain.text(merged), "UTF-8");
    MimeBodyPart html = new MimeBodyPart();
    html.setText(plain.html(merged), "UTF-8", "html");
    message.setContent(new MimeMultipart("alternative", text, html));
    message.saveChanges();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
    message.writeTo(bytes);
    return bytes.toByteArray();
  }
}
