package io.portolan.api.webhook;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portolan.core.address.Domain;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.intake.IntakeAddresses;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.RecordedInbox;
import io.portolan.sender.intake.SignedTokens;
import io.portolan.sender.intake.TestCertificate;
import io.portolan.sender.message.Tokens;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Webhooks of every vendor, and calls that are signed by keys of the test's own. */
abstract class WebhookScene {
  static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  static final String TOPIC = "arn:aws:sns:eu-west-1:1234:bounces";
  static final String CERTIFICATE =
      "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";

  final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  final RecordedInbox inbox = new RecordedInbox();
  final IntakeCounts counts = new IntakeCounts();
  final Tokens tokens = new Tokens(new byte[Tokens.KEY_LENGTH]);
  final List<URI> fetched = new CopyOnWriteArrayList<>();
  Optional<CountDownLatch> slow = Optional.empty();
  final ObjectMapper json = new ObjectMapper();
  KeyPair sendGrid;
  TestCertificate amazon;
  Webhooks webhooks;

  @BeforeEach
  void open() throws Exception {
    sendGrid = keysOfSendGrid();
    amazon = TestCertificate.of("sns.amazonaws.com", NOW);
    IntakeAddresses addresses =
        new IntakeAddresses(
            tokens, Domain.parse("bounce.example.net"), List.of(), Optional.empty());
    webhooks =
        new Webhooks(
            List.of(
                new Webhook("ses", Vendor.SES, "", TOPIC, Optional.empty()),
                new Webhook("sendgrid", Vendor.SENDGRID, "env:SENDGRID", "", Optional.empty()),
                new Webhook("mailgun", Vendor.MAILGUN, "env:KEY", "", Optional.empty()),
                new Webhook("postmark", Vendor.POSTMARK, "env:LOGIN", "", Optional.empty()),
                new Webhook("spark-eu", Vendor.SPARKPOST, "env:LOGIN", "", Optional.empty()),
                new Webhook("generic", Vendor.GENERIC, "env:KEY", "", Optional.empty())),
            new Webhooks.Parts(
                event -> event.contains("opened") ? List.of() : List.of(bounce()),
                inbox,
                new SignedTokens(addresses),
                counts,
                new Secrets(
                    Map.of("SENDGRID", secret(sendGrid), "KEY", "key", "LOGIN", "portolan:secret")),
                now::get),
            Optional.of(this::fetch));
  }

  @AfterEach
  void close() {
    webhooks.close();
  }

  static KeyPair keysOfSendGrid() throws GeneralSecurityException {
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp256r1"));
    return ec.generateKeyPair();
  }

  static String secret(KeyPair keys) {
    return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
  }

  byte[] fetch(URI url) throws IOException {
    fetched.add(url);
    try {
      if (slow.isPresent() && !slow.get().await(30, TimeUnit.SECONDS)) {
        throw new IOException("too slow");
      }
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    if (!url.toString().equals(CERTIFICATE) && !url.getPath().equals("/confirm")) {
      throw new IOException("nothing there");
    }
    return amazon.encoded();
  }

  static Feedback bounce() {
    return new Feedback(
        FeedbackKind.BOUNCE,
        Optional.empty(),
        List.of(),
        OriginalMessage.UNKNOWN,
        Optional.empty(),
        Optional.empty());
  }

  static Call call(String body, String... headers) {
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 0; i < headers.length; i += 2) {
      given.put(headers[i], headers[i + 1]);
    }
    return new Call(
        name -> Optional.ofNullable(given.get(name)), body.getBytes(StandardCharsets.UTF_8));
  }

  int refused(String vendor, String name, Call call) {
    RefusedCallException refusal =
        catchThrowableOfType(RefusedCallException.class, () -> webhooks.take(vendor, name, call));
    return refusal == null ? 0 : refusal.status();
  }

  Call ofSendGrid(String body, Instant at) throws GeneralSecurityException {
    return ofSendGrid(sendGrid, body, at);
  }

  static Call ofSendGrid(KeyPair keys, String body, Instant at) throws GeneralSecurityException {
    String timestamp = String.valueOf(at.getEpochSecond());
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(keys.getPrivate());
    signer.update((timestamp + body).getBytes(StandardCharsets.UTF_8));
    return call(
        body,
        "X-Twilio-Email-Event-Webhook-Signature",
        Base64.getEncoder().encodeToString(signer.sign()),
        "X-Twilio-Email-Event-Webhook-Timestamp",
        timestamp);
  }

  static Call ofMailgun(String event, String token, Instant at, String key) {
    String timestamp = String.valueOf(at.getEpochSecond());
    return call(
        "{\"signature\":{\"timestamp\":\""
            + timestamp
            + "\",\"token\":\""
            + token
            + "\",\"signature\":\""
            + Signatures.hmac(key, (timestamp + token).getBytes(StandardCharsets.UTF_8))
            + "\"},\"event-data\":"
            + event
            + "}");
  }

  static Call ofOurs(String body, Instant at, String key) {
    String timestamp = String.valueOf(at.getEpochSecond());
    return call(
        body,
        "Portolan-Signature",
        "t="
            + timestamp
            + ",v1="
            + Signatures.hmac(key, (timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
  }

  static Call loggedIn(String body, String login) {
    return call(
        body,
        "Authorization",
        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
  }

  ObjectNode notification(String message) {
    return json.createObjectNode()
        .put("Type", "Notification")
        .put("MessageId", "m-1")
        .put("TopicArn", TOPIC)
        .put("Message", message)
        .put("Timestamp", now.get().toString())
        .put("SignatureVersion", "2")
        .put("SigningCertURL", CERTIFICATE);
  }

  Call ofAmazon(ObjectNode message) throws GeneralSecurityException {
    StringBuilder signed = new StringBuilder();
    List<String> fields =
        message.get("Type").asText().equals("Notification")
            ? List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
            : List.of(
                "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
    fields.stream()
        .filter(message::has)
        .forEach(
            field ->
                signed.append(field).append('\n').append(message.get(field).asText()).append('\n'));
    Signature signer =
        Signature.getInstance(
            message.get("SignatureVersion").asText().equals("1") ? "SHA1withRSA" : "SHA256withRSA");
    signer.initSign(amazon.key());
    signer.update(signed.toString().getBytes(StandardCharsets.UTF_8));
    message.put("Signature", Base64.getEncoder().encodeToString(signer.sign()));
    return call(message.toString());
  }
}
