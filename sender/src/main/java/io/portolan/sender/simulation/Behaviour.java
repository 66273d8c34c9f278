package io.portolan.sender.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A trait of a simulated server. A server has any number of them and asks them in their order; a
 * trait answers with the reactions it wants, or with none, which leaves the phase to the next one
 * and at last to the server's usual answer.
 *
 * <p>Implementations are thread-safe: one trait serves every connection of a server, or of several.
 */
public interface Behaviour {

  /** An EHLO keyword a simulated server knows. */
  enum Capability {
    /** Command pipelining, RFC 2920. */
    PIPELINING("PIPELINING"),
    /** Message size declaration, RFC 1870. */
    SIZE("SIZE"),
    /** Upgrade to TLS, RFC 3207; offered on STARTTLS ports until TLS is on. */
    STARTTLS("STARTTLS"),
    /** Authentication, RFC 4954; offered where the server has accounts, once TLS is on. */
    AUTH("AUTH PLAIN LOGIN"),
    /** Enhanced status codes, RFC 2034; hidden, replies go without them. */
    ENHANCED_STATUS_CODES("ENHANCEDSTATUSCODES"),
    /** 8-bit content, RFC 6152. */
    EIGHT_BIT_MIME("8BITMIME"),
    /** Delivery status notifications, RFC 3461; the parameters are read and not acted on. */
    DSN("DSN"),
    /** Internationalized addresses and headers, RFC 6531. */
    SMTP_UTF8("SMTPUTF8");

    private final String line;

    Capability(String line) {
      this.line = line;
    }

    /** The EHLO line without its parameters that depend on the server, such as the size. */
    String line() {
      return line;
    }
  }

  /** What a server says at a moment; empty for no opinion. */
  List<Reaction> react(Moment moment);

  /** Capabilities the server does not offer because of this trait. */
  default Set<Capability> hidden() {
    return Set.of();
  }

  /** What a trait may know of the dialogue it is asked about. Valid during the call only. */
  interface Moment {
    ServerPhase phase();

    /** Name of the server asked. */
    String server();

    /** The port the client dialed. */
    int port();

    /** What followed the verb of the command. */
    String argument();

    /** The reverse path of the transaction, or the one offered at MAIL; empty for the null one. */
    String sender();

    /** The forward path offered at RCPT, or the latest one taken. */
    String recipient();

    /** The name the client gave at EHLO, empty before. */
    String client();

    /** Whether TLS is on. */
    boolean encrypted();

    /** Who has authenticated, or offers to at AUTH; empty for nobody. */
    String user();

    /** Messages taken on this connection so far. */
    int messages();

    /** Connections the client's address has open to this server, this one included. */
    int connectionsOfClient();

    /** Octets the client has sent ahead of the answer to this command. */
    int pipelined();
  }

  /** The same reactions at every arrival at one phase. */
  record At(ServerPhase phase, List<Reaction> reactions) implements Behaviour {
    public At {
      reactions = List.copyOf(reactions);
    }

    @Override
    public List<Reaction> react(Moment moment) {
      return moment.phase() == phase ? reactions : List.of();
    }
  }

  /** Ends a connection with 421 at the MAIL after this many messages. */
  record MessagesPerConnection(int most) implements Behaviour {
    private static final List<Reaction> REFUSAL =
        answer(421, "4.7.0", "Too many messages on this connection, come back on another one");

    public MessagesPerConnection {
      requirePositive(most, "messages per connection");
    }

    @Override
    public List<Reaction> react(Moment moment) {
      return moment.phase() == ServerPhase.MAIL && moment.messages() >= most ? REFUSAL : List.of();
    }
  }

  /** Greets with 421 when a client has more connections open than this. */
  record ConnectionsPerClient(int most) implements Behaviour {
    private static final List<Reaction> REFUSAL =
        answer(421, "4.7.0", "Too many concurrent connections from your address");

    public ConnectionsPerClient {
      requirePositive(most, "connections per client");
    }

