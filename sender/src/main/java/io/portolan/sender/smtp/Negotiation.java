package io.portolan.sender.smtp;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.wire.StreamSocket;
import io.portolan.sender.wire.Wire;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue that makes a connection ready for messages: banner, EHLO, STARTTLS, AUTH. Serves one
 * connection once.
 *
 * <p>Jakarta Mail leads it, over a socket of ours. What it writes leaves on the {@link Wire}, under
 * the phase's deadline; what it reads is one whole reply at a time, which the wire has read in
 * bounded memory. So the phase, the reply and the failure are known here exactly and need not be
 * guessed from its exceptions, TLS is put under it without its knowing, and it never holds octets
 * that belong to the exchange.
 */
final class Negotiation extends SMTPTransport {
  /*
   * Shared by all sessions and never changed (JAMES-3791): nothing in it is about one of them. AUTH
   * takes the first mechanism here that the peer offers, and tries no second one: repeated refusals
   * lock accounts.
   */
  private static final Session MAIL = Session.getInstance(properties());

  private static final Pattern MASKED_BANNER = Pattern.compile("\\*{3,}");
  private static final int STARTTLS_READY = 220;

  private final Wire wire;
  private final SessionTarget target;
  private final InetAddress peer;
  private final TlsTrust trust;
  private final boolean mayUseTls;
  private final PhaseTimes times;

  private String banner = "";
  private Extensions extensions = Extensions.NONE;
  private boolean authenticated;
  private @Nullable SmtpReply reply;
  private @Nullable IOException failure;
  private @Nullable FailureKind verdict;
  private @Nullable String tlsRefusal;

  /**
   * A negotiation over a connection that nothing was said on.
   *
   * @param peer the address dialled, bearing the target's name
   * @param mayUseTls whether an opportunistic session tries STARTTLS
   */
  Negotiation(
      Wire wire,
      SessionTarget target,
      InetAddress peer,
      TlsTrust trust,
      boolean mayUseTls,
      PhaseTimes times) {
    super(MAIL, new URLName("smtp", target.host(), target.path().port(), null, null, null));
    this.wire = wire;
    this.target = target;
    this.peer = peer;
    this.trust = trust;
    this.mayUseTls = mayUseTls;
    this.times = times;
    times.enter(Phase.BANNER);
  }

  /** How a negotiation ended. */
  sealed interface Result {
    /** The session may take messages. */
    record Ready() implements Result {}

    record Refused(Phase phase, SmtpReply reply) implements Result {}

    record Failed(Phase phase, FailureKind kind, String detail) implements Result {}
  }

  /** Leads the dialogue to its end; whoever owns the wire closes it. */
  Result run() {
    try {
      TlsMode mode = target.path().tls();
      if (mode == TlsMode.IMPLICIT) {
        times.enter(Phase.TLS);
        secure();
        times.enter(Phase.BANNER);
      }
      setLocalHost(target.heloName());
      setAuthorizationID("");
      setStartTLS(mode == TlsMode.STARTTLS || (mode == TlsMode.OPPORTUNISTIC && mayUseTls));
      setRequireStartTLS(mode == TlsMode.STARTTLS);
      wire.opensWithin(target.timeouts().greeting());
      connect(new Line());
      if (target.credentials().isPresent() && !authenticated) {
        return failed(Phase.AUTH, FailureKind.AUTH_NOT_OFFERED, "EHLO offers no AUTH");
      }
      return new Result.Ready();
    } catch (MessagingException e) {
      return explained(e);
    }
  }

  /** What the peer has offered so far. */
  Extensions extensions() {
    return extensions;
  }

  /** What the peer has shown so far. */
  PeerEvidence evidence() {
    return new PeerEvidence(
        banner,
        extensions.lines(),
        masked(),
        wire.tls().map(tls -> tls.getSession().getProtocol()),
        wire.tls().flatMap(PeerCertificate::of).or(() -> TlsTrust.refused(failure)),
        Optional.ofNullable(tlsRefusal),
        times.soFar());
  }

  /**
   * What it was, from what was seen on the wire; Jakarta Mail's exception only says that it was.
   */
  private Result explained(MessagingException e) {
    IOException broken = failure;
    SmtpReply last = reply;
    if (verdict != null) {
      return failed(times.phase(), verdict, String.valueOf(e.getMessage()));
    }
    if (broken != null) {
      return failed(times.phase(), kind(broken), wire.explained(broken));
    }
    if (last != null && (last.isTransient() || last.isPermanent())) {
      return new Result.Refused(times.phase(), last);
    }
    if (times.phase() == Phase.EHLO && e instanceof AuthenticationFailedException) {
      return failed(
          Phase.AUTH, FailureKind.AUTH_NOT_OFFERED, "EHLO offers neither PLAIN nor LOGIN");
    }
    return failed(
        times.phase(),
        times.phase() == Phase.BANNER ? FailureKind.NOT_SMTP : FailureKind.PROTOCOL,
        last == null ? String.valueOf(e.getMessage()) : "unexpected reply: " + last.line());
  }

  private FailureKind kind(IOException broken) {
    FailureKind kind = Failures.kind(times.phase(), broken, wire.timedOut());
    // in clear after the 220 to STARTTLS, it came behind it: a packet later than can be seen there
    return kind == FailureKind.TLS_MODE_MISMATCH && target.path().tls() != TlsMode.IMPLICIT
        ? FailureKind.TLS_INJECTED
        : kind;
  }

  private Result failed(Phase at, FailureKind kind, String detail) {
    return new Result.Failed(at, kind, detail);
  }

