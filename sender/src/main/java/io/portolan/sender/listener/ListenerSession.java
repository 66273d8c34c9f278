package io.portolan.sender.listener;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Source;
import io.portolan.sender.intake.IntakeAddresses.Kind;
import io.portolan.sender.intake.IntakeCounts.Result;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.listener.ListenerInput.BrokenProtocol;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One conversation with a peer. Not thread-safe. */
final class ListenerSession {
  private static final Logger log = LoggerFactory.getLogger(ListenerSession.class);
  private static final int MOST_ERRORS = 10;
  private static final int MOST_COMMANDS = 10_000;
  private static final int BUFFER_BYTES = 1_024;
  private static final Pattern PATH =
      Pattern.compile("(?i)(MAIL FROM|RCPT TO): ?<([^<>\\s]*)>((?: [^ ]+)*) *");
  private static final Pattern SIZE = Pattern.compile("(?i)SIZE=(\\d{1,20})");
  private static final Pattern HARMLESS = Pattern.compile("(?i)BODY=(?:7BIT|8BITMIME)|SMTPUTF8");

  private final ListenerSettings settings;
  private final SmtpListener.Parts parts;
  private final PeerLimits limits;
  private final Socket plain;
  private final InetAddress peer;
  private final DeadlineWatch.Guard guard;
  private final long endsAt;
  private ListenerInput input;
  private OutputStream output;
  private boolean isEncrypted;
  private boolean isGreeted;
  private @Nullable String sender;
  private final Map<String, Kind> recipients = new LinkedHashMap<>();
  private int errors;

  ListenerSession(
      ListenerSettings settings,
      SmtpListener.Parts parts,
      PeerLimits limits,
      Socket socket,
      DeadlineWatch.Guard guard)
      throws IOException {
    this.settings = settings;
    this.parts = parts;
    this.limits = limits;
    this.guard = guard;
    plain = socket;
    peer = socket.getInetAddress();
    endsAt = parts.nanoTime().getAsLong() + settings.sessionTimeout().toNanos();
    input = new ListenerInput(socket.getInputStream());
    output = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
  }

  /** Talks until the peer quits. */
  void run() throws IOException {
    await(settings.timeout());
    if (input.hasMore()) {
      // RFC 5321 section 3.1: whoever speaks before the greeting is no mail server
      limited();
      send("554 5.5.1 Wait for the greeting");
      return;
    }
    send("220 " + settings.name() + " ESMTP, for answers to mail of ours alone");
    try {
      for (int commands = 0; commands < MOST_COMMANDS; commands++) {
        if (!input.hasMore()) {
          output.flush();
        }
        await(settings.timeout());
        if (!answer(input.command())) {
          return;
        }
        if (errors >= MOST_ERRORS) {
          limited();
          send("421 4.7.0 Too many errors");
          return;
        }
      }
      limited();
      send("421 4.7.0 Too many commands");
    } catch (BrokenProtocol e) {
      limited();
      send("521 5.5.2 Error: " + e.getMessage());
    }
  }

  private boolean answer(String line) throws IOException {
    int space = line.indexOf(' ');
    String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
    switch (verb) {
      case "EHLO", "HELO" -> greet(verb, line);
      case "STARTTLS" -> {
        return startTls(line);
      }
      case "MAIL" -> mail(line);
      case "RCPT" -> recipient(line);
      case "DATA" -> data(line);
      case "RSET" -> {
        reset();
        reply("250 2.0.0 Ok");
      }
      case "NOOP" -> reply("250 2.0.0 Ok");
      case "QUIT" -> {
        send("221 2.0.0 Bye");
        return false;
      }
      // a true answer would tell which addresses there are (RFC 5321 sections 3.5.3 and 7.3)
      case "VRFY" -> reply("252 2.5.0 Send it and see");
      case "EXPN" -> refuse("502 5.5.1 Not for strangers");
      default -> refuse("500 5.5.2 Unknown command");
    }
    return true;
  }

  private void greet(String verb, String line) throws IOException {
    if (line.length() <= verb.length() + 1) {
      refuse("501 5.5.4 Say who you are");
      return;
    }
    reset();
    isGreeted = true;
    if (verb.equals("HELO")) {
      reply("250 " + settings.name());
      return;
    }
    reply("250-" + settings.name());
    reply("250-PIPELINING");
    reply("250-SIZE " + settings.mostBytes());
    reply("250-8BITMIME");
    reply("250-SMTPUTF8");
    if (!isEncrypted) {
      reply("250-STARTTLS");
    }
    reply("250 ENHANCEDSTATUSCODES");
  }

  private boolean startTls(String line) throws IOException {
    if (isEncrypted || line.length() > "STARTTLS".length()) {
      refuse(isEncrypted ? "503 5.5.1 Already encrypted" : "501 5.5.4 STARTTLS takes nothing");
      return true;
    }
    if (input.hasMore()) {
      // what came in the clear behind STARTTLS was put there by somebody else, or lost its way
      // (RFC 3207 section 5)
      throw new BrokenProtocol("data behind STARTTLS");
    }
    send("220 2.0.0 Ready");
    SSLSocket encrypted =
        (SSLSocket)
            parts
                .tls()
                .getSocketFactory()
                .createSocket(plain, peer.getHostAddress(), plain.getPort(), true);
    encrypted.setUseClientMode(false);
    await(settings.timeout());
    encrypted.startHandshake();
    input = new ListenerInput(encrypted.getInputStream());
    output = new BufferedOutputStream(encrypted.getOutputStream(), BUFFER_BYTES);
    isEncrypted = true;
    isGreeted = false;
    reset();
    return true;
  }

