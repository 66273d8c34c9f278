package io.portolan.api.configuration;

import java.util.List;
import java.util.stream.Stream;

/** Every key that the configuration knows, in the order of the reference. */
public final class Settings {
  /** Begins the names of variables that relays set by the API may name as secrets. */
  public static final String SECRET_PREFIX = "PORTOLAN_SECRET_";

  static final Setting DATABASE_URL =
      new Setting(
          "database.url",
          "",
          "JDBC URL of a PostgreSQL 15 or later; empty: an embedded server in database.directory.");
  static final Setting DATABASE_USERNAME =
      new Setting("database.username", "", "User name at the database server.");
  static final Setting DATABASE_PASSWORD =
      new Setting(
          "database.password",
          "",
          "Where the password is: env:NAME or file:/absolute/path; empty for none.");
  static final Setting DATABASE_DIRECTORY =
      new Setting(
          "database.directory",
          "data/postgres",
          "Directory of the embedded server's data, made if missing.");
  static final Setting DATABASE_POOL_SIZE =
      new Setting("database.pool-size", "16", "Connections to the database, 4 to 200.");
  static final Setting DATABASE_CONNECTION_TIMEOUT =
      new Setting(
          "database.connection-timeout",
          "5s",
          "How long a caller waits for a free connection," + " 250ms or more.");
  static final Setting DATABASE_KEEP_ATTEMPTS =
      new Setting(
          "database.keep-attempts",
          "90d",
          "How long attempts and path failures are kept, in whole days, at least 1d; deliveries and"
              + " reports stay.");
  static final Setting HTTP_ADDRESS =
      new Setting(
          "http.address",
          "127.0.0.1",
          "Address on which the API listens; 0.0.0.0 for all, :: for all with IPv6.");
  static final Setting HTTP_PORT =
      new Setting("http.port", "8025", "Port on which the API listens; 0: any free one.");
  static final Setting HTTP_PUBLIC_URL =
      new Setting(
          "http.public-url",
          "",
          "Where recipients reach the unsubscribe endpoint, https in production; empty:"
              + " http://localhost and the API's port, which works on this host alone.");
  static final Setting HTTP_MAX_UPLOAD =
      new Setting("http.max-upload", "1024", "Largest CSV that may be uploaded, in MiB.");
  static final Setting HTTP_UPLOAD_DIRECTORY =
      new Setting(
          "http.upload-directory",
          "data/uploads",
          "Directory that holds uploads while they are imported, made if missing; what a run that"
              + " was killed left there is removed at the next start.");
  static final Setting SECRETS_DIRECTORY =
      new Setting(
          "secrets.directory",
          "",
          "Directory whose files may be named as secrets of relays that are set by the API; empty:"
              + " such relays may name variables that begin with PORTOLAN_SECRET_ alone. Relays of"
              + " this file may name any file or variable.");
  static final Setting MAIL_HELO_NAME =
      new Setting(
          "mail.helo-name",
          "",
          "Name given in EHLO, which should resolve to this host and back; empty: this host's"
              + " name.");
  static final Setting MAIL_BOUNCE_DOMAIN =
      new Setting(
          "mail.bounce-domain",
          "",
          "Domain of every return path, whose mail comes back to you; empty: the name given in"
              + " EHLO.");
  static final Setting MAIL_UNSUBSCRIBE_MAILBOX =
      new Setting(
          "mail.unsubscribe-mailbox", "", "Address for unsubscription by mail; empty for none.");
  static final Setting MAIL_SENDER_ID =
      new Setting(
          "mail.sender-id",
          "portolan",
          "Last part of Feedback-ID, 5 to 15 letters, digits or hyphens.");
  static final Setting MAIL_LIST_ID_DOMAIN =
      new Setting(
          "mail.list-id-domain",
          "",
          "Namespace of List-Id; empty: the domain of the From address.");
  static final Setting MAIL_SOURCE_ADDRESS =
      new Setting(
          "mail.source-address",
          "",
          "Local address from which mail leaves; empty: the system's choice.");
  static final Setting MAIL_SESSIONS =
      new Setting("mail.sessions", "500", "Most SMTP sessions that this node opens at once.");
  static final Setting MAIL_BATCHES_PER_PLATFORM =
      new Setting(
          "mail.batches-per-platform",
          "2",
          "Batches of one platform that are in memory at once; of the domains of no known ISP 16"
              + " times as many.");
  static final Setting MAIL_IDLE_LINGER =
      new Setting(
          "mail.idle-linger",
          "2s",
          "How long a session waits for its next message before it is closed.");
  static final Setting MAIL_REFUSALS_IN_A_ROW =
      new Setting(
          "mail.refusals-in-a-row",
          "20",
          "Refusals of us in a row, without one acceptance, after which a platform's or a relay's"
              + " mail is held for a while.");
  static final Setting MAIL_SIGNATURES =
      new Setting(
          "mail.signatures",
          "auto",
          "Who computes DKIM signatures: auto (Amazon Corretto Crypto Provider where its native"
              + " code runs, with RSA four times as fast; the JDK elsewhere) or jdk.");
  static final Setting MAIL_TRUSTED_CERTIFICATES =
      new Setting(
          "mail.trusted-certificates",
          "",
          "PEM file of certificate authorities that are trusted beside the system's; empty for"
              + " none.");
  static final Setting DNS_SERVERS =
      new Setting(
          "dns.servers",
          "",
          "Name servers to ask, as address or address:port, separated by commas; empty: the"
              + " system's.");
  static final Setting DNS_TIMEOUT =
      new Setting("dns.timeout", "5s", "How long one name server is given for one query.");
  static final Setting DNS_FAMILIES =
      new Setting(
          "dns.families", "ipv4-first", "Addresses to dial: ipv4-first, ipv6-first, ipv4 or ipv6.");
  static final Setting PATHS_FIRST_BLOCK =
      new Setting(
          "paths.first-block",
          "5m",
          "How long a path that failed is left alone before it is looked at; doubled with each bad"
              + " look.");
  static final Setting PATHS_LONGEST_BLOCK =
      new Setting(
          "paths.longest-block",
          "60m",
          "The longest that a path is left alone before it is looked at again.");
  static final Setting PATHS_SUSPECT =
      new Setting(
          "paths.suspect",
          "20s",
          "How long a path that was open waits after its first failure before it is looked at.");
  static final Setting PATHS_CONFIRM =
      new Setting(
          "paths.confirm",
          "1m",
          "Between the two good looks that reopen a blocked path, and the two rounds of looks that"
              + " a verdict on a port needs.");
  static final Setting PATHS_NETWORK =
      new Setting(
          "paths.network",
          "default",
          "Name of the way out that this node shares with others; nodes of one name share what they"
              + " know of paths and ports.");
  static final Setting PATHS_RAMP =
      new Setting(
          "paths.ramp",
          "1m",
          "How long a path that reopened is given its sessions one by one, eight in this time.");
  static final Setting PATHS_EVIDENCE_WINDOW =
      new Setting(
          "paths.evidence-window",
          "5m",
          "Within which failures at unrelated platforms add up to a blocked port.");
  static final Setting PATHS_LOGIN_HOLD =
      new Setting(
          "paths.login-hold",
          "15m",
          "How long a relay that refused the login, or our mail, is left alone.");
  static final Setting SCHEDULER_NODE =
      new Setting(
          "scheduler.node",
          "",
          "Name of this node, unique in the cluster, up to 70 characters; empty: host name, process"
              + " and a random part.");
  static final Setting SCHEDULER_THREADS =
      new Setting(
          "scheduler.threads",
          "1000",
          "Jobs that may wait or run at once on this node; a waiting one costs little.");
  static final Setting SCHEDULER_CHECK_IN =
      new Setting(
          "scheduler.check-in",
          "5s",
          "How often this node says that it lives; a node that is silent for this and 7.5 s more is"
              + " taken over.");
  static final Setting ISPS_FILE =
      new Setting(
          "isps.file",
          "",
          "CSV file of ISPs that are added to the built-in directory, in its format; empty for"
              + " none.");

