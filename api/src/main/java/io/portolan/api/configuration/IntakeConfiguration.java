package io.portolan.api.configuration;

import io.portolan.api.webhook.Vendor;
import io.portolan.api.webhook.Webhook;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayReporting.EventWay;
import io.portolan.core.relay.Relays;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.report.FeedbackLoops;
import io.portolan.sender.mailbox.Mailbox;
import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How mail and events come back.
 *
 * @param listener empty for none
 * @param complaintAddresses that feedback loops were told
 * @param loops ids of feedback loops that somebody has signed up for
 */
public record IntakeConfiguration(
    Optional<ListenerConfiguration> listener,
    List<EmailAddress> complaintAddresses,
    List<String> loops,
    Path peopleDirectory,
    List<Mailbox> mailboxes,
    List<Webhook> webhooks) {
  private static final int LAST_PORT = 65_535;
  private static final int BYTES_PER_KIB = 1024;
  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(10);
  private static final String INBOX = "INBOX";
  private static final String MOVE = "move:";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /**
   * The listener.
   *
   * @param certificate empty for one that it makes
   * @param key a reference; empty for none
   * @param mostBytes of one mail
   */
  public record ListenerConfiguration(
      String address,
      int port,
      Optional<Path> certificate,
      String key,
      int mostBytes,
      int connections,
      int connectionsPerPeer,
      int mailsPerMinute,
      int recipients,
      Duration timeout) {}

  public IntakeConfiguration {
    complaintAddresses = List.copyOf(complaintAddresses);
    loops = List.copyOf(loops);
    mailboxes = List.copyOf(mailboxes);
    webhooks = List.copyOf(webhooks);
  }

  /** What relays tell of the mail that they took, by the ways on which it could come. */
  public RelayReporting reporting(Relays relays) {
    return new RelayReporting(
        relays,
        webhooks.stream()
            .map(webhook -> new EventWay(webhook.vendor().id(), webhook.relay()))
            .toList(),
        listener.isPresent() || !mailboxes.isEmpty());
  }

  /**
   * What is to be said of webhooks that name a relay which is not there. It may be added later, so
   * none is refused.
   *
   * @param relays the names of those that are there
   */
  public List<String> unknownRelays(List<String> relays) {
    return webhooks.stream()
        .filter(webhook -> webhook.relay().filter(name -> !relays.contains(name)).isPresent())
        .map(
            webhook ->
                "webhooks.%s.relay is \"%s\", and there is no relay of that name (%s). Until there is, no relay's mail is known to be reported on by these events. Put the name right, or add the relay."
                    .formatted(
                        webhook.name(),
                        webhook.relay().orElseThrow(),
                        relays.isEmpty()
                            ? "there is none"
                            : "there are: " + String.join(", ", relays)))
        .toList();
  }

  static IntakeConfiguration of(Values values) {
    return new IntakeConfiguration(
        values.text(IntakeSettings.ADDRESS).isEmpty()
            ? Optional.empty()
            : Optional.of(listener(values)),
        values
            .optional(
                IntakeSettings.COMPLAINT_ADDRESSES,
                "addresses separated by commas are expected",
                IntakeConfiguration::addresses)
            .orElse(List.of()),
        values
            .optional(
                IntakeSettings.LOOPS,
                "ids separated by commas are expected, of "
                    + String.join(", ", FeedbackLoops.builtIn().ids()),
                IntakeConfiguration::loops)
            .orElse(List.of()),
        values.parsed(
            IntakeSettings.PEOPLE_DIRECTORY,
            "a directory is expected",
            text -> Optional.of(Path.of(text))),
        mailboxes(values),
        webhooks(values));
  }

  private static ListenerConfiguration listener(Values values) {
    Optional<Path> certificate =
        values.optional(
            IntakeSettings.CERTIFICATE,
            "a readable file is expected",
            text -> Optional.of(Path.of(text)).filter(Files::isReadable));
    String key = values.text(IntakeSettings.KEY);
    if (certificate.isPresent() != !key.isEmpty()) {
      throw new ConfigurationException(
          "intake.certificate and intake.key are needed together, or neither.");
    }
    return new ListenerConfiguration(
        values.text(IntakeSettings.ADDRESS),
        values.number(IntakeSettings.PORT, 0, LAST_PORT),
        certificate,
        key,
        values.number(IntakeSettings.MAX_SIZE, 16, 100_000) * BYTES_PER_KIB,
        values.number(IntakeSettings.CONNECTIONS, 1, 10_000),
        values.number(IntakeSettings.CONNECTIONS_PER_PEER, 1, 10_000),
        values.number(IntakeSettings.MAILS_PER_MINUTE, 1, 1_000_000),
        values.number(IntakeSettings.RECIPIENTS, 1, 1_000),
        values.duration(IntakeSettings.TIMEOUT));
  }

  private static List<Mailbox> mailboxes(Values values) {
    List<Mailbox> mailboxes = new ArrayList<>();
    values
        .group("mailboxes")
        .forEach(
            (name, given) -> mailboxes.add(mailbox(name, new Fields("mailboxes." + name, given))));
    return mailboxes;
  }

  private static Mailbox mailbox(String name, Fields fields) {
    Protocol protocol =
        Protocol.of(fields.required("protocol"))
            .orElseThrow(() -> fields.refused("protocol", "imap or pop3 is expected"));
    boolean isImplicitTls =
        switch (fields.optional("tls")) {
          case "", "implicit" -> true;
          case "starttls" -> false;
          default -> throw fields.refused("tls", "implicit or starttls is expected");
        };
    String folder = fields.optional("folder").isEmpty() ? INBOX : fields.optional("folder");
    Done done = done(fields, protocol);
    if (done instanceof Done.Move(String to) && isSame(to, folder)) {
      throw fields.refused("done", "another folder than the one that is read is expected");
    }
    return new Mailbox(
        name(name, fields),
        protocol,
        fields.required("host"),
        port(fields, protocol.port(isImplicitTls)),
        isImplicitTls,
        fields.required("username"),
        secret(fields),
        folder,
        done,
        interval(fields));
  }

  /** RFC 3501 section 5.1: only INBOX is the same in any case. */
  private static boolean isSame(String one, String other) {
    return one.equals(other) || (one.equalsIgnoreCase(INBOX) && other.equalsIgnoreCase(INBOX));
  }

  private static Done done(Fields fields, Protocol protocol) {
    String written = fields.optional("done");
    Done done =
        switch (written) {
          case "" -> protocol == Protocol.POP3 ? new Done.Delete() : new Done.Keep();
          case "keep" -> new Done.Keep();
          case "delete" -> new Done.Delete();
          default -> {
            if (!written.startsWith(MOVE) || written.length() == MOVE.length()) {
              throw fields.refused("done", "keep, delete or move:FOLDER is expected");
            }
            yield new Done.Move(written.substring(MOVE.length()));
          }
        };
    if (protocol == Protocol.POP3 && !(done instanceof Done.Delete)) {
      throw fields.refused("done", "with pop3 only delete is possible");
    }
    return done;
  }

  private static int port(Fields fields, int usual) {
    String written = fields.optional("port");
    if (written.isEmpty()) {
      return usual;
    }
    int port = written.matches("\\d{1,5}") ? Integer.parseInt(written) : 0;
    if (port < 1 || port > LAST_PORT) {
      throw fields.refused("port", "a port from 1 to 65535 is expected");
    }
    return port;
  }

  private static Duration interval(Fields fields) {
    String written = fields.optional("interval");
    return written.isEmpty()
        ? Duration.ofMinutes(1)
        : HumanDuration.parse(written)
            .filter(interval -> interval.compareTo(SHORTEST_INTERVAL) >= 0)
            .orElseThrow(() -> fields.refused("interval", "a duration of 10s or more is expected"));
  }

  private static List<Webhook> webhooks(Values values) {
    List<Webhook> webhooks = new ArrayList<>();
    values
        .group("webhooks")
        .forEach(
            (name, given) -> webhooks.add(webhook(name, new Fields("webhooks." + name, given))));
    return webhooks;
  }

  private static Webhook webhook(String name, Fields fields) {
    Vendor vendor =
        Vendor.of(fields.required("vendor"))
            .orElseThrow(
                () ->
                    fields.refused(
                        "vendor",
                        "ses, sendgrid, mailgun, postmark, sparkpost or generic is expected"));
    // anybody can have a topic at Amazon, and what it sends is signed as well
    boolean isSes = vendor == Vendor.SES;
    return new Webhook(
        name(name, fields),
        vendor,
        isSes ? "" : secret(fields),
        isSes ? fields.required("topic") : "",
        Optional.of(fields.optional("relay")).filter(relay -> !relay.isEmpty()));
  }

  private static String secret(Fields fields) {
    String secret = fields.required("secret");
    if (!Secrets.isReference(secret)) {
      throw fields.refused("secret", "env:NAME or file:/absolute/path is expected");
    }
    return secret;
  }

  private static String name(String name, Fields fields) {
    if (!NAME.matcher(name).matches()) {
      throw fields.refused(
          "the name has other characters than a-z, 0-9 and -, or more than 40 of them");
    }
    return name;
  }

  private static Optional<List<String>> loops(String text) {
    return Optional.of(Arrays.stream(text.split(",", -1)).map(String::strip).distinct().toList())
        .filter(FeedbackLoops.builtIn().ids()::containsAll);
  }

  private static Optional<List<EmailAddress>> addresses(String text) {
    List<EmailAddress> addresses = new ArrayList<>();
    try {
      for (String each : text.split(",", -1)) {
        addresses.add(EmailAddress.parse(each));
      }
      return Optional.of(addresses);
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
  }
}
