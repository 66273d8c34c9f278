package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.webhook.Vendor;
import io.portolan.api.webhook.Webhook;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.RelayReports;
import io.portolan.core.relay.Relays;
import io.portolan.sender.mailbox.Mailbox;
import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntakeConfigurationTest {
  @TempDir Path directory;

  private IntakeConfiguration read(String yaml) throws IOException {
    return Configuration.read(Files.writeString(directory.resolve("portolan.yaml"), yaml), Map.of())
        .intake();
  }

  @Test
  void takesNothingByDefault() {
    IntakeConfiguration intake = Configuration.defaults(Map.of()).intake();

    assertThat(intake.listener()).isEmpty();
    assertThat(intake.mailboxes()).isEmpty();
    assertThat(intake.webhooks()).isEmpty();
    assertThat(intake.complaintAddresses()).isEmpty();
    assertThat(intake.peopleDirectory()).isEqualTo(Path.of("data/people"));
  }

  @Test
  void readsEverything() throws IOException {
    Path certificate = Files.writeString(directory.resolve("mx.pem"), "pem");
    IntakeConfiguration intake =
        read(
            """
            intake:
              address: 0.0.0.0
              port: 2500
              certificate: %s
              key: env:MX_KEY
              complaint-addresses: fbl@bounce.example.net, jmrp@bounce.example.net
              people-directory: /var/lib/people
              max-size: 512
              connections: 50
              connections-per-peer: 5
              mails-per-minute: 60
              recipients: 3
              timeout: 30s
            mailboxes:
              old:
                protocol: pop3
                host: pop.example.net
                tls: starttls
                username: bounces
                secret: env:OLD
              new:
                protocol: imap
                host: imap.example.net
                port: 1993
                username: bounces
                secret: env:NEW
                folder: Bounces
                done: move:Read
                interval: 5m
            webhooks:
              ses:
                vendor: ses
                topic: arn:aws:sns:eu-west-1:1:b
              grid-eu:
                vendor: sendgrid
                secret: env:GRID
                relay: mailer
            """
                .formatted(certificate));

    assertThat(intake.listener())
        .contains(
            new IntakeConfiguration.ListenerConfiguration(
                "0.0.0.0",
                2500,
                Optional.of(certificate),
                "env:MX_KEY",
                512 * 1024,
                50,
                5,
                60,
                3,
                Duration.ofSeconds(30)));
    assertThat(intake.complaintAddresses())
        .containsExactly(
            EmailAddress.parse("fbl@bounce.example.net"),
            EmailAddress.parse("jmrp@bounce.example.net"));
    assertThat(intake.peopleDirectory()).isEqualTo(Path.of("/var/lib/people"));
    assertThat(intake.mailboxes())
        .containsExactlyInAnyOrder(
            new Mailbox(
                "old",
                Protocol.POP3,
                "pop.example.net",
                110,
                false,
                "bounces",
                "env:OLD",
                "INBOX",
                new Done.Delete(),
                Duration.ofMinutes(1)),
            new Mailbox(
                "new",
                Protocol.IMAP,
                "imap.example.net",
                1993,
                true,
                "bounces",
                "env:NEW",
                "Bounces",
                new Done.Move("Read"),
                Duration.ofMinutes(5)));
    assertThat(intake.webhooks())
        .containsExactlyInAnyOrder(
            new Webhook("ses", Vendor.SES, "", "arn:aws:sns:eu-west-1:1:b", Optional.empty()),
            new Webhook("grid-eu", Vendor.SENDGRID, "env:GRID", "", Optional.of("mailer")));
  }

  @Test
  void saysOfAWebhookWhoseRelayIsNotThere() throws IOException {
    IntakeConfiguration intake =
        read(
            """
            webhooks:
              grid:
                vendor: sendgrid
                secret: env:GRID
                relay: mailr
              any:
                vendor: generic
                secret: env:ANY
            """);

    assertThat(intake.unknownRelays(List.of("mailer", "mailr"))).isEmpty();
    assertThat(intake.unknownRelays(List.of("mailer", "ses")))
        .singleElement()
        .asString()
        .startsWith(
            "webhooks.grid.relay is \"mailr\", and there is no relay of that name (there are: mailer, ses).");
    assertThat(intake.unknownRelays(List.of()).getFirst()).contains("(there is none)");
  }

  @Test
  void saysWhatRelaysTellByTheWaysOnWhichItCouldCome() throws IOException {
    Relays relays =
        name ->
            Optional.of(
                new Relay(
                    name,
                    "smtp.example.net",
                    "",
                    "",
                    List.of(new RelayPort(587, TlsMode.STARTTLS))));
    String webhooks =
        """
        webhooks:
          grid:
            vendor: sendgrid
            secret: env:GRID
            relay: mailer
        """;

    assertThat(read(webhooks).reporting(relays).of("mailer")).isEqualTo(RelayReports.EVENTS);
    assertThat(read(webhooks).reporting(relays).of("other")).isEqualTo(RelayReports.NOTHING);
    assertThat(read(webhooks + "intake: {address: 0.0.0.0}\n").reporting(relays).of("other"))
        .isEqualTo(RelayReports.BOUNCES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vendor: mailchimp|webhooks.x.vendor",
        "vendor: ses|\"topic\" is missing",
        "vendor: mailgun|\"secret\" is missing",
        "{vendor: mailgun, secret: plain}|webhooks.x.secret"
      })
  void namesWhatIsWrongWithAWebhook(String fields, String words) {
    assertThatThrownBy(
            () ->
                read(
                    "webhooks:\n  x: "
                        + (fields.startsWith("{") ? fields : "{" + fields + "}")
                        + "\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol: nntp|mailboxes.x.protocol",
        "protocol: pop3, done: keep|mailboxes.x.done",
        "protocol: imap, done: burn|mailboxes.x.done",
        "protocol: imap, done: move:inbox|mailboxes.x.done",
        "protocol: imap, folder: B, done: move:B|mailboxes.x.done",
        "protocol: imap, tls: none|mailboxes.x.tls",
        "protocol: imap, port: 70000|mailboxes.x.port",
        "protocol: imap, interval: 1s|mailboxes.x.interval"
      })
  void namesWhatIsWrongWithAMailbox(String fields, String words) {
    assertThatThrownBy(
            () ->
                read(
                    "mailboxes:\n  x: {host: h.example.net, username: u, secret: env:S, "
                        + fields
                        + "}\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(words);
  }

  @Test
  void wantsACertificateAndItsKeyTogether() {
    assertThatThrownBy(() -> read("intake:\n  address: 0.0.0.0\n  key: env:KEY\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("needed together");
  }

  @Test
  void knowsLoopsThatSomebodyHasSignedUpForAndNoOthers() throws IOException {
    assertThat(read("complaints:\n  loops: [yahoo, outlook]\n").loops())
        .containsExactly("yahoo", "outlook");
    assertThat(read("complaints:\n  loops: yahoo\n").loops()).containsExactly("yahoo");
    assertThat(Configuration.defaults(Map.of()).intake().loops()).isEmpty();
    assertThatThrownBy(() -> read("complaints:\n  loops: [yahoo, gmail]\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining("complaints.loops")
        .hasMessageContaining("gmail")
        .hasMessageContaining("comcast, cox");
  }
}
