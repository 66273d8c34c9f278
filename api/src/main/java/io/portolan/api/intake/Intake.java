package io.portolan.api.intake;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.configuration.IntakeConfiguration.ListenerConfiguration;
import io.portolan.api.webhook.Webhooks;
import io.portolan.core.database.Database;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.Source;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.registry.DeliveryMeters;
import io.portolan.sender.intake.IntakeAddresses;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.intake.PeopleMail;
import io.portolan.sender.intake.SignedTokens;
import io.portolan.sender.listener.ListenerSettings;
import io.portolan.sender.listener.ListenerTls;
import io.portolan.sender.listener.SmtpListener;
import io.portolan.sender.mailbox.Mailboxes;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/** Everything by which mail and events come back to a node. Thread-safe. */
public final class Intake implements AutoCloseable {
  private final Webhooks webhooks;
  private final Optional<SmtpListener> listener;
  private final Mailboxes mailboxes;
  private final DeadlineWatch deadlines;

  /**
   * What reads, and where what was read goes.
   *
   * @param mails reads a mail; takes any bytes and throws nothing
   * @param events reads a relay's event, as JSON; throws nothing
   */
  public record Reading(
      Function<byte[], Feedback> mails,
      Function<String, List<Feedback>> events,
      FeedbackInbox inbox,
      Tokens tokens) {}

  /** What surrounds a node; {@code node} is its name. */
  public record Surroundings(
      Database database,
      TlsTrust trust,
      Secrets secrets,
      DeliveryMeters meters,
      String node,
      InstantSource clock) {}

  private Intake(
      Webhooks webhooks,
      Optional<SmtpListener> listener,
      Mailboxes mailboxes,
      DeadlineWatch deadlines) {
    this.webhooks = webhooks;
    this.listener = listener;
    this.mailboxes = mailboxes;
    this.deadlines = deadlines;
  }

  /**
   * Starts to take mail and events.
   *
   * @throws ConfigurationException if the listener cannot listen as configured; nothing stays open
   */
  public static Intake start(
      Configuration configuration, Reading reading, Surroundings surroundings) {
    IntakeCounts counts = new IntakeCounts();
    IntakeAddresses addresses =
        new IntakeAddresses(
            reading.tokens(),
            configuration.mail().bounceDomain(),
            configuration.intake().complaintAddresses(),
            configuration.mail().unsubscribeMailbox());
    MailIntake mails =
        new MailIntake(reading.mails(), reading.inbox(), addresses, counts, surroundings.clock());
    DeadlineWatch deadlines = new DeadlineWatch();
    Optional<SmtpListener> listener;
    try {
      listener =
          configuration
              .intake()
              .listener()
              .map(each -> listener(each, configuration, mails, deadlines, surroundings));
    } catch (RuntimeException e) {
      deadlines.close();
      throw e;
    }
    measure(counts, surroundings.meters());
    return new Intake(
        new Webhooks(
            configuration.intake().webhooks(),
            new Webhooks.Parts(
                reading.events(),
                reading.inbox(),
                new SignedTokens(addresses),
                counts,
                surroundings.secrets(),
                surroundings.clock())),
        listener,
        Mailboxes.start(
            configuration.intake().mailboxes(),
            mails,
            new Mailboxes.Surroundings(
                surroundings.database(),
                surroundings.trust(),
                deadlines,
                surroundings.secrets(),
                surroundings.node(),
                surroundings.clock())),
        deadlines);
  }

  public Webhooks webhooks() {
    return webhooks;
  }

  /** The port on which the listener takes mail; empty without one. */
  public OptionalInt port() {
    return listener.map(each -> OptionalInt.of(each.port())).orElseGet(OptionalInt::empty);
  }

  @Override
  public void close() {
    mailboxes.close();
    listener.ifPresent(SmtpListener::close);
    webhooks.close();
    deadlines.close();
  }

  private static SmtpListener listener(
      ListenerConfiguration configured,
      Configuration configuration,
      MailIntake mails,
      DeadlineWatch deadlines,
      Surroundings surroundings) {
    try {
      return SmtpListener.start(
          new ListenerSettings(
              new InetSocketAddress(configured.address(), configured.port()),
              configuration.mail().heloName(),
              configured.mostBytes(),
              configured.connections(),
              configured.connectionsPerPeer(),
              configured.mailsPerMinute(),
              configured.recipients(),
              configured.timeout()),
          new SmtpListener.Parts(
              mails,
              new PeopleMail(configuration.intake().peopleDirectory()),
              tls(configured, configuration.mail().heloName(), surroundings),
              deadlines,
              System::nanoTime));
    } catch (IOException | RuntimeException e) {
      if (e instanceof ConfigurationException same) {
        throw same;
      }
      throw new ConfigurationException(
          "The listener for bounces cannot listen on "
              + configured.address()
              + ":"
              + configured.port()
              + ": "
              + e.getMessage()
              + ". Choose another intake.port, or stop what uses it; ports below 1024 need the"
              + " right to bind them.");
    }
  }

  private static SSLContext tls(
      ListenerConfiguration configured, String name, Surroundings surroundings) {
    if (configured.certificate().isEmpty()) {
      return ListenerTls.selfSigned(name, surroundings.clock().instant());
    }
    Path certificate = configured.certificate().get();
    try {
      return ListenerTls.of(
          Files.readString(certificate), surroundings.secrets().resolve(configured.key()));
    } catch (IOException | SecretException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "intake.certificate: " + certificate + ": " + e.getMessage() + ".");
    }
  }

  private static void measure(IntakeCounts counts, DeliveryMeters meters) {
    for (Source source : Source.values()) {
      for (IntakeCounts.Result result : IntakeCounts.Result.values()) {
        meters.watchTotal(
            "portolan.intake",
            "Mails and events that came back, by way and by what became of them",
            List.of("source", source.id(), "result", result.id()),
            () -> counts.of(source, result));
      }
    }
  }
}
