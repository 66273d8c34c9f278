package io.portolan.sender.feedback;

import io.portolan.core.feedback.OriginalMessage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Gathers what a mail that came back says of the message that it is about. */
final class OriginalReader {
  private static final int LONGEST_ID = 998; // RFC 5322 section 2.1.1

  private OriginalReader() {}

  /**
   * Reads both sets of headers.
   *
   * @param mail of the mail that came back
   * @param original of the message that it cites; empty where it cites none
   */
  static OriginalMessage read(Headers mail, Headers original) {
    Set<String> tokens = new LinkedHashSet<>();
    for (String name : List.of("delivered-to", "x-original-to", "envelope-to", "to", "cc")) {
      mail.all(name).forEach(value -> addWritten(tokens, value));
    }
    for (String name : List.of("return-path", "x-envelope-from", "sender", "reply-to")) {
      original.all(name).forEach(value -> addWritten(tokens, value));
    }
    Set<String> to = new LinkedHashSet<>();
    original.all("to").forEach(value -> addAll(to, value));
    return new OriginalMessage(
        List.copyOf(tokens),
        Optional.empty(),
        messageId(original.text("message-id"))
            .or(() -> messageId(mail.text("in-reply-to")))
            .or(() -> messageId(mail.text("references"))),
        original.first("feedback-id").map(value -> cut(value)),
        MailAddresses.first(original.decoded("from")),
        List.copyOf(to));
  }

  private static void addAll(Set<String> addresses, String value) {
    MailAddresses.in(Headers.decodedWords(value)).forEach(found -> addresses.add(found.address()));
  }

  /** A token may tell capitals from small letters. */
  private static void addWritten(Set<String> addresses, String value) {
    MailAddresses.in(value).forEach(found -> addresses.add(found.written()));
  }

  private static Optional<String> messageId(String value) {
    int start = value.lastIndexOf('<');
    int end = value.indexOf('>', start + 1);
    return start >= 0 && end > start + 1
        ? Optional.of(cut(value.substring(start + 1, end)))
        : Optional.empty();
  }

  private static String cut(String value) {
    return value.length() > LONGEST_ID ? value.substring(0, LONGEST_ID) : value;
  }

  /** The addresses that are ours or the reporter's, and so no recipient in doubt. */
  static Set<String> others(Headers mail, Headers original) {
    Set<String> others = new LinkedHashSet<>();
    Stream.of("from", "to", "return-path", "delivered-to", "x-original-to", "reply-to")
        .forEach(name -> mail.all(name).forEach(value -> addAll(others, value)));
    Stream.of("from", "return-path", "sender", "reply-to", "errors-to")
        .forEach(name -> original.all(name).forEach(value -> addAll(others, value)));
    return others;
  }

  /** Whether an address is one of a mail system's, to which nobody sends campaigns. */
  static boolean isSystem(String address) {
    String local = address.substring(0, Math.max(0, address.indexOf('@'))).toLowerCase(Locale.ROOT);
    return local.startsWith("mailer-daemon")
        || local.equals("postmaster")
        || local.equals("abuse")
        || local.equals("mailerdaemon");
  }
}
