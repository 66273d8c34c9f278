package io.portolan.sender.simulation;

import io.portolan.sender.simulation.Behaviour.Capability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;

/** The state of one SMTP dialogue, which is also what behaviours may know of it. One thread's. */
final class SmtpSession implements Behaviour.Moment {
  private final SimulatedMailServer server;
  private final SimulatedMailServer.Connection connection;
  private final IntSupplier pipelined;
  private final List<String> recipients = new ArrayList<>();
  private Set<Capability> offered = EnumSet.noneOf(Capability.class);
  private ServerPhase phase = ServerPhase.CONNECT;
  private String argument = "";
  private String client = "";
  private String user = "";
  private String sender = "";
  private String recipient = "";
  private boolean encrypted;
  private boolean inTransaction;
  private boolean utf8;
  private boolean eightBit;
  private int messages;

  SmtpSession(SimulatedMailServer server, SimulatedMailServer.Connection connection) {
    this.server = server;
    this.connection = connection;
    pipelined = connection.wire()::buffered;
  }

  void arriveAt(ServerPhase at) {
    phase = at;
  }

  void read(SmtpCommand command) {
    argument = command.argument();
  }

  /** EHLO succeeded; a transaction under way is gone, RFC 5321 section 4.1.4. */
  void introduced(String name, Set<Capability> capabilities) {
    client = name;
    offered = capabilities;
    endTransaction();
  }

  /** TLS is on. */
  void encrypt() {
    encrypted = true;
  }

  void user(String name) {
    user = name;
  }

  void offerSender(String address) {
    sender = address;
  }

  void withdrawSender() {
    sender = "";
  }

  void beginTransaction(SmtpCommand.Path path) {
    inTransaction = true;
    utf8 = path.parameters().containsKey("SMTPUTF8");
    eightBit = path.parameters().getOrDefault("BODY", "").equalsIgnoreCase("8BITMIME");
  }

  void offerRecipient(String address) {
    recipient = address;
  }

  void takeRecipient() {
    recipients.add(recipient);
  }

  void endTransaction() {
    inTransaction = false;
    utf8 = false;
    eightBit = false;
    sender = "";
    recipient = "";
    recipients.clear();
  }

  /** Counts a message taken and returns how many there are now. */
  int takeMessage() {
    return ++messages;
  }

  /** What EHLO on this connection offers now. */
  Set<Capability> capabilities() {
    Set<Capability> capabilities = EnumSet.allOf(Capability.class);
    for (Behaviour behaviour : server.behaviours()) {
      capabilities.removeAll(behaviour.hidden());
    }
    if (encrypted || connection.security() != SimulatedMailServer.Security.STARTTLS) {
      capabilities.remove(Capability.STARTTLS);
    }
    if (!encrypted || server.settings().admission().accounts().isEmpty()) {
      capabilities.remove(Capability.AUTH);
    }
    return capabilities;
  }

  boolean offered(Capability capability) {
    return offered.contains(capability);
  }

  Set<Capability> offered() {
    return offered;
  }

  List<String> recipients() {
    return recipients;
  }

  /** The domain of the offered recipient, empty for a bare postmaster. */
  String recipientDomain() {
    int at = recipient.lastIndexOf('@');
    return at < 0 ? "" : recipient.substring(at + 1).toLowerCase(Locale.ROOT);
  }

  StoredMessage.Origin origin() {
    return new StoredMessage.Origin(server.host(), connection.port(), encrypted, user);
  }

  boolean inTransaction() {
    return inTransaction;
  }

  boolean utf8() {
    return utf8;
  }

  boolean eightBit() {
    return eightBit;
  }

  @Override
  public ServerPhase phase() {
    return phase;
  }

  @Override
  public String server() {
    return server.host();
  }

  @Override
  public int port() {
    return connection.port();
  }

  @Override
  public String argument() {
    return argument;
  }

  @Override
  public String sender() {
    return sender;
  }

  @Override
  public String recipient() {
    return recipient;
  }

  @Override
  public String client() {
    return client;
  }

  @Override
  public boolean encrypted() {
    return encrypted;
  }

  @Override
  public String user() {
    return user;
  }

  @Override
  public int messages() {
    return messages;
  }

  @Override
  public int connectionsOfClient() {
    return server.connectionsOf(connection.client());
  }

  @Override
  public int pipelined() {
    return pipelined.getAsInt();
  }
}
