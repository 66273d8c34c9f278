package io.portolan.sender.message;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What all messages of this installation have in common.
 *
 * @param publicUrl where recipients reach the unsubscribe endpoint; a final slash is dropped;
 *     one-click unsubscription (RFC 8058) works with https alone, see {@link #isOneClickReady}
 * @param bounceDomain whose mail comes back to us: the domain of every return path
 * @param unsubscribeMailbox a second way out, by mail, for List-Unsubscribe
 * @param senderId the stable last part of Feedback-ID by which Gmail tells senders apart: 5 to 15
 *     letters, digits or hyphens
 * @param listIdDomain the namespace of List-Id (RFC 2919); empty: the domain of the From address
 */
public record MessageSettings(
    URI publicUrl,
    Domain bounceDomain,
    Optional<EmailAddress> unsubscribeMailbox,
    String senderId,
    Optional<Domain> listIdDomain) {
  /** What stands between {@code publicUrl} and the token in an unsubscribe URL. */
  public static final String UNSUBSCRIBE_PATH = "/unsubscribe/";

  /** What stands before the token in a return path. */
  public static final String RETURN_PATH_PREFIX = "b+";

  private static final Pattern SENDER_ID = Pattern.compile("[A-Za-z0-9-]{5,15}");

  // of a URL that stands in a header as it is: RFC 3986 without what ends it there
  private static final Pattern URL =
      Pattern.compile("https?://[A-Za-z0-9._~:/?#@!$&'()*+;=%\\[\\]-]{1,200}");

  public MessageSettings {
    if (!URL.matcher(publicUrl.toString()).matches() || publicUrl.getHost() == null) {
      throw new IllegalArgumentException(
          "publicUrl is not an http or https URL of at most 200 characters: " + publicUrl);
    }
    if (publicUrl.getRawQuery() != null || publicUrl.getRawFragment() != null) {
      throw new IllegalArgumentException("publicUrl has a query or a fragment: " + publicUrl);
    }
    if (publicUrl.toString().endsWith("/")) {
      publicUrl = URI.create(publicUrl.toString().replaceFirst("/+$", ""));
    }
    if (!SENDER_ID.matcher(senderId).matches()) {
      throw new IllegalArgumentException(
          "senderId is not 5 to 15 letters, digits or hyphens: " + senderId);
    }
    if (unsubscribeMailbox.isPresent() && unsubscribeMailbox.get().needsSmtpUtf8()) {
      throw new IllegalArgumentException(
          "unsubscribeMailbox has characters above ASCII before the @");
    }
  }

  /**
   * Whether mailbox providers will offer one-click unsubscription: RFC 8058 section 3.1 asks for
   * https.
   */
  public boolean isOneClickReady() {
    return "https".equals(publicUrl.getScheme());
  }

  /** The page and endpoint behind {@code {{unsubscribe_url}}} and List-Unsubscribe. */
  String unsubscribeUrl(String token) {
    return publicUrl + UNSUBSCRIBE_PATH + token;
  }
}