    @Override
    public List<Reaction> react(Moment moment) {
      return moment.phase() == ServerPhase.BANNER && moment.connectionsOfClient() > most
          ? REFUSAL
          : List.of();
    }
  }

  /**
   * Defers each pair of sender and recipient until the interval has passed since it was first seen.
   */
  final class Greylisting implements Behaviour {
    private static final List<Reaction> DEFERRAL =
        answer(450, "4.7.1", "Greylisted, please try again later");

    private record Pair(String sender, String recipient) {}

    private final Duration interval;
    private final InstantSource clock;
    private final Map<Pair, Instant> firstSeen = new ConcurrentHashMap<>();

    public Greylisting(Duration interval, InstantSource clock) {
      this.interval = interval;
      this.clock = clock;
    }

    @Override
    public List<Reaction> react(Moment moment) {
      if (moment.phase() != ServerPhase.RCPT) {
        return List.of();
      }
      Instant now = clock.instant();
      Instant first =
          firstSeen.computeIfAbsent(
              new Pair(
                  SimulatedMailboxes.key(moment.sender()),
                  SimulatedMailboxes.key(moment.recipient())),
              ignored -> now);
      return now.isBefore(first.plus(interval)) ? DEFERRAL : List.of();
    }
  }

  /** Refuses recipients whose local part, in lower case, is among the chosen ones. */
  record RefusedRecipients(Predicate<String> localParts, ServerReply reply) implements Behaviour {
    @Override
    public List<Reaction> react(Moment moment) {
      if (moment.phase() != ServerPhase.RCPT) {
        return List.of();
      }
      String recipient = moment.recipient();
      int at = recipient.lastIndexOf('@');
      String localPart = (at < 0 ? recipient : recipient.substring(0, at)).toLowerCase(Locale.ROOT);
      return localParts.test(localPart) ? List.of(new Reaction.Answer(reply)) : List.of();
    }
  }

  /** Takes its time: before the banner, before each reply to a command, and after the dot. */
  record Slow(Duration banner, Duration reply, Duration dot) implements Behaviour {
    @Override
    public List<Reaction> react(Moment moment) {
      Duration wait =
          switch (moment.phase()) {
            case BANNER -> banner;
            case DOT -> dot;
            case CONNECT, HANDSHAKE, BODY -> Duration.ZERO;
            case EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, RSET, NOOP, QUIT -> reply;
          };
      return wait.isZero() ? List.of() : List.of(new Reaction.Delay(wait));
    }
  }

  /** Does not offer some capabilities; their commands are unknown to the server then. */
  record Without(Set<Capability> capabilities) implements Behaviour {
    public Without {
      capabilities = Set.copyOf(capabilities);
    }

    @Override
    public List<Reaction> react(Moment moment) {
      return List.of();
    }

    @Override
    public Set<Capability> hidden() {
      return capabilities;
    }
  }

  /** Wants TLS before anything else: 530 to AUTH and MAIL in clear. */
  record TlsRequired() implements Behaviour {
    private static final List<Reaction> REFUSAL =
        answer(530, "5.7.0", "Must issue a STARTTLS command first");

    @Override
    public List<Reaction> react(Moment moment) {
      boolean wanted = moment.phase() == ServerPhase.MAIL || moment.phase() == ServerPhase.AUTH;
      return wanted && !moment.encrypted() ? REFUSAL : List.of();
    }
  }

  /** Takes mail from those only who have authenticated. */
  record AuthRequired() implements Behaviour {
    private static final List<Reaction> REFUSAL = answer(530, "5.7.0", "Authentication required");

    @Override
    public List<Reaction> react(Moment moment) {
      return moment.phase() == ServerPhase.MAIL && moment.user().isEmpty() ? REFUSAL : List.of();
    }
  }

  /** Offers PIPELINING and breaks it, by refusing the group or by losing what was sent ahead. */
  record BrokenPipelining(boolean refuses) implements Behaviour {
    private static final List<Reaction> REFUSAL =
        List.of(
            new Reaction.Answer(
                ServerReply.of(503, "5.5.0", "Improper use of SMTP command pipelining"), true));
    private static final List<Reaction> LOSS = List.of(new Reaction.DiscardPipelined());

