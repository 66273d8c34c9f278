package io.portolan.sender.feedback;

import io.portolan.core.reply.EnhancedStatusCode;
import jakarta.mail.internet.MailDateFormat;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fields of a delivery status notification (RFC 3464; RFC 6533 for addresses beyond ASCII), as
 * they stand in a part of their own or, with some hosts, in the text of a mail.
 */
record StatusReport(
    Optional<String> envelopeId,
    Optional<String> reportingMta,
    Optional<Instant> arrivalDate,
    List<Recipient> recipients) {
  private static final int MOST_RECIPIENTS = 200;
  private static final int LONGEST_ID = 100; // RFC 3461 section 4.4
  private static final Pattern FIELD =
      Pattern.compile(
          "^\\s{0,8}(?:final-recipient|original-recipient|original-envelope-id|action|status|diagnostic-code|remote-mta|reporting-mta|last-attempt-date|x-actual-recipient|arrival-date)\\s{0,2}:",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");
  // of the xtext of RFC 3461 section 4 what must be escaped: a tag such as +20 may be the address's
  private static final Pattern XTEXT = Pattern.compile("\\+(2B|3D)");
  private static final Pattern ESCAPED = Pattern.compile("\\\\x\\{([0-9A-Fa-f]{1,6})}");

  StatusReport {
    recipients = List.copyOf(recipients);
  }

  /**
   * What is said of one recipient.
   *
   * @param address in lower case; Final-Recipient, or Original-Recipient where that is none; empty
   *     where neither is an address
   * @param action in lower case: failed, delayed, delivered, relayed, expanded; empty if not given
   */
  record Recipient(
      String address,
      List<String> alternatives,
      String action,
      Optional<EnhancedStatusCode> status,
      Optional<String> remoteMta,
      String diagnostic) {
    Recipient {
      alternatives = List.copyOf(alternatives);
    }

    /** The same of another address. */
    Recipient at(String other) {
      return new Recipient(other, alternatives, action, status, remoteMta, diagnostic);
    }
  }

  /** Reads the lines of a report. Text that stands around the fields is passed over. */
  static StatusReport read(List<String> lines) {
    List<Headers> groups = groups(lines);
    Optional<String> envelope = Optional.empty();
    Optional<String> reporting = Optional.empty();
    Optional<Instant> arrival = Optional.empty();
    List<Recipient> recipients = new ArrayList<>();
    for (Headers group : groups) {
      envelope = envelope.or(() -> group.first("original-envelope-id").filter(StatusReport::isId));
      reporting = reporting.or(() -> group.first("reporting-mta").map(StatusReport::host));
      arrival = arrival.or(() -> group.first("arrival-date").flatMap(StatusReport::date));
      if (recipients.size() < MOST_RECIPIENTS) {
        recipient(group).ifPresent(recipients::add);
      }
    }
    return new StatusReport(envelope, reporting, arrival, recipients);
  }

  /** Whether lines of a text have the fields of a report in them. */
  static boolean isIn(List<String> lines) {
    boolean hasRecipient = false;
    boolean hasVerdict = false;
    for (String line : lines) {
      if (line.length() < 14 || line.length() > 900 || !FIELD.matcher(line).find()) {
        continue;
      }
      String name = line.strip().toLowerCase(Locale.ROOT);
      hasRecipient |= name.startsWith("final-recipient") || name.startsWith("original-recipient");
      hasVerdict |=
          name.startsWith("action")
              || name.startsWith("status")
              || name.startsWith("diagnostic-code");
    }
    return hasRecipient && hasVerdict;
  }

  /** Blocks between empty lines; one that names a second recipient is cut before it. */
  private static List<Headers> groups(List<String> lines) {
    List<Headers> groups = new ArrayList<>();
    List<String> block = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String line : lines) {
      String lower =
          line.substring(0, Math.min(line.length(), 40)).strip().toLowerCase(Locale.ROOT);
      String name = lower.substring(0, Math.max(0, lower.indexOf(':'))).strip();
      boolean isOnce = name.equals("final-recipient") || name.equals("action");
      if (line.isBlank() || (isOnce && seen.contains(name))) {
        add(groups, block);
        seen.clear();
      }
      seen.add(name);
      if (!line.isBlank()) {
        block.add(FIELD.matcher(line).find() ? line.stripLeading() : line);
      }
    }
    add(groups, block);
    return groups;
  }

  private static void add(List<Headers> groups, List<String> block) {
    if (!block.isEmpty() && groups.size() < 2 * MOST_RECIPIENTS) {
      groups.add(Headers.read(block));
    }
    block.clear();
  }

  private static Optional<Recipient> recipient(Headers group) {
    List<String> addresses = new ArrayList<>();
    for (String name : List.of("final-recipient", "original-recipient", "x-actual-recipient")) {
      group
          .first(name)
          .flatMap(StatusReport::address)
          .filter(address -> !addresses.contains(address))
          .ifPresent(addresses::add);
    }
    // some hosts hand on what the sender wrote in ORCPT as it stood there
    group
        .first("original-recipient")
        .filter(value -> XTEXT.matcher(value).find())
        .flatMap(value -> address(XTEXT.matcher(value).replaceAll(StatusReport::unescaped)))
        .filter(address -> !addresses.contains(address))
        .ifPresent(addresses::add);
    if (addresses.isEmpty()) {
      if (!group.has("final-recipient")) {
        return Optional.empty();
      }
      addresses.add("");
    }
    String diagnostic = String.join(" ", group.all("diagnostic-code"));
    int comment = group.text("status").indexOf('(');
    if (comment > 0) {
      diagnostic = (diagnostic + " " + group.text("status").substring(comment)).strip();
    }
    return Optional.of(
        new Recipient(
            addresses.getFirst(),
            addresses.subList(1, addresses.size()),
            group.text("action").toLowerCase(Locale.ROOT).split("[\\s;(]", 2)[0],
            status(group.text("status")),
            group.first("remote-mta").map(StatusReport::host),
            Headers.decodedWords(diagnostic)));
  }

  private static boolean isId(String value) {
    return !value.isEmpty() && value.length() <= LONGEST_ID;
  }

  static Optional<EnhancedStatusCode> status(String text) {
    Matcher found = STATUS.matcher(text);
    return found.find() ? EnhancedStatusCode.parse(found.group()) : Optional.empty();
  }

  /** The address behind a type such as {@code rfc822;} or {@code utf-8;}. */
  private static Optional<String> address(String value) {
    String bare = value.substring(value.indexOf(';') + 1).strip();
    if (bare.contains("\\x{")) {
      bare = ESCAPED.matcher(bare).replaceAll(StatusReport::unescaped);
    }
    if (bare.startsWith("@")) {
      bare = bare.substring(bare.indexOf(':') + 1); // RFC 5321 appendix C: a source route
    }
    Optional<String> found = MailAddresses.first(bare);
    if (found.isPresent() || bare.isEmpty() || bare.length() > 320 || bare.matches(".*[ @].*")) {
      return found;
    }
    // a local user or an X.400 name: nobody whom a campaign was sent to, but told apart by it
    return Optional.of(bare.toLowerCase(Locale.ROOT));
  }

  private static String unescaped(MatchResult escape) {
    int character = Integer.parseInt(escape.group(1), 16);
    return Character.isValidCodePoint(character)
        ? Matcher.quoteReplacement(Character.toString(character))
        : "";
  }

  /** The host's name behind a type such as {@code dns;}. */
  static String host(String value) {
    String name = value.substring(value.indexOf(';') + 1).strip();
    int end = 0;
    while (end < name.length() && end < 255 && " \t([,;".indexOf(name.charAt(end)) < 0) {
      end++;
    }
    return name.substring(0, end).toLowerCase(Locale.ROOT);
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(new MailDateFormat().parse(value).toInstant());
    } catch (ParseException e) {
      return Optional.empty();
    }
  }
}
