package io.portolan.sender.simulation;

import io.portolan.sender.simulation.Behaviour.Capability;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;

/**
 * The server's side of one SMTP dialogue, RFC 5321, with the server's behaviours asked at every
 * phase. One thread's.
 */
final class SmtpDialogue {
  private static final int MAX_COMMAND =
      2048; // 512 of RFC 5321 and what the extensions add to MAIL and RCPT
  private static final int MAX_AUTH = 12288; // RFC 4954 section 4
  private static final Duration UNTIL_POLL = Duration.ofMillis(5);

  private final SimulatedMailServer server;
  private final SimulatedMailServer.Connection connection;
  private final Wire wire;
  private final MessageBody body;
  private final SmtpSession session;
  private final Responder responder;
  private boolean unwelcome;
  private boolean stored;

  SmtpDialogue(SimulatedMailServer server, SimulatedMailServer.Connection connection) {
    this.server = server;
    this.connection = connection;
    wire = connection.wire();
    body = new MessageBody(server.settings().limits().messageBytes());
    session = new SmtpSession(server, connection);
    responder = new Responder(connection, server.counters());
  }

  /** Holds the dialogue to its end. */
  void run() throws IOException {
    try {
      if (interrupted(ServerPhase.CONNECT)) {
        return;
      }
      if (connection.security() == SimulatedMailServer.Security.IMPLICIT_TLS && !startTls()) {
        return;
      }
      greet();
      while (!responder.over()) {
        readCommand();
      }
    } catch (SocketTimeoutException e) {
      responder.perform(new Reaction.Answer(ServerReply.of(421, "4.4.2", "Idle for too long")));
    }
  }

  private void greet() throws IOException {
    Reaction greeting =
        decide(ServerPhase.BANNER, ServerReply.plain(220, server.host() + " ESMTP"));
    if (wire.clientSpoke()) {
      server.counters().violated("spoke before the banner");
    }
    responder.perform(greeting);
    // RFC 5321 section 3.1: after a 554 the server waits for QUIT and answers all else with 503
    unwelcome = greeting instanceof Reaction.Answer answer && !answer.reply().positive();
  }

  private void readCommand() throws IOException {
    try {
      String line = wire.readLine(MAX_AUTH);
      SmtpCommand command = SmtpCommand.parse(line);
      if (line.length() + 2 > MAX_COMMAND && !command.verb().equals("AUTH")) {
        responder.reply(ServerReply.LINE_TOO_LONG);
      } else {
        session.read(command);
        checkGrouping(command.verb());
        execute(command);
      }
    } catch (Wire.LineTooLongException e) {
      responder.reply(ServerReply.LINE_TOO_LONG);
    }
  }

  private void checkGrouping(String verb) {
    if (wire.buffered() == 0) {
      return;
    }
    switch (verb) {
      case "EHLO", "HELO", "DATA", "VRFY", "EXPN", "QUIT", "NOOP", "STARTTLS", "AUTH" ->
          server.counters().violated("sent ahead of the answer to " + verb); // RFC 2920 section 3.1
      default -> {
        if (!session.offered(Capability.PIPELINING)) {
          server.counters().violated("pipelined without PIPELINING");
        }
      }
    }
  }

  private void execute(SmtpCommand command) throws IOException {
    if (unwelcome && !command.verb().equals("QUIT")) {
      responder.reply(ServerReply.BAD_SEQUENCE);
      return;
    }
    switch (command.verb()) {
      case "EHLO", "HELO" -> hello(command);
      case "MAIL" -> mail(command);
      case "RCPT" -> rcpt(command);
      case "DATA" -> data();
      case "RSET" -> {
        if (responder.perform(decide(ServerPhase.RSET, ServerReply.OK))) {
          session.endTransaction();
        }
      }
      case "NOOP" -> responder.perform(decide(ServerPhase.NOOP, ServerReply.OK));
      case "QUIT" -> quit();
      case "STARTTLS" -> startTls(command);
      case "AUTH" -> auth(command);
      case "VRFY" ->
          responder.reply(ServerReply.of(252, "2.0.0", "Send some mail, it will be tried"));
      case "HELP" -> responder.reply(ServerReply.of(214, "2.0.0", "See RFC 5321"));
      case "EXPN" -> responder.reply(ServerReply.NOT_IMPLEMENTED);
      default -> responder.reply(ServerReply.UNKNOWN_COMMAND);
    }
  }

  private void quit() throws IOException {
    Reaction farewell = decide(ServerPhase.QUIT, ServerReply.BYE);
    responder.perform(
        farewell instanceof Reaction.Answer(ServerReply reply, boolean _)
            ? new Reaction.Answer(reply, true)
            : farewell);
  }