  private void mail(String line) throws IOException {
    Matcher path = PATH.matcher(line);
    if (!isGreeted || sender != null) {
      refuse(isGreeted ? "503 5.5.1 One mail at a time" : "503 5.5.1 Say EHLO first");
    } else if (!path.matches() || !path.group(1).equalsIgnoreCase("MAIL FROM")) {
      refuse("501 5.5.4 MAIL FROM:<address> is expected");
    } else if (!limits.mail(peer, parts.nanoTime().getAsLong())) {
      limited();
      reply("450 4.7.1 Too many mails in this minute, try again later");
    } else {
      Optional<String> wrong = wrongParameter(path.group(3));
      if (wrong.isPresent()) {
        refuse(wrong.get());
      } else {
        sender = path.group(2);
        reply("250 2.1.0 Ok");
      }
    }
  }

  private Optional<String> wrongParameter(String parameters) {
    for (String parameter : parameters.strip().split(" ", -1)) {
      Matcher size = SIZE.matcher(parameter);
      if (size.matches()) {
        if (size.group(1).length() > 10 || Long.parseLong(size.group(1)) > settings.mostBytes()) {
          limited();
          return Optional.of("552 5.3.4 At most " + settings.mostBytes() + " bytes are taken");
        }
      } else if (!parameter.isEmpty() && !HARMLESS.matcher(parameter).matches()) {
        return Optional.of("555 5.5.4 Unknown parameter");
      }
    }
    return Optional.empty();
  }

  private void recipient(String line) throws IOException {
    Matcher path = PATH.matcher(line);
    if (sender == null) {
      refuse("503 5.5.1 Say MAIL first");
    } else if (!path.matches() || !path.group(1).equalsIgnoreCase("RCPT TO")) {
      refuse("501 5.5.4 RCPT TO:<address> is expected");
    } else if (!path.group(3).isBlank()) {
      refuse("555 5.5.4 Unknown parameter");
    } else if (recipients.size() >= settings.recipients()) {
      limited();
      reply("452 4.5.3 Too many recipients");
    } else {
      Optional<Kind> kind = parts.intake().addresses().kind(path.group(2));
      if (kind.isEmpty()) {
        parts.counts().count(Source.SMTP, Result.REFUSED);
        refuse("550 5.1.1 No such address here");
      } else {
        // one signed address in two spellings is one
        String known = path.group(2);
        recipients.put(
            kind.get() == Kind.PEOPLE ? known : known.toLowerCase(Locale.ROOT), kind.get());
        reply("250 2.1.5 Ok");
      }
    }
  }

  private void data(String line) throws IOException {
    String from = sender;
    if (from == null || recipients.isEmpty()) {
      refuse(from == null ? "503 5.5.1 Say MAIL first" : "554 5.5.1 No valid recipients");
      return;
    }
    if (line.length() > "DATA".length()) {
      refuse("501 5.5.4 DATA takes nothing");
      return;
    }
    send("354 End data with <CR><LF>.<CR><LF>");
    await(settings.dataTimeout());
    Optional<byte[]> mail = input.data(settings.mostBytes());
    if (mail.isEmpty()) {
      limited();
      reply("552 5.3.4 At most " + settings.mostBytes() + " bytes are taken");
    } else {
      guard.lift();
      String reply = taken(mail.get(), from);
      await(settings.timeout());
      reply(reply);
    }
    reset();
  }

  /** Hands a mail on for each of its recipients, and says how that went. */
  private String taken(byte[] mail, String from) {
    MailIntake.ReturnedMail returned = parts.intake().of(mail);
    try {
      for (Map.Entry<String, Kind> each : recipients.entrySet()) {
        boolean isForPeople =
            switch (each.getValue()) {
              case PEOPLE -> true;
              case UNSUBSCRIBE -> !returned.isUnsubscription();
              case RETURN_PATH, COMPLAINT -> false;
            };
        if (!isForPeople) {
          returned.take(Optional.of(each.getKey()), Source.SMTP, peer.getHostAddress());
        } else if (parts.people().keep(mail, from, each.getKey())) {
          parts.counts().count(Source.SMTP, Result.KEPT);
        } else {
          limited();
          return "452 4.3.1 The mailbox is full";
        }
      }
      return "250 2.0.0 Ok";
    } catch (DatabaseException e) {
      if (e.isUnstorableText()) {
        limited();
        return "554 5.6.0 This mail cannot be stored";
      }
      log.debug("a mail of {} could not be committed", peer, e);
      return "451 4.3.0 Try again later";
    } catch (IOException e) {
      log.warn("Mail for people cannot be kept: {}", e.toString());
      return "451 4.3.0 Try again later";
    }
  }

  private void reset() {
    sender = null;
    recipients.clear();
  }

  private void limited() {
    parts.counts().count(Source.SMTP, Result.LIMITED);
  }

  private void refuse(String reply) throws IOException {
    errors++;
    reply(reply);
  }

  /** Writes a reply; it leaves with those behind it, when the peer has said all that it has. */
  private void reply(String line) throws IOException {
    output.write(line.getBytes(StandardCharsets.US_ASCII));
    output.write('\r');
    output.write('\n');
  }

  private void send(String line) throws IOException {
    reply(line);
    output.flush();
  }

  /** What follows must be over in this time, and with it the session in its own. */
  private void await(Duration time) throws IOException {
    long left = endsAt - parts.nanoTime().getAsLong();
    guard.within(left < time.toNanos() ? Duration.ofNanos(Math.max(1, left)) : time);
  }
}
