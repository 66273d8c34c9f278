package io.portolan.sender.intake;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The addresses to which mail may come back. Whoever has not had a message of ours cannot know a
 * signed one. Immutable and thread-safe.
 */
public final class IntakeAddresses {
  /** What every domain that takes mail must take (RFC 5321 section 4.5.1, RFC 2142 section 2). */
  private static final Set<String> PEOPLE = Set.of("postmaster", "abuse");

  private static final int LONGEST = 320;

  private final Tokens tokens;
  private final Domain bounceDomain;
  private final Set<String> complaints;
  private final Optional<String> unsubscribe;

  /** What mail to an address is. */
  public enum Kind {
    /** To the signed return path of a message: a bounce or a complaint about it. */
    RETURN_PATH,
    /** To an address that a feedback loop was told. */
    COMPLAINT,
    /** To the mailbox of List-Unsubscribe. */
    UNSUBSCRIBE,
    /** To postmaster or abuse. */
    PEOPLE
  }

  /**
   * @param complaints the addresses that feedback loops were told
   */
  public IntakeAddresses(
      Tokens tokens,
      Domain bounceDomain,
      List<EmailAddress> complaints,
      Optional<EmailAddress> unsubscribeMailbox) {
    this.tokens = tokens;
    this.bounceDomain = bounceDomain;
    this.complaints =
        complaints.stream()
            .map(address -> address.forEnvelope().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    this.unsubscribe =
        unsubscribeMailbox.map(address -> address.forEnvelope().toLowerCase(Locale.ROOT));
  }

  /** What mail to an address is, or nothing for an address that is none of ours. */
  public Optional<Kind> kind(String address) {
    if (address.length() > LONGEST) {
      return Optional.empty();
    }
    String lower = address.toLowerCase(Locale.ROOT);
    if (delivery(lower).isPresent()) {
      return Optional.of(Kind.RETURN_PATH);
    }
    if (complaints.contains(lower)) {
      return Optional.of(Kind.COMPLAINT);
    }
    if (unsubscribe.filter(lower::equals).isPresent()) {
      return Optional.of(Kind.UNSUBSCRIBE);
    }
    int at = lower.lastIndexOf('@');
    boolean isOurs = at < 0 ? lower.equals("postmaster") : isBounceDomain(lower.substring(at + 1));
    return isOurs && PEOPLE.contains(at < 0 ? lower : lower.substring(0, at))
        ? Optional.of(Kind.PEOPLE)
        : Optional.empty();
  }

  /** The delivery whose return path an address is; signed by this installation. */
  public OptionalLong delivery(String address) {
    int at = address.lastIndexOf('@');
    if (at < 0
        || !address.regionMatches(
            true,
            0,
            MessageSettings.RETURN_PATH_PREFIX,
            0,
            MessageSettings.RETURN_PATH_PREFIX.length())
        || !isBounceDomain(address.substring(at + 1))) {
      return OptionalLong.empty();
    }
    String token = address.substring(Math.min(at, MessageSettings.RETURN_PATH_PREFIX.length()), at);
    return tokens.verify(Tokens.Purpose.RETURN_PATH, token.toLowerCase(Locale.ROOT));
  }

  /** The return path of a delivery, by which it is found. */
  String returnPath(long deliveryId) {
    return MessageSettings.RETURN_PATH_PREFIX
        + tokens.sign(Tokens.Purpose.RETURN_PATH, deliveryId)
        + "@"
        + bounceDomain;
  }

  /** Whether something that feedback says of a message was signed by this installation. */
  boolean isSigned(OriginalMessage original) {
    return original.tokens().stream().anyMatch(address -> delivery(address).isPresent())
        || original
            .envelopeId()
            .filter(id -> signed(Tokens.Purpose.RETURN_PATH, id).isPresent())
            .isPresent()
        || original
            .messageId()
            .map(id -> id.substring(0, Math.max(0, id.indexOf('@'))))
            .filter(id -> signed(Tokens.Purpose.MESSAGE_ID, id).isPresent())
            .isPresent();
  }

  /** The delivery of a token of a return path or a Message-ID. */
  OptionalLong signed(String token) {
    OptionalLong delivery = signed(Tokens.Purpose.RETURN_PATH, token);
    return delivery.isPresent() ? delivery : signed(Tokens.Purpose.MESSAGE_ID, token);
  }

  private OptionalLong signed(Tokens.Purpose purpose, String token) {
    return tokens.verify(purpose, token.toLowerCase(Locale.ROOT));
  }

  /** The delivery of an unsubscribe token. */
  OptionalLong unsubscribed(String token) {
    return tokens.verify(Tokens.Purpose.UNSUBSCRIBE, token);
  }

  private boolean isBounceDomain(String domain) {
    try {
      return Domain.parse(domain).equals(bounceDomain);
    } catch (InvalidAddressException e) {
      return false;
    }
  }
}
