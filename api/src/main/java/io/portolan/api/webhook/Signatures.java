package io.portolan.api.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The ways in which vendors but SES prove who they are. Whatever compares a secret takes as long
 * for a wrong one as for the right one. Immutable and thread-safe.
 */
final class Signatures {
  /** Vendors try again for a day, and may then send the time of the first trial. */
  static final Duration OLDEST_OF_VENDORS = Duration.ofHours(24);

  /** Who signs for us signs each trial anew. */
  static final Duration OLDEST_OF_OURS = Duration.ofMinutes(5);

  static final Duration MOST_AHEAD = Duration.ofMinutes(5);
  private static final String HMAC = "HmacSHA256";
  private static final Pattern OURS = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

  private final InstantSource clock;

  Signatures(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * SendGrid's signed event webhook: ECDSA with SHA-256 over the timestamp and the body.
   *
   * @param key the public key as SendGrid shows it, base64
   */
  void sendGrid(Call call, String key) throws RefusedCallException {
    String signature =
        call.header("X-Twilio-Email-Event-Webhook-Signature")
            .orElseThrow(() -> RefusedCallException.unproved("The call is not signed."));
    String timestamp =
        call.header("X-Twilio-Email-Event-Webhook-Timestamp")
            .orElseThrow(() -> RefusedCallException.unproved("The call has no timestamp."));
    byte[] signed = concatenated(timestamp, call.body());
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(publicKey(key));
      verifier.update(signed);
      if (!verifier.verify(Base64.getDecoder().decode(signature))) {
        throw RefusedCallException.wrong("The signature is wrong.");
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw RefusedCallException.wrong("The signature is wrong.");
    }
    recent(seconds(timestamp), OLDEST_OF_VENDORS);
  }

  /** Mailgun's: HMAC-SHA256 over timestamp and token, which both stand in the body. */
  void mailgun(String timestamp, String token, String signature, String key)
      throws RefusedCallException {
    if (signature.isEmpty()) {
      throw RefusedCallException.unproved("The call is not signed.");
    }
    same(hmac(key, (timestamp + token).getBytes(StandardCharsets.UTF_8)), signature);
    recent(seconds(timestamp), OLDEST_OF_VENDORS);
  }

  /**
   * Postmark's and SparkPost's: Basic authentication, or a bearer token.
   *
   * @param secret {@code name:password}, or the token
   */
  static void login(Call call, String secret) throws RefusedCallException {
    String header =
        call.header("Authorization")
            .orElseThrow(() -> RefusedCallException.unproved("The call has no Authorization."));
    String basic =
        "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
    // both are compared, whatever the first says
    boolean isBasic = isSame(basic, header);
    boolean isBearer = isSame("Bearer " + secret, header);
    if (!isBasic && !isBearer) {
      throw RefusedCallException.wrong("The name or password is wrong.");
    }
  }

  /**
   * Portolan's own: {@code Portolan-Signature: t=SECONDS,v1=HEX}, the HMAC-SHA256 of the seconds, a
   * full stop and the body.
   */
  void ours(Call call, String key) throws RefusedCallException {
    Matcher header =
        OURS.matcher(
            call.header("Portolan-Signature")
                .orElseThrow(() -> RefusedCallException.unproved("The call is not signed.")));
    if (!header.matches()) {
      throw RefusedCallException.wrong("Portolan-Signature is not t=SECONDS,v1=HEX.");
    }
    same(hmac(key, concatenated(header.group(1) + ".", call.body())), header.group(2));
    recent(seconds(header.group(1)), OLDEST_OF_OURS);
  }

  /** Refuses what was signed too long ago, or later than now. */
  void recent(Instant signedAt, Duration oldest) throws RefusedCallException {
    Instant now = clock.instant();
    if (signedAt.isBefore(now.minus(oldest)) || signedAt.isAfter(now.plus(MOST_AHEAD))) {
      throw RefusedCallException.wrong(
          "The signature is of " + signedAt + ", too far from now; is the clock right?");
    }
  }

  static String hmac(String key, byte[] content) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), HMAC));
      return HexFormat.of().formatHex(mac.doFinal(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  private static void same(String expected, String given) throws RefusedCallException {
    if (!isSame(expected, given)) {
      throw RefusedCallException.wrong("The signature is wrong.");
    }
  }

  private static boolean isSame(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  private static PublicKey publicKey(String base64) throws GeneralSecurityException {
    String bare = base64.replaceAll("-----[A-Z ]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(bare)));
  }

  private static Instant seconds(String text) throws RefusedCallException {
    if (!SECONDS.matcher(text).matches()) {
      throw RefusedCallException.wrong("The timestamp is no number of seconds.");
    }
    return Instant.ofEpochSecond(Long.parseLong(text));
  }

  private static byte[] concatenated(String before, byte[] body) {
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }
}
