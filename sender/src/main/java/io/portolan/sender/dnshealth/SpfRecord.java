package io.portolan.sender.dnshealth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SPF record, taken apart (RFC 7208 section 4.6.1).
 *
 * @param redirect the domain whose record holds where nothing here matches
 * @param mistakes in its syntax, each as it is written; any makes receivers give up (permerror)
 */
record SpfRecord(List<Mechanism> mechanisms, Optional<String> redirect, List<String> mistakes) {
  /** Longer ones are not read: RFC 7208 section 3.4 advises answers below 512 octets. */
  static final int LONGEST = 4_096;

  private static final String VERSION = "v=spf1";
  private static final Pattern MECHANISM =
      Pattern.compile("([-+?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?:[:/].*)?)");
  private static final Pattern MODIFIER = Pattern.compile("[a-z][a-z0-9_.-]*=.*");
  private static final Pattern ADDRESS_RANGE = Pattern.compile(":([0-9a-f.:]+)(?:/(\\d{1,3}))?");

  /**
   * One directive.
   *
   * @param qualifier {@code + - ~ ?}
   * @param value what follows the colon, without a prefix length; empty for none
   */
  record Mechanism(char qualifier, String name, String value) {
    /** Whether the name is known only to a receiver that has a message (section 7). */
    boolean hasMacro() {
      return value.indexOf('%') >= 0;
    }
  }

  SpfRecord {
    mechanisms = List.copyOf(mechanisms);
    mistakes = List.copyOf(mistakes);
  }

  /** Whether a TXT record is one of SPF (section 4.5). */
  static boolean isSpf(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.equals(VERSION) || lower.startsWith(VERSION + " ");
  }

  static SpfRecord parse(String text) {
    List<Mechanism> mechanisms = new ArrayList<>();
    List<String> mistakes = new ArrayList<>();
    Optional<String> redirect = Optional.empty();
    if (text.length() > LONGEST) {
      return new SpfRecord(List.of(), redirect, List.of("more than " + LONGEST + " characters"));
    }
    String terms = text.substring(VERSION.length()).strip().toLowerCase(Locale.ROOT);
    for (String term : terms.isEmpty() ? new String[0] : terms.split(" +")) {
      Matcher mechanism = MECHANISM.matcher(term);
      if (mechanism.matches() && isRight(mechanism.group(2), mechanism.group(3))) {
        mechanisms.add(mechanism(mechanism));
      } else if (mechanism.matches() || !MODIFIER.matcher(term).matches()) {
        mistakes.add(term);
      } else if (term.startsWith("redirect=")) {
        if (redirect.isPresent() || term.endsWith("=")) {
          mistakes.add(term);
        }
        redirect = Optional.of(term.substring(term.indexOf('=') + 1));
      }
    }
    return new SpfRecord(mechanisms, redirect, mistakes);
  }

  /** The {@code all} at its end. */
  Optional<Mechanism> all() {
    return mechanisms.stream().filter(each -> each.name().equals("all")).findFirst();
  }

  private static Mechanism mechanism(Matcher matcher) {
    char qualifier = matcher.group(1).isEmpty() ? '+' : matcher.group(1).charAt(0);
    String rest = matcher.group(3);
    String value =
        rest.startsWith(":") ? rest.substring(1).replaceFirst("(/\\d+)?(//\\d+)?$", "") : "";
    return new Mechanism(qualifier, matcher.group(2), value);
  }

  private static boolean isRight(String name, String rest) {
    return switch (name) {
      case "all" -> rest.isEmpty();
      case "include", "exists" -> rest.startsWith(":") && rest.length() > 1;
      case "ip4" -> isRange(rest, 4);
      case "ip6" -> isRange(rest, 16);
      default -> !rest.equals(":") && !rest.equals("/");
    };
  }

  private static boolean isRange(String rest, int bytes) {
    Matcher range = ADDRESS_RANGE.matcher(rest);
    if (!range.matches()) {
      return false;
    }
    try {
      int length = range.group(2) == null ? 0 : Integer.parseInt(range.group(2));
      String address = range.group(1);
      // four numbers, for ofLiteral takes fewer
      boolean isWhole = bytes == 16 || address.matches("\\d{1,3}(\\.\\d{1,3}){3}");
      return isWhole
          && length <= bytes * 8
          && InetAddress.ofLiteral(address).getAddress().length == bytes;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
