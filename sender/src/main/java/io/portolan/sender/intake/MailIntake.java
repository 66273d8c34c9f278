package io.portolan.sender.intake;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.Source;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads mail that came back and hands it to the inbox of feedback. A mail is known by the SHA-256
 * of its bytes and of the address that it was sent to, so that the same mail, brought again, counts
 * once. Thread-safe.
 */
public final class MailIntake {
  private static final int MOST_HEADER_BYTES = 64 * 1024;
  private static final Pattern UNSUBSCRIBE_TOKEN =
      Pattern.compile("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])");

  private final Function<byte[], Feedback> reader;
  private final FeedbackInbox inbox;
  private final IntakeAddresses addresses;
  private final IntakeCounts counts;
  private final InstantSource clock;

  /**
   * @param reader takes any bytes and throws nothing
   */
  public MailIntake(
      Function<byte[], Feedback> reader,
      FeedbackInbox inbox,
      IntakeAddresses addresses,
      IntakeCounts counts,
      InstantSource clock) {
    this.reader = reader;
    this.inbox = inbox;
    this.addresses = addresses;
    this.counts = counts;
    this.clock = clock;
  }

  public IntakeAddresses addresses() {
    return addresses;
  }

  public IntakeCounts counts() {
    return counts;
  }

  /** A mail to be taken. */
  public ReturnedMail of(byte[] mail) {
    return new ReturnedMail(mail);
  }

  /** A mail that is read once, to however many addresses it was sent. For one thread. */
  public final class ReturnedMail {
    private final byte[] mail;
    private final Optional<Feedback> unsubscription;
    private @Nullable Feedback report;

    private ReturnedMail(byte[] mail) {
      this.mail = mail;
      unsubscription = unsubscription(mail);
    }

    /**
     * Whether the mailto of List-Unsubscribe wrote it, with a token that this installation signed.
     * Without one anybody may have written it in another's name, so that it is for people.
     */
    public boolean isUnsubscription() {
      return unsubscription.isPresent();
    }

    /**
     * Takes the mail for one of its recipients; when this returns, what it says is committed.
     *
     * @param recipient the address of the envelope that it was sent to, if that is known
     * @param receivedFrom the peer or mailbox that it came from
     * @throws DatabaseException if it could not be committed; to be brought again
     */
    public Receipt take(Optional<String> recipient, Source source, String receivedFrom) {
      Feedback feedback = unsubscription.orElseGet(() -> sentTo(recipient, report()));
      Receipt receipt =
          inbox.take(
              new Arrival(feedback, source, key(mail, recipient), receivedFrom, clock.instant()));
      counts.taken(source, receipt);
      return receipt;
    }

    private Feedback report() {
      Feedback read = report == null ? reader.apply(mail) : report;
      report = read;
      return read;
    }
  }

  /** What feedback loops send names its message by an id that this installation signed. */
  private Feedback sentTo(Optional<String> recipient, Feedback read) {
    OriginalMessage original = read.original();
    List<String> tokens = new ArrayList<>();
    recipient.ifPresent(tokens::add);
    original.tokens().stream().filter(token -> !tokens.contains(token)).forEach(tokens::add);
    boolean isSigned = addresses.isSigned(original.withTokens(tokens));
    return new Feedback(
        read.kind(),
        read.feedbackType(),
        read.recipients(),
        isSigned
            ? original.withTokens(tokens)
            // what nobody signed may be anybody's: looked at with its delivery, never acted upon
            : OriginalMessage.UNKNOWN.withFeedbackId(original.feedbackId()),
        read.reportingMta(),
        read.arrivalDate());
  }

  private Optional<Feedback> unsubscription(byte[] mail) {
    OptionalLong delivery = OptionalLong.empty();
    Matcher token = UNSUBSCRIBE_TOKEN.matcher(subject(mail));
    while (delivery.isEmpty() && token.find()) {
      delivery = addresses.unsubscribed(token.group());
    }
    if (delivery.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Feedback(
            FeedbackKind.UNSUBSCRIBE,
            Optional.empty(),
            List.of(),
            OriginalMessage.UNKNOWN.withTokens(List.of(addresses.returnPath(delivery.getAsLong()))),
            Optional.empty(),
            Optional.empty()));
  }

  private static String subject(byte[] mail) {
    try {
      String subject =
          new InternetHeaders(
                  new ByteArrayInputStream(mail, 0, Math.min(mail.length, MOST_HEADER_BYTES)))
              .getHeader("Subject", " ");
      return subject == null ? "" : MimeUtility.decodeText(MimeUtility.unfold(subject));
    } catch (MessagingException | UnsupportedEncodingException | RuntimeException e) {
      return ""; // a stranger's header may be anything
    }
  }

  /**
   * By what a mail is known, whichever way it comes in, so that all ways together count it once:
   * the SHA-256 of its bytes and of the recipient in its envelope, where there is one.
   */
  public static String key(byte[] mail, Optional<String> recipient) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(mail);
      recipient.ifPresent(
          address -> {
            digest.update((byte) 0);
            digest.update(address.getBytes(StandardCharsets.UTF_8));
          });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