    @Override
    public List<Reaction> react(Moment moment) {
      boolean grouped =
          switch (moment.phase()) {
            case MAIL, RCPT, DATA, DOT -> moment.pipelined() > 0;
            case CONNECT, HANDSHAKE, BANNER, EHLO, STARTTLS, AUTH, BODY, RSET, NOOP, QUIT -> false;
          };
      return grouped ? refuses ? REFUSAL : LOSS : List.of();
    }
  }

  /**
   * Sits behind a firewall that masks what it does not know: stars for a banner, X for the
   * keywords.
   */
  record MaskedByFirewall() implements Behaviour {
    private static final List<Reaction> BANNER =
        List.of(new Reaction.Answer(ServerReply.plain(220, "*".repeat(40) + "0*2******")));

    @Override
    public List<Reaction> react(Moment moment) {
      return switch (moment.phase()) {
        case BANNER -> BANNER;
        case EHLO ->
            List.of(
                new Reaction.Answer(
                    ServerReply.plain(250, moment.server(), "XXXXXXXA", "8BITMIME", "XXXB")));
        case CONNECT, HANDSHAKE, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY, DOT, RSET, NOOP, QUIT ->
            List.of();
      };
    }

    @Override
    public Set<Capability> hidden() {
      return EnumSet.complementOf(EnumSet.of(Capability.EIGHT_BIT_MIME));
    }
  }

  /** Answers a phase in one fixed way. */
  static Behaviour refusing(ServerPhase phase, int code, String enhanced, String... lines) {
    return new At(phase, answer(code, enhanced, lines));
  }

  /** Does something at a phase other than answer. */
  static Behaviour at(ServerPhase phase, Reaction... reactions) {
    return new At(phase, List.of(reactions));
  }

  /** 550 5.1.1 to recipients whose local part begins so. */
  static Behaviour unknownUsers(String prefix) {
    return new RefusedRecipients(
        local -> local.startsWith(prefix), ServerReply.of(550, "5.1.1", "No such user here"));
  }

  /** 452 4.2.2 to recipients whose local part begins so. */
  static Behaviour fullMailboxes(String prefix) {
    return new RefusedRecipients(
        local -> local.startsWith(prefix), ServerReply.of(452, "4.2.2", "Mailbox full"));
  }

  /** 552 5.2.2 to recipients whose local part begins so. */
  static Behaviour mailboxesOverQuota(String prefix) {
    return new RefusedRecipients(
        local -> local.startsWith(prefix),
        ServerReply.of(552, "5.2.2", "Mailbox full, over quota"));
  }

  /**
   * Refuses the client's address by reputation: 554 5.7.1 at the banner, 550 5.7.1 at any other
   * phase.
   */
  static Behaviour blockedByReputation(ServerPhase phase) {
    int code = phase == ServerPhase.BANNER ? 554 : 550;
    return refusing(phase, code, "5.7.1", "Your address is on our block list");
  }

  /** 535 5.7.8 to every AUTH. */
  static Behaviour authRefused() {
    return refusing(ServerPhase.AUTH, 535, "5.7.8", "Authentication credentials invalid");
  }

  /** A captive portal's answer in place of the banner. */
  static Behaviour httpBanner() {
    return at(
        ServerPhase.BANNER,
        new Reaction.Raw("HTTP/1.0 302 Found\r\nLocation: http://portal.test/\r\n\r\n", true));
  }

  /** Another server's banner, as behind a network that redirects the port to its own relay. */
  static Behaviour foreignBanner(String host) {
    return at(ServerPhase.BANNER, new Reaction.Answer(ServerReply.plain(220, host + " ESMTP")));
  }

  private static List<Reaction> answer(int code, String enhanced, String... lines) {
    return List.of(new Reaction.Answer(ServerReply.of(code, enhanced, lines)));
  }

  private static void requirePositive(int number, String what) {
    if (number < 1) {
      throw new IllegalArgumentException("The limit of " + what + " is at least 1, not " + number);
    }
  }
}
