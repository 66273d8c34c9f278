package io.portolan.sender.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portolan.sender.simulation.Behaviour.Capability;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A command line taken apart: verb in upper case, the rest as it came. */
record SmtpCommand(String verb, String argument) {
  /**
   * The path and the parameters of MAIL or RCPT, RFC 5321 section 4.1.2. Parameter names are in
   * upper case.
   */
  record Path(String address, Map<String, String> parameters) {
    boolean ascii() {
      return address.chars().allMatch(c -> c < 128);
    }
  }

  /** A name and a password as AUTH carries them. */
  record Credentials(String name, String password) {}

  /* RFC 3461, sections 4 to 4.4, and RFC 6533, section 3 */
  private static final int MAX_ENVID = 100;
  private static final int MAX_ORCPT = 500;
  private static final String XCHARS = "(?:[!-*,-<>-~]|\\+[0-9A-F]{2})+";
  private static final Pattern XTEXT = Pattern.compile(XCHARS);
  private static final Pattern ORCPT = Pattern.compile("[A-Za-z0-9-]+;" + XCHARS);
  private static final Pattern UTF8 =
      Pattern.compile("(?i:utf-8);(?:[!-*,-<>-\\[\\]-~]|[^\\x00-\\x7f]|\\\\x\\{[0-9A-F]+})+");
  private static final Pattern NOTIFY =
      Pattern.compile("(?i)NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2}");

  static final ServerReply TOO_BIG =
      ServerReply.of(552, "5.3.4", "Message too big for this server");
  private static final ServerReply UNKNOWN_PARAMETER =
      ServerReply.of(555, "5.5.4", "Parameter not recognized");
  private static final ServerReply BAD_PARAMETER =
      ServerReply.of(501, "5.5.4", "Parameter value not understood");
  private static final ServerReply NOT_ASCII =
      ServerReply.of(553, "5.6.7", "Non-ASCII address without SMTPUTF8");

  static SmtpCommand parse(String line) {
    int space = line.indexOf(' ');
    return space < 0
        ? new SmtpCommand(line.toUpperCase(Locale.ROOT), "")
        : new SmtpCommand(
            line.substring(0, space).toUpperCase(Locale.ROOT), line.substring(space + 1).strip());
  }

