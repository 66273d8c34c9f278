package io.portolan.sender.listener;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.Source;
import io.portolan.sender.intake.IntakeAddresses;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.intake.PeopleMail;
import io.portolan.sender.intake.RecordedInbox;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A listener on a free port and peers that talk to it. */
final class ListenerFixture implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  static final String DOMAIN = "bounce.example.net";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final Tokens tokens = new Tokens(new byte[Tokens.KEY_LENGTH]);
  final RecordedInbox inbox = new RecordedInbox();
  final IntakeCounts counts = new IntakeCounts();
  final AtomicLong nanos = new AtomicLong(1);
  private final DeadlineWatch deadlines = new DeadlineWatch();
  final SmtpListener listener;

  ListenerFixture(Path people) throws IOException {
    this(people, settings(), _ -> Feedback.NONE);
  }

  ListenerFixture(Path people, ListenerSettings settings, Function<byte[], Feedback> reader)
      throws IOException {
    listener =
        SmtpListener.start(
            settings,
            new SmtpListener.Parts(
                new MailIntake(
                    reader,
                    inbox,
                    new IntakeAddresses(
                        tokens,
                        Domain.parse(DOMAIN),
                        List.of(EmailAddress.parse("fbl@" + DOMAIN)),
                        Optional.of(EmailAddress.parse("unsubscribe@" + DOMAIN))),
                    counts,
                    () -> NOW),
                new PeopleMail(people),
                ListenerTls.selfSigned("mx." + DOMAIN, NOW),
                deadlines,
                nanos::get));
  }

  static ListenerSettings settings() {
    return new ListenerSettings(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        "mx." + DOMAIN,
        100_000,
        20,
        10,
        1_000,
        5,
        Duration.ofSeconds(10));
  }

  String returnPath(long deliveryId) {
    return "b+" + tokens.sign(Tokens.Purpose.RETURN_PATH, deliveryId) + "@" + DOMAIN;
  }

  long count(IntakeCounts.Result result) {
    return counts.of(Source.SMTP, result);
  }

  Peer peer() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    return new Peer(socket);
  }

  /** One peer that has said EHLO. */
  Peer greeted() throws IOException {
    Peer peer = peer();
    peer.reply();
    peer.say("EHLO there.example");
    return peer;
  }

  @Override
  public void close() {
    listener.close();
    deadlines.close();
  }

  /** A peer, line by line. */
  static final class Peer implements AutoCloseable {
    private Socket socket;
    private OutputStream out;
    private BufferedReader in;

    Peer(Socket socket) throws IOException {
      open(socket);
    }

    private void open(Socket opened) throws IOException {
      socket = opened;
      socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      out = socket.getOutputStream();
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** The last line of the next reply; empty where the server hung up. */
    String reply() throws IOException {
      String line;
      do {
        line = in.readLine();
      } while (line != null && line.length() > 3 && line.charAt(3) == '-');
      return line == null ? "" : line;
    }

    String say(String command) throws IOException {
      write(command + "\r\n");
      return reply();
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Sends one mail in four steps. */
    String mail(String recipient, String content) throws IOException {
      say("MAIL FROM:<>");
      String answer = say("RCPT TO:<" + recipient + ">");
      if (!answer.startsWith("250")) {
        return answer;
      }
      say("DATA");
      return say(content + "\r\n.");
    }

    void encrypt() throws IOException {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        SSLSocket encrypted =
            (SSLSocket)
                context
                    .getSocketFactory()
                    .createSocket(socket, "localhost", socket.getPort(), true);
        encrypted.startHandshake();
        open(encrypted);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