  static final Setting MAIL_REPLY_RULES =
      new Setting(
          "mail.reply-rules",
          "",
          "CSV file of rules that say what replies mean, asked before the built-in ones; empty for"
              + " none.");
  static final Setting PROBES_EVERY =
      new Setting(
          "probes.every",
          "30m",
          "How often the ports that the policy uses are looked at by control hosts while all is"
              + " well.");
  static final Setting ALERTS_WEBHOOK =
      new Setting(
          "alerts.webhook",
          "",
          "URL that is sent a JSON document for each alert, of the kinds that operations.md lists;"
              + " empty for none.");
  static final Setting ALERTS_SECRET =
      new Setting(
          "alerts.secret",
          "",
          "Reference, env:NAME or file:PATH, of the key by which the webhook's documents are"
              + " signed; empty: not signed.");
  static final Setting PROBES_CONTROLS =
      new Setting(
          "probes.controls",
          "",
          "CSV file of the hosts by which ports are judged, in place of the built-in ones:"
              + " operator, host, port and tls (starttls, implicit, or none for a port that nobody"
              + " blocks, such as 443, of which one row is needed); empty for the built-in ones.");
  static final Setting DNS_HEALTH_EVERY =
      new Setting(
          "dns-health.every",
          "1h",
          "How often the DNS of sending domains and source addresses is checked, 1m or more, a"
              + " tenth more or less; by one node at a time.");
  static final Setting DNS_HEALTH_ADDRESSES =
      new Setting(
          "dns-health.addresses",
          "",
          "Addresses that receivers see mail come from, separated by commas, where this host stands"
              + " behind NAT; empty: the source addresses of the policy and mail.source-address.");
  static final Setting DNS_HEALTH_BLOCKLIST_SERVERS =
      new Setting(
          "dns-health.blocklist-servers",
          "",
          "Name servers of your own to ask blocklists by, as address or address:port, separated by"
              + " commas; empty: no blocklist is asked, for lists do not answer public resolvers.");
  static final Setting DNS_HEALTH_ADDRESS_BLOCKLISTS =
      new Setting(
          "dns-health.address-blocklists",
          "zen.spamhaus.org",
          "Blocklists that source addresses are looked up in, separated by commas.");
  static final Setting DNS_HEALTH_DOMAIN_BLOCKLISTS =
      new Setting(
          "dns-health.domain-blocklists",
          "dbl.spamhaus.org",
          "Blocklists that domains are looked up in, separated by commas.");

