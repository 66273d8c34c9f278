package io.portolan.api.configuration;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.metrics.reputation.Thresholds;
import io.portolan.sender.dkim.SigningProvider;
import io.portolan.sender.dns.AddressFamilies;
import io.portolan.sender.dns.DnsSettings;
import io.portolan.sender.path.HealthSettings;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be configured, read once at start. Chooses numbers and addresses, never which
 * classes exist.
 */
public record Configuration(
    DatabaseConfiguration database,
    HttpConfiguration http,
    MailConfiguration mail,
    DnsSettings dns,
    DnsHealthConfiguration dnsHealth,
    HealthSettings paths,
    WatchConfiguration watch,
    IntakeConfiguration intake,
    GuardsConfiguration guards,
    Thresholds reputationLimits,
    SchedulerConfiguration scheduler,
    List<Relay> relays,
    List<DkimConfiguration> dkim,
    Optional<Path> controlsFile,
    Optional<Path> ispsFile,
    Optional<Path> replyRules,
    Optional<Path> secretsDirectory) {
  private static final int LONGEST_KEPT_DAYS = 36_500;
  private static final int LAST_PORT = 65_535;
  // from it Quartz makes keys of its own
  private static final int LONGEST_NODE_NAME = 70;
  // HikariCP takes no less
  private static final Duration SHORTEST_CONNECTION_TIMEOUT = Duration.ofMillis(250);

  /**
   * The database.
   *
   * @param url empty for an embedded server in {@code directory}
   * @param password a reference, {@code env:NAME} or {@code file:PATH}; empty for none
   */
  public record DatabaseConfiguration(
      Optional<String> url,
      String username,
      String password,
      Path directory,
      int poolSize,
      Duration connectionTimeout,
      int keepAttemptsDays) {}

  /** The HTTP API. */
  public record HttpConfiguration(
      String address,
      int port,
      Optional<URI> publicUrl,
      long maxUploadBytes,
      Path uploadDirectory) {}

  /** What mail bears and how much of it is in hand. */
  public record MailConfiguration(
      String heloName,
      Domain bounceDomain,
      Optional<EmailAddress> unsubscribeMailbox,
      String senderId,
      Optional<Domain> listIdDomain,
      Optional<InetAddress> sourceAddress,
      int sessions,
      int batchesPerPlatform,
      Duration idleLinger,
      int refusalsInARow,
      SigningProvider signatures,
      Optional<Path> trustedCertificates) {}

  /** The scheduler; {@code node} is empty for a name made at start. */
  public record SchedulerConfiguration(Optional<String> node, int threads, Duration checkIn) {}

  /**
   * A domain that signs, and where one of its private keys is: {@code env:NAME} or {@code
   * file:PATH}.
   */
  public record DkimConfiguration(Domain domain, String selector, String key) {}

  public Configuration {
    relays = List.copyOf(relays);
    dkim = List.copyOf(dkim);
  }

  /** The same with another port of the API. */
  public Configuration withPort(int port) {
    return new Configuration(
        database,
        new HttpConfiguration(
            http.address(), port, http.publicUrl(), http.maxUploadBytes(), http.uploadDirectory()),
        mail,
        dns,
        dnsHealth,
        paths,
        watch,
        intake,
        guards,
        reputationLimits,
        scheduler,
        relays,
        dkim,
        controlsFile,
        ispsFile,
        replyRules,
        secretsDirectory);
  }

  /** The defaults, with what the environment overrides. */
  public static Configuration defaults(Map<String, String> environment) {
    return of(new Values(Map.of(), environment));
  }

  /**
   * Reads a file.
   *
   * @throws ConfigurationException with the place, the value and what would be right
   */
  public static Configuration read(Path file, Map<String, String> environment) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigurationException("There is no configuration file " + file + ".");
    }
    return of(new Values(ConfigurationFile.read(file), environment));
  }

  private static Configuration of(Values values) {
    return new Configuration(
        database(values),
        http(values),
        mail(values),
        dns(values),
        DnsHealthConfiguration.of(values),
        paths(values),
        WatchConfiguration.of(values),
        IntakeConfiguration.of(values),
        GuardsConfiguration.of(values),
        ReputationLimits.of(values),
        new SchedulerConfiguration(
            values.optional(
                Settings.SCHEDULER_NODE,
                "a name of up to " + LONGEST_NODE_NAME + " characters is expected",
                text -> Optional.of(text).filter(name -> name.length() <= LONGEST_NODE_NAME)),
            values.number(Settings.SCHEDULER_THREADS, 10, 100_000),
            values.duration(Settings.SCHEDULER_CHECK_IN)),
        relays(values),
        dkim(values),
        values.optional(
            Settings.PROBES_CONTROLS, "a readable file is expected", Configuration::readable),
        ispsFile(values),
        values.optional(
            Settings.MAIL_REPLY_RULES, "a readable file is expected", Configuration::readable),
        values.optional(
            Settings.SECRETS_DIRECTORY,
            "an absolute path of a directory is expected",
            text -> Optional.of(Path.of(text)).filter(Path::isAbsolute).map(Path::normalize)));
  }

  private static DatabaseConfiguration database(Values values) {
    return new DatabaseConfiguration(
        values.optional(
            Settings.DATABASE_URL,
            "a URL such as jdbc:postgresql://localhost:5432/portolan is expected",
            text -> Optional.of(text).filter(url -> url.startsWith("jdbc:postgresql:"))),
        values.text(Settings.DATABASE_USERNAME),
        values.text(Settings.DATABASE_PASSWORD),
        values.parsed(
            Settings.DATABASE_DIRECTORY,
            "a directory is expected",
            text -> Optional.of(Path.of(text))),
        values.number(Settings.DATABASE_POOL_SIZE, 4, 200),
        values.parsed(
            Settings.DATABASE_CONNECTION_TIMEOUT,
            "a duration of 250ms or more is expected",
            text ->
                HumanDuration.parse(text)
                    .filter(duration -> duration.compareTo(SHORTEST_CONNECTION_TIMEOUT) >= 0)),
        values.parsed(
            Settings.DATABASE_KEEP_ATTEMPTS,
            "whole days from 1d to 36500d are expected",
            Configuration::days));
  }

  private static HttpConfiguration http(Values values) {
    return new HttpConfiguration(
        values.text(Settings.HTTP_ADDRESS),
        values.number(Settings.HTTP_PORT, 0, LAST_PORT),
        values.optional(
            Settings.HTTP_PUBLIC_URL,
            "an http or https URL is expected",
            WatchConfiguration::webUrl),
        values.number(Settings.HTTP_MAX_UPLOAD, 1, 1_000_000) * 1024L * 1024L,
        values.parsed(
            Settings.HTTP_UPLOAD_DIRECTORY,
            "a directory is expected",
            text -> Optional.of(Path.of(text))));
  }

  private static MailConfiguration mail(Values values) {
    String helo =
        values.text(Settings.MAIL_HELO_NAME).isEmpty()
            ? HostValues.hostName()
            : values
                .parsed(
                    Settings.MAIL_HELO_NAME,
                    "a host name is expected",
                    text -> Optional.of(Domain.parse(text)))
                .name();
    return new MailConfiguration(
        helo,
        values
            .optional(
                Settings.MAIL_BOUNCE_DOMAIN,
                "a domain is expected",
                text -> Optional.of(Domain.parse(text)))
            .orElseGet(() -> HostValues.bounceDomain(helo)),
        values.optional(
            Settings.MAIL_UNSUBSCRIBE_MAILBOX, "an address is expected", Configuration::address),
        values.parsed(
            Settings.MAIL_SENDER_ID,
            "5 to 15 letters, digits or hyphens are expected",
            text -> Optional.of(text).filter(id -> id.matches("[A-Za-z0-9-]{5,15}"))),
        values.optional(
            Settings.MAIL_LIST_ID_DOMAIN,
            "a domain is expected",
            text -> Optional.of(Domain.parse(text))),
        values.optional(
            Settings.MAIL_SOURCE_ADDRESS,
            "an IP address is expected",
            text -> Optional.of(InetAddress.ofLiteral(text))),
        values.number(Settings.MAIL_SESSIONS, 1, 100_000),
        values.number(Settings.MAIL_BATCHES_PER_PLATFORM, 1, 1_000),
        values.duration(Settings.MAIL_IDLE_LINGER),
        values.number(Settings.MAIL_REFUSALS_IN_A_ROW, 1, 1_000_000),
        values.parsed(Settings.MAIL_SIGNATURES, "auto or jdk is expected", SigningProvider::of),
        values.optional(
            Settings.MAIL_TRUSTED_CERTIFICATES,
            "a readable file is expected",
            Configuration::readable));
  }

  private static DnsSettings dns(Values values) {
    return new DnsSettings(
        values
            .optional(
                Settings.DNS_SERVERS,
                "addresses separated by commas are expected",
                HostValues::servers)
            .orElse(List.of()),
        values.duration(Settings.DNS_TIMEOUT),
        values.parsed(
            Settings.DNS_FAMILIES,
            "ipv4-first, ipv6-first, ipv4 or ipv6 is expected",
            text ->
                Arrays.stream(AddressFamilies.values())
                    .filter(
                        each -> each.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                    .findFirst()),
        DnsSettings.DEFAULT.cachedNames());
  }

  private static HealthSettings paths(Values values) {
    Duration first = values.duration(Settings.PATHS_FIRST_BLOCK);
    Duration longest = values.duration(Settings.PATHS_LONGEST_BLOCK);
    if (longest.compareTo(first) < 0) {
      throw new ConfigurationException(
          "paths.longest-block: "
              + values.text(Settings.PATHS_LONGEST_BLOCK)
              + " is shorter than paths.first-block, "
              + values.text(Settings.PATHS_FIRST_BLOCK)
              + ".");
    }
    return new HealthSettings(
        first,
        longest,
        values.duration(Settings.PATHS_CONFIRM),
        values.duration(Settings.PATHS_SUSPECT),
        values.duration(Settings.PATHS_RAMP),
        values.duration(Settings.PATHS_EVIDENCE_WINDOW),
        values.duration(Settings.PATHS_LOGIN_HOLD));
  }

  private static List<Relay> relays(Values values) {
    List<Relay> relays = new ArrayList<>();
    values
        .group("relays")
        .forEach(
            (name, given) -> {
              Fields fields = new Fields("relays." + name, given);
              relays.add(
                  new Relay(
                      name,
                      fields.required("host"),
                      fields.optional("username"),
                      fields.optional("secret"),
                      ports(fields)));
            });
    return relays;
  }

  private static List<RelayPort> ports(Fields fields) {
    List<RelayPort> ports = new ArrayList<>();
    for (String port : fields.required("ports").split(",", -1)) {
      String[] parts = port.strip().split(":", -1);
      Optional<TlsMode> tls = parts.length == 2 ? TlsMode.of(parts[1]) : Optional.empty();
      int number = parts[0].matches("\\d{1,5}") ? Integer.parseInt(parts[0]) : 0;
      if (tls.isEmpty() || number < 1 || number > LAST_PORT) {
        throw fields.refused(
            "ports", "ports from 1 to 65535 such as 587:starttls, 465:implicit are expected");
      }
      ports.add(new RelayPort(number, tls.get()));
    }
    return ports;
  }

  private static List<DkimConfiguration> dkim(Values values) {
    List<DkimConfiguration> keys = new ArrayList<>();
    values
        .group("dkim")
        .forEach(
            (domain, given) -> {
              Fields fields = new Fields("dkim." + domain, given);
              Domain signer = dkimDomain(domain, fields);
              keys.add(
                  new DkimConfiguration(
                      signer, fields.required("selector"), fields.required("key")));
              boolean hasSecond =
                  !(fields.optional("ed25519-selector") + fields.optional("ed25519-key")).isEmpty();
              if (hasSecond) {
                keys.add(
                    new DkimConfiguration(
                        signer,
                        fields.required("ed25519-selector"),
                        fields.required("ed25519-key")));
              }
            });
    return keys;
  }

  private static Domain dkimDomain(String domain, Fields fields) {
    try {
      return Domain.parse(domain);
    } catch (InvalidAddressException e) {
      throw fields.refused("the domain " + domain + " " + e.reason());
    }
  }

  private static Optional<Integer> days(String text) {
    return HumanDuration.parse(text)
        .filter(duration -> duration.equals(Duration.ofDays(duration.toDays())))
        .map(Duration::toDays)
        .filter(days -> days >= 1 && days <= LONGEST_KEPT_DAYS)
        .map(Math::toIntExact);
  }

  static Optional<Path> ispsFile(Values values) {
    return values.optional(
        Settings.ISPS_FILE, "a readable file is expected", Configuration::readable);
  }

  private static Optional<Path> readable(String text) {
    return Optional.of(Path.of(text)).filter(Files::isReadable);
  }

  private static Optional<EmailAddress> address(String text) {
    try {
      return Optional.of(EmailAddress.parse(text));
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
  }
}
