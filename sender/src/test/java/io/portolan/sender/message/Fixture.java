package io.portolan.sender.message;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.dkim.SigningProvider;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** A composer with everything set, contents, and ways to read what it made. */
public final class Fixture {
  public static final Instant NOW = Instant.parse("2026-11-24T09:05:07.123Z");
  public static final MessageSettings SETTINGS =
      new MessageSettings(
          URI.create("https://mail.acme.example"),
          new Domain("bounce.acme.example"),
          Optional.of(EmailAddress.parse("unsubscribe+me@acme.example")),
          "portolan",
          Optional.empty());
  public static final Tokens TOKENS = new Tokens(key(1));
  public static final KeyPair RSA = rsa(2048);
  public static final KeyPair ED25519 = ed25519();
  public static final Session SESSION = Session.getInstance(new Properties());

  /** Fields that signatures let nobody add, those that the message has and those that it lacks. */
  static final List<String> STANDING_ONCE =
      List.of(
          "From",
          "To",
          "Cc",
          "Subject",
          "Date",
          "Message-ID",
          "Reply-To",
          "MIME-Version",
          "Content-Type",
          "Content-Transfer-Encoding",
          "List-Id",
          "List-Unsubscribe",
          "List-Unsubscribe-Post",
          "Feedback-ID");

  private Fixture() {}

  public static MessageComposer composer() {
    return composer(DkimKeys.NONE);
  }

  public static MessageComposer composer(DkimKeys keys) {
    return new MessageComposer(SETTINGS, TOKENS, keys, InstantSource.fixed(NOW));
  }

  public static DkimKeys signing() {
    return signing(SigningProvider.AUTO);
  }

  public static DkimKeys signing(SigningProvider provider) {
    return new DkimKeys(
        List.of(new DkimKey(new Domain("acme.example"), "s1", RSA.getPrivate())), provider);
  }

  public static CampaignContent content(String subject, String html, String text) {
    return content("Acme News", subject, html, text);
  }

  public static CampaignContent content(String fromName, String subject, String html, String text) {
    return new CampaignContent(
        fromName,
        "news@acme.example",
        "Answers@acme.example",
        subject,
        html,
        text,
        MissingField.ERROR);
  }

  /** Signing by both keys. */
  public static DkimKeys signingTwice(SigningProvider provider) {
    Domain domain = new Domain("acme.example");
    return new DkimKeys(
        List.of(
            new DkimKey(domain, "s1", RSA.getPrivate()),
            new DkimKey(domain, "e1", ED25519.getPrivate())),
        provider);
  }

  private static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] key(int fill) {
    byte[] key = new byte[Tokens.KEY_LENGTH];
    Arrays.fill(key, (byte) fill);
    return key;
  }

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The record that the DNS would hold for the key of {@link #signing}. */
  public static String publicRecord() {
    return "v=DKIM1; k=rsa; p=" + Base64.getEncoder().encodeToString(RSA.getPublic().getEncoded());
  }

  /** The record of the second key of {@link #signingTwice}. */
  public static String publicRecordOfEd25519() {
    return "v=DKIM1; k=ed25519; p="
        + Base64.getEncoder()
            .encodeToString(
                new DkimKey(new Domain("acme.example"), "e1", ED25519.getPrivate())
                    .publicKey()
                    .orElseThrow());
  }

  /** Of a recipient. */
  static ClaimedDelivery delivery(Map<String, Object> attributes) {
    return new ClaimedDelivery(
        5,
        1,
        "anna@mail.example",
        "mail.example",
        "other",
        0,
        attributes,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** A message with one more field above all others. */
  static byte[] under(String field, byte[] message) {
    byte[] line = (field + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(line, line.length + message.length);
    System.arraycopy(message, 0, all, line.length, message.length);
    return all;
  }

  static MimeMessage parsed(ComposedMessage message) {
    return parsed(message.bytes());
  }

  static MimeMessage parsed(byte[] bytes) {
    try {
      return new MimeMessage(SESSION, new ByteArrayInputStream(bytes));
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The decoded text of the only or the nth part, with the line breaks of Java. */
  static String part(MimeMessage message, int index) {
    try {
      Object content = message.getContent();
      String text =
          content instanceof MimeMultipart parts
              ? (String) parts.getBodyPart(index).getContent()
              : (String) content;
      return text.replace("\r\n", "\n");
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static String ascii(ComposedMessage message) {
    return new String(message.bytes(), StandardCharsets.UTF_8);
  }
}