  private void hello(SmtpCommand command) throws IOException {
    if (command.argument().isEmpty()) {
      responder.reply(ServerReply.BAD_SYNTAX);
      return;
    }
    Set<Capability> offered =
        command.verb().equals("EHLO") ? session.capabilities() : EnumSet.noneOf(Capability.class);
    List<String> lines = new ArrayList<>();
    lines.add(server.host());
    for (Capability capability : offered) {
      String parameter =
          capability == Capability.SIZE ? " " + server.settings().limits().messageBytes() : "";
      lines.add(capability.line() + parameter);
    }
    if (responder.perform(decide(ServerPhase.EHLO, new ServerReply(250, "", lines)))) {
      session.introduced(command.argument(), offered);
      responder.enhancedCodes(offered.contains(Capability.ENHANCED_STATUS_CODES));
    }
  }

  private void mail(SmtpCommand command) throws IOException {
    Optional<SmtpCommand.Path> path = command.path("FROM:");
    if (session.client().isEmpty() || session.inTransaction()) {
      responder.reply(ServerReply.BAD_SEQUENCE);
    } else if (path.isEmpty()) {
      responder.reply(ServerReply.of(501, "5.1.7", "Bad sender address syntax"));
    } else {
      session.offerSender(path.get().address());
      ServerReply usual =
          SmtpCommand.objectionToMail(
                  path.get(), session.offered(), server.settings().limits().messageBytes())
              .orElse(ServerReply.SENDER_OK);
      if (responder.perform(decide(ServerPhase.MAIL, usual))) {
        session.beginTransaction(path.get());
      } else {
        session.withdrawSender();
      }
    }
  }

  private void rcpt(SmtpCommand command) throws IOException {
    Optional<SmtpCommand.Path> path = command.path("TO:");
    if (!session.inTransaction()) {
      responder.reply(ServerReply.BAD_SEQUENCE);
    } else if (path.isEmpty()) {
      responder.reply(ServerReply.BAD_ADDRESS);
    } else {
      session.offerRecipient(path.get().address());
      ServerReply usual =
          SmtpCommand.objectionToRecipient(path.get(), session.offered(), session.utf8())
              .orElseGet(this::answerToRecipient);
      if (responder.perform(decide(ServerPhase.RCPT, usual))) {
        session.takeRecipient();
      }
    }
  }

  private ServerReply answerToRecipient() {
    Set<String> domains = server.settings().admission().domains();
    String domain = session.recipientDomain();
    if (session.user().isEmpty()
        && !domains.isEmpty()
        && !domain.isEmpty()
        && !domains.contains(domain)) {
      return ServerReply.of(550, "5.7.1", "Relay access denied");
    }
    return session.recipients().size() < server.settings().limits().recipients()
        ? ServerReply.RECIPIENT_OK
        : ServerReply.of(452, "4.5.3", "Too many recipients");
  }

  private void data() throws IOException {
    if (!session.inTransaction()) {
      responder.reply(ServerReply.BAD_SEQUENCE);
    } else if (session.recipients().isEmpty()) {
      responder.reply(ServerReply.of(554, "5.5.1", "No valid recipients"));
    } else if (responder.perform(decide(ServerPhase.DATA, ServerReply.GO_AHEAD))
        && !responder.over()) {
      receive();
    }
  }

  private void receive() throws IOException {
    wire.awaitInput();
    if (interrupted(ServerPhase.BODY)) {
      return;
    }
    wire.readBody(body);
    stored = false;
    Reaction reaction = decide(ServerPhase.DOT, answerToMessage());
    if (Responder.positive(reaction)) {
      store(); // before the answer, which promises that the message is safe
    }
    session.endTransaction();
    responder.perform(reaction);
  }

  private ServerReply answerToMessage() {
    if (body.eightBit() && !session.eightBit()) {
      server.counters().violated("8-bit data without BODY=8BITMIME");
    }
    Optional<String> violation = body.violation();
    if (body.tooBig()) {
      return SmtpCommand.TOO_BIG;
    }
    if (violation.isPresent()) {
      server.counters().violated(violation.get());
      return ServerReply.of(550, "5.6.0", "Breach of RFC 5321: " + violation.get());
    }
    return ServerReply.of(250, "2.0.0", "Ok: queued as " + server.nextQueueId());
  }

  private void store() {
    if (stored) {
      return;
    }
    stored = true;
    server.counters().accepted(connection.port(), session.takeMessage());
    server.mailboxes().take(session, body, server.clock().instant());
  }

