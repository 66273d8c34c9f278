package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.exchange.Content;
import io.portolan.sender.exchange.Envelope;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.simulation.StoredMessage;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One simulated mail host that is both an MX on port 25 and a relay with a login on 587 and 465,
 * and an opener towards it. Closing it fails the test that left a connection open.
 */
public final class SmtpScene implements AutoCloseable {
  static final String HOST = "mail.healthy.test";
  static final Credentials LOGIN = new Credentials("portolan", "geheim-ß");
  public static final Envelope ENVELOPE = new Envelope("bounce+1@sender.test", "anna@healthy.test");
  public static final Content MESSAGE =
      content("Message-ID: <1@sender.test>\r\nSubject: Hello\r\n\r\nHello\r\n");
  public static final Mail MAIL = new Mail(ENVELOPE, MESSAGE);

  public static final Duration LONG = Duration.ofSeconds(20);
  public static final Duration SHORT = Duration.ofMillis(400);

  public final SimulatedNetwork network;
  public final SimulatedMailServer server;
  public final DeadlineWatch watch = new DeadlineWatch();
  final SessionOpener opener;

  public SmtpScene(Behaviour... behaviours) throws IOException {
    this(Security.STARTTLS, behaviours);
  }

  SmtpScene(Security onPort25, Behaviour... behaviours) throws IOException {
    network = new SimulatedNetwork(InstantSource.system());
    server =
        network
            .server(HOST)
            .listen(25, onPort25)
            .listen(587, Security.STARTTLS)
            .listen(465, Security.IMPLICIT_TLS)
            .accounts(Map.of(LOGIN.username(), LOGIN.password()))
            .behaving(behaviours)
            .start();
    opener =
        new SessionOpener(
            network::dial,
            TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
            watch);
  }

  public static Content content(String text) {
    return Content.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Timeouts so long that none passes in a test that does not wait for it. */
  public static Timeouts patient() {
    return new Timeouts(LONG, LONG, LONG, LONG, LONG, LONG);
  }

  /** Timeouts of which only the one that governs a phase passes soon. */
  public static Timeouts impatientAt(ServerPhase phase) {
    return switch (phase) {
      case DATA, BODY -> new Timeouts(LONG, LONG, LONG, LONG, SHORT, LONG);
      case DOT -> new Timeouts(LONG, LONG, LONG, LONG, LONG, SHORT);
      case BANNER -> new Timeouts(LONG, LONG, SHORT, LONG, LONG, LONG);
      case HANDSHAKE -> new Timeouts(LONG, SHORT, LONG, LONG, LONG, LONG);
      case CONNECT -> new Timeouts(SHORT, LONG, LONG, LONG, LONG, LONG);
      case EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET, NOOP, QUIT ->
          new Timeouts(LONG, LONG, LONG, SHORT, LONG, LONG);
    };
  }

  public SessionTarget direct(TlsMode tls) {
    return direct(tls, patient());
  }

  public SessionTarget direct(TlsMode tls, Timeouts timeouts) {
    return target(new Path(Path.DIRECT, 25, tls), Optional.empty(), timeouts);
  }

  SessionTarget relay(int port, TlsMode tls) {
    return target(new Path("relay", port, tls), Optional.of(LOGIN), patient());
  }

  SessionTarget target(Path path, Optional<Credentials> credentials, Timeouts timeouts) {
    return new SessionTarget(
        path,
        HOST,
        List.of(server.address().getHostAddress()),
        credentials,
        "out.sender.test",
        timeouts);
  }

  public SmtpSession opened(SessionTarget target) {
    Opening opening = opener.open(target);
    assertThat(opening).isInstanceOf(Opening.Opened.class);
    return ((Opening.Opened) opening).session();
  }

  Opening.PathFailed failed(SessionTarget target) {
    Opening opening = opener.open(target);
    assertThat(opening).isInstanceOf(Opening.PathFailed.class);
    return (Opening.PathFailed) opening;
  }

  Opening.Refused refused(SessionTarget target) {
    Opening opening = opener.open(target);
    assertThat(opening).isInstanceOf(Opening.Refused.class);
    return (Opening.Refused) opening;
  }

  public List<StoredMessage> received() {
    return network.mailboxes().of(ENVELOPE.recipient());
  }

  @Override
  public void close() throws IOException {
    network.close();
    watch.close();
    assertThat(watch.connections()).as("connections left open").isZero();
  }
}