  private static final List<Setting> OWN =
      List.of(
          DATABASE_URL,
          DATABASE_USERNAME,
          DATABASE_PASSWORD,
          DATABASE_DIRECTORY,
          DATABASE_POOL_SIZE,
          DATABASE_CONNECTION_TIMEOUT,
          DATABASE_KEEP_ATTEMPTS,
          HTTP_ADDRESS,
          HTTP_PORT,
          HTTP_PUBLIC_URL,
          HTTP_MAX_UPLOAD,
          HTTP_UPLOAD_DIRECTORY,
          SECRETS_DIRECTORY,
          MAIL_HELO_NAME,
          MAIL_BOUNCE_DOMAIN,
          MAIL_UNSUBSCRIBE_MAILBOX,
          MAIL_SENDER_ID,
          MAIL_LIST_ID_DOMAIN,
          MAIL_SOURCE_ADDRESS,
          MAIL_SESSIONS,
          MAIL_BATCHES_PER_PLATFORM,
          MAIL_IDLE_LINGER,
          MAIL_REFUSALS_IN_A_ROW,
          MAIL_SIGNATURES,
          MAIL_TRUSTED_CERTIFICATES,
          MAIL_REPLY_RULES,
          DNS_SERVERS,
          DNS_TIMEOUT,
          DNS_FAMILIES,
          DNS_HEALTH_EVERY,
          DNS_HEALTH_ADDRESSES,
          DNS_HEALTH_BLOCKLIST_SERVERS,
          DNS_HEALTH_ADDRESS_BLOCKLISTS,
          DNS_HEALTH_DOMAIN_BLOCKLISTS,
          PATHS_FIRST_BLOCK,
          PATHS_LONGEST_BLOCK,
          PATHS_CONFIRM,
          PATHS_NETWORK,
          PATHS_SUSPECT,
          PATHS_RAMP,
          PATHS_EVIDENCE_WINDOW,
          PATHS_LOGIN_HOLD,
          SCHEDULER_NODE,
          SCHEDULER_THREADS,
          SCHEDULER_CHECK_IN,
          PROBES_EVERY,
          PROBES_CONTROLS,
          ALERTS_WEBHOOK,
          ALERTS_SECRET,
          ISPS_FILE);

  private static final List<Setting> ALL =
      Stream.of(OWN, IntakeSettings.SETTINGS, GuardsConfiguration.SETTINGS)
          .flatMap(List::stream)
          .toList();

  private static final List<SettingGroup> GROUPS =
      List.of(
          new SettingGroup(
              "relays",
              "NAME",
              "mailer",
              "Relays (smarthosts), by the name that paths of the port policy use. Relays may also"
                  + " be set by the API; those of the file are put in place at every start.",
              List.of(
                  new SettingGroup.Field(
                      "host",
                      true,
                      "smtp.example.net",
                      "DNS name in lower case, which its certificate must bear."),
                  new SettingGroup.Field(
                      "ports",
                      true,
                      "[587:starttls, 465:implicit]",
                      "Ports it offers, each with its TLS mode: starttls, implicit (from the first"
                          + " byte), or none without a login."),
                  new SettingGroup.Field(
                      "username", false, "portolan", "Name to log in with; left out for no login."),
                  new SettingGroup.Field(
                      "secret",
                      false,
                      "env:MAILER_PASSWORD",
                      "Where the password is: env:NAME or file:/absolute/path; needed with a"
                          + " username."))),
          new SettingGroup(
              "dkim",
              "DOMAIN",
              "example.net",
              "Domains whose mail is signed (DKIM, rsa-sha256, and ed25519-sha256 if wanted), the"
                  + " domains below them included; mail from other domains goes out unsigned.",
              List.of(
                  new SettingGroup.Field(
                      "selector",
                      true,
                      "portolan1",
                      "Selector; the public key is in the DNS at SELECTOR._domainkey.DOMAIN."),
                  new SettingGroup.Field(
                      "key",
                      true,
                      "file:/etc/portolan/example.net.pem",
                      "Where the private RSA key is, in PEM: env:NAME or file:/absolute/path."),
                  new SettingGroup.Field(
                      "ed25519-selector",
                      false,
                      "portolan1e",
                      "Selector of a second key, with which mail is signed too (RFC 8463)."),
                  new SettingGroup.Field(
                      "ed25519-key",
                      false,
                      "file:/etc/portolan/example.net-ed25519.pem",
                      "Where that private Ed25519 key is, in PEM."))),
          IntakeSettings.MAILBOXES,
          IntakeSettings.WEBHOOKS,
          ReputationLimits.GROUP);

  private Settings() {}

  public static List<Setting> all() {
    return ALL;
  }

  /** The parts whose entries have names of their own. */
  static List<SettingGroup> groups() {
    return GROUPS;
  }
}