  private void startTls(SmtpCommand command) throws IOException {
    ServerReply usual =
        !session.offered(Capability.STARTTLS) || session.encrypted()
            ? ServerReply.NOT_IMPLEMENTED
            : command.argument().isEmpty() ? ServerReply.TLS_READY : ServerReply.BAD_SYNTAX;
    if (responder.perform(decide(ServerPhase.STARTTLS, usual)) && !responder.over()) {
      wire.discardInput(); // RFC 3207 section 6: what was said in clear behind the command
      if (startTls()) {
        // RFC 3207 section 4.2: the client has to introduce itself again
        session.introduced("", EnumSet.noneOf(Capability.class));
      }
    }
  }

  private boolean startTls() throws IOException {
    if (interrupted(ServerPhase.HANDSHAKE)) {
      return false;
    }
    try {
      wire.startTls(server.identity(), server.tlsVersions());
      session.encrypt();
      return true;
    } catch (SSLException e) {
      server.counters().tlsFailed(); // the client's choice, as when the name does not match
      responder.abandon();
      return false;
    }
  }

  private void auth(SmtpCommand command) throws IOException {
    if (session.client().isEmpty() || session.inTransaction() || !session.user().isEmpty()) {
      responder.reply(ServerReply.BAD_SEQUENCE);
    } else if (server.settings().admission().accounts().isEmpty()) {
      responder.reply(ServerReply.NOT_IMPLEMENTED);
    } else if (!session.encrypted()) {
      responder.perform(
          decide(ServerPhase.AUTH, ServerReply.of(538, "5.7.11", "Encryption required")));
    } else {
      try {
        readCredentials(command);
      } catch (IllegalArgumentException e) {
        responder.reply(ServerReply.of(501, "5.5.2", "Not base64, or cancelled"));
      }
    }
  }

  private void readCredentials(SmtpCommand command) throws IOException {
    String[] words = command.argument().split(" ", 2);
    boolean initial = words.length > 1;
    switch (words[0].toUpperCase(Locale.ROOT)) {
      case "PLAIN" ->
          authenticate(SmtpCommand.plainCredentials(initial ? words[1] : challenge("")));
      case "LOGIN" -> {
        String name =
            SmtpCommand.decoded(initial ? words[1] : challenge("VXNlcm5hbWU6")); // Username:
        String password = SmtpCommand.decoded(challenge("UGFzc3dvcmQ6")); // Password:
        authenticate(new SmtpCommand.Credentials(name, password));
      }
      default -> responder.reply(ServerReply.of(504, "5.5.4", "Mechanism not supported"));
    }
  }

  private void authenticate(SmtpCommand.Credentials credentials) throws IOException {
    session.user(credentials.name());
    boolean known =
        credentials
            .password()
            .equals(server.settings().admission().accounts().get(credentials.name()));
    ServerReply usual = known ? ServerReply.AUTHENTICATED : ServerReply.BAD_CREDENTIALS;
    if (!responder.perform(decide(ServerPhase.AUTH, usual))) {
      session.user("");
    }
  }

  private String challenge(String base64) throws IOException {
    wire.write("334 " + base64 + "\r\n");
    return wire.readLine(MAX_AUTH);
  }

  /** Lets a behaviour end the connection at a phase that has no reply of its own. */
  private boolean interrupted(ServerPhase phase) throws IOException {
    Optional<Reaction> reaction = ask(phase);
    if (reaction.isEmpty()) {
      return false;
    }
    responder.perform(reaction.get());
    if (!responder.over()) {
      responder.end();
    }
    return true;
  }

  private Reaction decide(ServerPhase phase, ServerReply usual) throws IOException {
    return ask(phase).orElseGet(() -> new Reaction.Answer(usual));
  }

  /**
   * Asks the behaviours in their order, acts what comes before an answer, and returns the answer if
   * one has it.
   */
  private Optional<Reaction> ask(ServerPhase phase) throws IOException {
    session.arriveAt(phase);
    for (Behaviour behaviour : server.behaviours()) {
      for (Reaction reaction : behaviour.react(session)) {
        switch (reaction) {
          case Reaction.Delay(Duration duration) -> wire.pause(duration);
          case Reaction.Until(CompletableFuture<?> released) -> {
            while (!released.isDone()) {
              wire.pause(UNTIL_POLL);
            }
          }
          case Reaction.KeepMessage() -> {
            if (phase == ServerPhase.DOT) {
              store();
            }
          }
          case Reaction.DiscardPipelined() -> wire.discardInput();
          case Reaction.Answer _,
              Reaction.Close _,
              Reaction.Reset _,
              Reaction.Silence _,
              Reaction.Raw _,
              Reaction.LongLine _,
              Reaction.Drip _ -> {
            return Optional.of(reaction);
          }
        }
      }
    }
    return Optional.empty();
  }
}