  /** The path after {@code FROM:} or {@code TO:}, or empty where the syntax is wrong. */
  Optional<Path> path(String keyword) {
    if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())
        || argument.length() <= keyword.length()
        || argument.charAt(keyword.length()) != '<') {
      return Optional.empty();
    }
    int start = keyword.length() + 1;
    int end = closing(start);
    if (end < 0 || (end + 1 < argument.length() && argument.charAt(end + 1) != ' ')) {
      return Optional.empty();
    }
    String address = argument.substring(start, end);
    if (address.startsWith(
        "@")) { // a source route, to be accepted and ignored: RFC 5321 appendix C
      address = address.substring(address.indexOf(':') + 1);
    }
    return isMailbox(address)
        ? Optional.of(new Path(address, parameters(end + 1)))
        : Optional.empty();
  }

  private int closing(int start) {
    boolean quoted = false;
    for (int i = start; i < argument.length(); i++) {
      char c = argument.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '>' && !quoted) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isMailbox(String address) {
    if (address.isEmpty() || address.equalsIgnoreCase("postmaster")) {
      return true; // which command may have which is the dialogue's business
    }
    int at = address.lastIndexOf('@');
    if (at < 1 || at == address.length() - 1) {
      return false;
    }
    boolean quoted = address.charAt(0) == '"' && at > 1 && address.charAt(at - 1) == '"';
    return noneOf(address, quoted ? at : 0, " \t<>\"()," + (quoted ? "" : "\\"))
        && noControls(address);
  }

  private static boolean noneOf(String text, int from, String characters) {
    for (int i = from; i < text.length(); i++) {
      if (characters.indexOf(text.charAt(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean noControls(String text) {
    return text.chars().noneMatch(c -> c < ' ' || c == 127);
  }

  private Map<String, String> parameters(int from) {
    if (from >= argument.length()) {
      return Map.of();
    }
    Map<String, String> parameters = HashMap.newHashMap(4);
    int at = from;
    while (at < argument.length()) {
      int next = argument.indexOf(' ', at);
      int end = next < 0 ? argument.length() : next;
      if (end > at) {
        String word = argument.substring(at, end);
        int equals = word.indexOf('=');
        parameters.put(
            (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT),
            equals < 0 ? "" : word.substring(equals + 1));
      }
      at = end + 1;
    }
    return parameters;
  }

  /** What a server that offers these capabilities has against the path and parameters of MAIL. */
  static Optional<ServerReply> objectionToMail(Path path, Set<Capability> offered, long maxBytes) {
    for (Map.Entry<String, String> parameter : path.parameters().entrySet()) {
      String value = parameter.getValue();
      boolean known =
          switch (parameter.getKey()) {
            case "SIZE" -> offered.contains(Capability.SIZE);
            case "BODY" -> offered.contains(Capability.EIGHT_BIT_MIME);
            case "SMTPUTF8" -> offered.contains(Capability.SMTP_UTF8);
            case "RET", "ENVID" -> offered.contains(Capability.DSN);
            case "AUTH" -> offered.contains(Capability.AUTH);
            default -> false;
          };
      boolean valid =
          switch (parameter.getKey()) {
            case "SIZE" -> value.length() <= 18 && isNumber(value);
            case "BODY" -> value.equalsIgnoreCase("7BIT") || value.equalsIgnoreCase("8BITMIME");
            case "ENVID" -> value.length() <= MAX_ENVID && XTEXT.matcher(value).matches();
            case "RET" -> value.equalsIgnoreCase("FULL") || value.equalsIgnoreCase("HDRS");
            case "SMTPUTF8" -> value.isEmpty();
            default -> !value.isEmpty();
          };
      if (!known) {
        return Optional.of(UNKNOWN_PARAMETER);
      }
      if (!valid) {
        return Optional.of(BAD_PARAMETER);
      }
    }
    String size = path.parameters().getOrDefault("SIZE", "0");
    if (Long.parseLong(size) > maxBytes) {
      return Optional.of(TOO_BIG);
    }
    return path.ascii() || path.parameters().containsKey("SMTPUTF8")
        ? Optional.empty()
        : Optional.of(NOT_ASCII);
  }

  /** What a server that offers these capabilities has against the path and parameters of RCPT. */
  static Optional<ServerReply> objectionToRecipient(
      Path path, Set<Capability> offered, boolean utf8) {
    if (path.address().isEmpty()) {
      return Optional.of(ServerReply.of(501, "5.1.3", "The null path is no recipient"));
    }
    for (Map.Entry<String, String> parameter : path.parameters().entrySet()) {
      boolean known = parameter.getKey().equals("NOTIFY") || parameter.getKey().equals("ORCPT");
      if (!known || !offered.contains(Capability.DSN)) {
        return Optional.of(UNKNOWN_PARAMETER);
      }
      String value = parameter.getValue();
      boolean valid =
          parameter.getKey().equals("NOTIFY")
              ? NOTIFY.matcher(value).matches()
              : value.length() <= MAX_ORCPT
                  && (ORCPT.matcher(value).matches() || (utf8 && UTF8.matcher(value).matches()));
      if (!valid) {
        return Optional.of(BAD_PARAMETER);
      }
    }
    return path.ascii() || utf8 ? Optional.empty() : Optional.of(NOT_ASCII);
  }

  /** The initial response of AUTH PLAIN, RFC 4616: authorization identity, name, password. */
  static Credentials plainCredentials(String base64) {
    String[] parts = decoded(base64).split("\0", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("AUTH PLAIN has three parts, not " + parts.length);
    }
    return new Credentials(parts[1], parts[2]);
  }

  /** A response of an AUTH exchange in clear; {@code =} stands for an empty one. */
  static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64.equals("=") ? "" : base64), UTF_8);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
