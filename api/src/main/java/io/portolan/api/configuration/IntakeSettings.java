package io.portolan.api.configuration;

import java.util.List;

/** The keys that say how mail and events come back. */
final class IntakeSettings {
  static final Setting ADDRESS =
      new Setting(
          "intake.address",
          "",
          "Address on which the listener takes mail for mail.bounce-domain, 0.0.0.0 for all, :: for"
              + " all with IPv6; empty: no listener.");
  static final Setting PORT =
      new Setting(
          "intake.port",
          "25",
          "Port on which the listener takes mail; 0: any free one. Other mail servers know 25"
              + " alone.");
  static final Setting CERTIFICATE =
      new Setting(
          "intake.certificate",
          "",
          "PEM file of the listener's certificate, then of those that signed it; empty: one that"
              + " it makes at each start, to which mail servers encrypt as well.");
  static final Setting KEY =
      new Setting(
          "intake.key",
          "",
          "Where the certificate's private key is, PKCS #8 in PEM: env:NAME or file:/absolute/path;"
              + " needed with a certificate.");
  static final Setting COMPLAINT_ADDRESSES =
      new Setting(
          "intake.complaint-addresses",
          "",
          "Addresses that feedback loops were told, such as fbl@bounce.example.net, separated by"
              + " commas; a complaint acts only if it holds what this installation signed.");
  static final Setting LOOPS =
      new Setting(
          "complaints.loops",
          "",
          "Feedback loops that you have signed up for, such as yahoo, outlook, separated by commas:"
              + " there no complaint is good news before the first has come. A loop is known by"
              + " itself once a complaint from it has come.");
  static final Setting PEOPLE_DIRECTORY =
      new Setting(
          "intake.people-directory",
          "data/people",
          "Directory that keeps mail to postmaster and abuse, and mail to the unsubscribe mailbox"
              + " that names no message, one file each; made if missing.");
  static final Setting MAX_SIZE =
      new Setting("intake.max-size", "1024", "Longest mail that the listener takes, in KiB.");
  static final Setting CONNECTIONS =
      new Setting("intake.connections", "100", "Connections to the listener at once.");
  static final Setting CONNECTIONS_PER_PEER =
      new Setting(
          "intake.connections-per-peer",
          "10",
          "Connections at once of one IPv4 address or one IPv6 network of 64 bits.");
  static final Setting MAILS_PER_MINUTE =
      new Setting(
          "intake.mails-per-minute",
          "600",
          "Mails that the listener takes from one peer in a minute; who brings more is asked to"
              + " come again.");
  static final Setting RECIPIENTS =
      new Setting("intake.recipients", "20", "Recipients of one mail that the listener takes.");
  static final Setting TIMEOUT =
      new Setting(
          "intake.timeout",
          "5m",
          "How long the listener waits for a command; twice as long for a mail, thirty times for"
              + " all of a conversation.");

  /** The keys, in the order of the reference. */
  static final List<Setting> SETTINGS =
      List.of(
          ADDRESS,
          PORT,
          CERTIFICATE,
          KEY,
          COMPLAINT_ADDRESSES,
          PEOPLE_DIRECTORY,
          MAX_SIZE,
          CONNECTIONS,
          CONNECTIONS_PER_PEER,
          MAILS_PER_MINUTE,
          RECIPIENTS,
          TIMEOUT,
          LOOPS);

  static final SettingGroup MAILBOXES =
      new SettingGroup(
          "mailboxes",
          "NAME",
          "bounces",
          "Mailboxes that are polled for mail that comes back, always over TLS with a verified"
              + " name. Each should be for such mail alone.",
          List.of(
              new SettingGroup.Field("protocol", true, "imap", "imap or pop3."),
              new SettingGroup.Field(
                  "host", true, "imap.example.net", "DNS name, which its certificate must bear."),
              new SettingGroup.Field(
                  "tls",
                  false,
                  "implicit",
                  "implicit (from the first byte) or starttls; left out: implicit."),
              new SettingGroup.Field(
                  "port",
                  false,
                  "993",
                  "Port; left out: 993 and 143 of IMAP, 995 and 110 of POP3."),
              new SettingGroup.Field(
                  "username", true, "bounces@example.net", "Name to log in with."),
              new SettingGroup.Field(
                  "secret",
                  true,
                  "env:BOUNCES_PASSWORD",
                  "Where the password is: env:NAME or file:/absolute/path."),
              new SettingGroup.Field(
                  "folder", false, "INBOX", "Folder of IMAP to read; left out: INBOX."),
              new SettingGroup.Field(
                  "done",
                  false,
                  "keep",
                  "What becomes of a mail that was read: keep (it stays, and which were read is"
                      + " kept in the database), delete, or move:FOLDER. Left out: keep with IMAP,"
                      + " delete with POP3, which knows nothing else."),
              new SettingGroup.Field(
                  "interval", false, "1m", "Between two polls, 10s or more; left out: 1m.")));

  static final SettingGroup WEBHOOKS =
      new SettingGroup(
          "webhooks",
          "NAME",
          "ses",
          "Webhooks by which relays bring their events, at /api/v1/events/VENDOR/NAME.",
          List.of(
              new SettingGroup.Field(
                  "vendor", true, "ses", "ses, sendgrid, mailgun, postmark, sparkpost or generic."),
              new SettingGroup.Field(
                  "secret",
                  false,
                  "env:EVENTS_SECRET",
                  "Where the secret is, env:NAME or file:/absolute/path: SendGrid's public key,"
                      + " Mailgun's signing key, name:password of Postmark and SparkPost (or a"
                      + " bearer token), the key of generic; needed by all but ses."),
              new SettingGroup.Field(
                  "topic",
                  false,
                  "arn:aws:sns:eu-west-1:123456789012:bounces",
                  "ARN of the topic of Amazon SNS; needed by ses."),
              new SettingGroup.Field(
                  "relay",
                  false,
                  "ses",
                  "Name of the relay whose events it brings; left out: the relays on hosts of the"
                      + " vendor's, with generic those on all other hosts. Reports say by it of"
                      + " which relays events are to be expected. A name that no relay has is a"
                      + " warning at the start, for the relay may be added later.")));

  private IntakeSettings() {}
}