  @Override
  protected synchronized boolean protocolConnect(
      @Nullable String host, int port, @Nullable String user, @Nullable String password)
      throws MessagingException {
    @Nullable String username = target.credentials().map(Credentials::username).orElse(null);
    @Nullable String secret = target.credentials().map(Credentials::password).orElse(null);
    authenticated =
        super.protocolConnect(target.host(), target.path().port(), username, secret)
            && times.phase() == Phase.AUTH;
    return true;
  }

  @Override
  protected boolean ehlo(String domain) throws MessagingException {
    times.enter(Phase.EHLO);
    extensions = Extensions.NONE; // RFC 3207 4.2: forget what was known before TLS
    boolean taken = super.ehlo(domain);
    if (!taken) {
      requireHeloMayDo();
      return false;
    }
    if (needsStartTls() && !extensions.offers("STARTTLS")) {
      throw refusal(
          masked() ? FailureKind.MASKED : FailureKind.TLS_NOT_OFFERED, "EHLO offers no STARTTLS");
    }
    return true;
  }

  /** HELO is for servers that do not know EHLO, and gives neither TLS nor a login. */
  private void requireHeloMayDo() throws MessagingException {
    SmtpReply answer = reply;
    boolean unknown = answer != null && (answer.code() == 500 || answer.code() == 502);
    if (answer == null || !answer.isPermanent() || wire.isSecure()) {
      throw new MessagingException("EHLO was refused");
    }
    if (needsStartTls()) {
      if (!unknown) {
        throw new MessagingException("EHLO was refused");
      }
      throw refusal(
          masked() ? FailureKind.MASKED : FailureKind.TLS_NOT_OFFERED,
          "the peer does not know EHLO: " + answer.line());
    }
  }

  private boolean needsStartTls() {
    return target.path().tls() == TlsMode.STARTTLS && !wire.isSecure();
  }

  private boolean masked() {
    return MASKED_BANNER.matcher(banner).find() || extensions.masked();
  }

  @Override
  protected void helo(String domain) throws MessagingException {
    SmtpReply toEhlo = reply;
    try {
      super.helo(domain);
    } catch (MessagingException e) {
      if (failure != null && toEhlo != null) {
        // hung up after refusing EHLO: the refusal is its answer
        failure = null;
        reply = toEhlo;
      }
      throw e;
    }
  }

  @Override
  protected void startTLS() throws MessagingException {
    times.enter(Phase.TLS);
    if (wire.isSecure()) {
      throw new MessagingException("the peer wants STARTTLS within TLS");
    }
    int code = simpleCommand("STARTTLS");
    if (code == STARTTLS_READY) {
      if (wire.hasBuffered()) {
        throw refusal(FailureKind.TLS_INJECTED, "octets in clear behind the 220 to STARTTLS");
      }
      secure();
      return;
    }
    SmtpReply answer = reply;
    if (target.path().tls() == TlsMode.OPPORTUNISTIC && answer != null && code != 421) {
      tlsRefusal = answer.line(); // the session goes on in clear
      return;
    }
    if (answer != null && answer.isPermanent()) {
      throw refusal(FailureKind.TLS_REFUSED, answer.line());
    }
    throw new MessagingException("STARTTLS was refused");
  }

  private void secure() throws MessagingException {
    boolean verified = !target.path().isDirect();
    wire.opensWithin(target.timeouts().tls());
    try {
      wire.secure(trust.context(verified), peer, verified, target.minTls());
    } catch (Wire.HandshakeException e) {
      failure = e;
      throw new MessagingException("TLS failed", e);
    }
  }

  private MessagingException refusal(FailureKind kind, String detail) {
    verdict = kind;
    return new MessagingException(detail);
  }

  @Override
  protected void sendCommand(String command) throws MessagingException {
    if (command.startsWith("AUTH ")) {
      times.enter(Phase.AUTH);
      if (!wire.isSecure()) {
        throw refusal(FailureKind.LOGIN_NEEDS_TLS, "a login is never sent without verified TLS");
      }
    }
    super.sendCommand(command);
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
    return properties;
  }

  /** The wire as the socket on which Jakarta Mail speaks. Closing it leaves the wire open. */
  private final class Line extends StreamSocket {
    Line() {
      super(wire.socket(), peer, new Replies(), new Commands());
    }

    @Override
    public void close() {
      // whoever owns the wire closes it
    }
  }

  /** What Jakarta Mail says: one command or line of a login at each flush. */
  private final class Commands extends OutputStream {
    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int start, int length) throws IOException {
      try {
        wire.put(octets, start, start + length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      reply = null;
      wire.within(target.timeouts().command());
      try {
        wire.flush();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  /** What Jakarta Mail hears: one reply at a time, well-formed. */
  private final class Replies extends InputStream {
    private byte[] heard = new byte[0];
    private int position;

    @Override
    public int read() throws IOException {
      if (position == heard.length) {
        hear();
      }
      return heard[position++] & 0xff;
    }

    @Override
    public int read(byte[] target, int start, int length) throws IOException {
      if (position == heard.length) {
        hear();
      }
      int count = Math.min(length, heard.length - position);
      System.arraycopy(heard, position, target, start, count);
      position += count;
      return count;
    }

    private void hear() throws IOException {
      try {
        List<String> lines = wire.readLines();
        SmtpReply answer = Wire.parsed(lines);
        reply = answer;
        if (times.phase() == Phase.BANNER) {
          banner = answer.text();
        } else if (times.phase() == Phase.EHLO && answer.code() == 250) {
          extensions = Extensions.of(lines);
        }
        heard = wellFormed(answer.code(), lines).getBytes(StandardCharsets.UTF_8);
        position = 0;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    private static String wellFormed(int code, List<String> lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        text.append(code)
            .append(i == lines.size() - 1 ? ' ' : '-')
            .append(line.length() > 4 ? line.substring(4) : "")
            .append("\r\n");
      }
      return text.toString();
    }
  }
}
