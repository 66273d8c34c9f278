package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.sender.dkim.SigningProvider;
import io.portolan.sender.dns.AddressFamilies;
import io.portolan.sender.dns.DnsSettings;
import io.portolan.sender.path.HealthSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir private Path directory;

  @Test
  void hasADefaultForEverything() {
    Configuration defaults = Configuration.defaults(Map.of());

    assertThat(defaults.database())
        .isEqualTo(
            new Configuration.DatabaseConfiguration(
                Optional.empty(), "", "", Path.of("data/postgres"), 16, Duration.ofSeconds(5), 90));
    assertThat(defaults.http())
        .isEqualTo(
            new Configuration.HttpConfiguration(
                "127.0.0.1", 8025, Optional.empty(), 1L << 30, Path.of("data/uploads")));
    assertThat(defaults.secretsDirectory()).isEmpty();
    Configuration.MailConfiguration mail = defaults.mail();
    assertThat(mail.heloName()).isNotEmpty();
    assertThat(mail)
        .isEqualTo(
            new Configuration.MailConfiguration(
                mail.heloName(),
                mail.bounceDomain(),
                Optional.empty(),
                "portolan",
                Optional.empty(),
                Optional.empty(),
                500,
                2,
                Duration.ofSeconds(2),
                20,
                SigningProvider.AUTO,
                Optional.empty()));
    assertThat(defaults.dns())
        .isEqualTo(
            new DnsSettings(
                List.of(),
                Duration.ofSeconds(5),
                AddressFamilies.IPV4_FIRST,
                DnsSettings.DEFAULT.cachedNames()));
    assertThat(defaults.paths()).isEqualTo(HealthSettings.DEFAULT);
    assertThat(defaults.scheduler())
        .isEqualTo(
            new Configuration.SchedulerConfiguration(
                Optional.empty(), 1_000, Duration.ofSeconds(5)));
    assertThat(defaults.relays()).isEmpty();
    assertThat(defaults.dkim()).isEmpty();
    assertThat(defaults.ispsFile()).isEmpty();
  }

  @Test
  void readsEveryKey() throws IOException {
    Path certificates = Files.createFile(directory.resolve("ca.pem"));
    Path isps = Files.createFile(directory.resolve("isps.csv"));

    Configuration configuration =
        read(
            """
            database:
              url: jdbc:postgresql://db.example.net:5432/portolan
              username: portolan
              password: env:DB_PASSWORD
              directory: /var/lib/portolan
              pool-size: 32
              connection-timeout: 1500ms
              keep-attempts: 30d
            http:
              address: 0.0.0.0
              port: 8080
              public-url: https://mail.example.net/portolan
              max-upload: 64
              upload-directory: /var/lib/portolan/uploads
            secrets:
              directory: /etc/portolan/secrets
            mail:
              helo-name: out1.example.net
              bounce-domain: bounce.example.net
              unsubscribe-mailbox: unsubscribe@example.net
              sender-id: example-1
              list-id-domain: lists.example.net
              source-address: 192.0.2.7
              sessions: 200
              batches-per-platform: 2
              idle-linger: 3s
              refusals-in-a-row: 50
              signatures: jdk
              trusted-certificates: %s
            dns:
              servers: [192.0.2.53, "192.0.2.54:5353"]
              timeout: 2s
              families: ipv4
            paths:
              first-block: 1m
              longest-block: 30m
              suspect: 10s
              confirm: 90s
              ramp: 2m
              evidence-window: 3m
              login-hold: 1h
            scheduler:
              node: one
              threads: 500
              check-in: 10s
            isps:
              file: %s
            relays:
              mailer:
                host: smtp.example.net
                ports: [587:starttls, 465:implicit]
                username: me
                secret: file:/run/secrets/mailer
              inside:
                host: relay.internal
                ports: 25:none
            dkim:
              example.net:
                selector: s1
                key: env:DKIM_KEY
                ed25519-selector: e1
                ed25519-key: file:/run/secrets/e1.pem
            """
                .formatted(certificates, isps));

    assertThat(configuration.database())
        .isEqualTo(
            new Configuration.DatabaseConfiguration(
                Optional.of("jdbc:postgresql://db.example.net:5432/portolan"),
                "portolan",
                "env:DB_PASSWORD",
                Path.of("/var/lib/portolan"),
                32,
                Duration.ofMillis(1500),
                30));
    assertThat(configuration.http())
        .isEqualTo(
            new Configuration.HttpConfiguration(
                "0.0.0.0",
                8080,
                Optional.of(URI.create("https://mail.example.net/portolan")),
                64L << 20,
                Path.of("/var/lib/portolan/uploads")));
    assertThat(configuration.secretsDirectory()).contains(Path.of("/etc/portolan/secrets"));
    assertThat(configuration.mail())
        .isEqualTo(
            new Configuration.MailConfiguration(
                "out1.example.net",
                Domain.parse("bounce.example.net"),
                Optional.of(EmailAddress.parse("unsubscribe@example.net")),
                "example-1",
                Optional.of(Domain.parse("lists.example.net")),
                Optional.of(InetAddress.ofLiteral("192.0.2.7")),
                200,
                2,
                Duration.ofSeconds(3),
                50,
                SigningProvider.JDK,
                Optional.of(certificates)));
    assertThat(configuration.dns())
        .isEqualTo(
            new DnsSettings(
                List.of(
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53),
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.54"), 5353)),
                Duration.ofSeconds(2),
                AddressFamilies.IPV4,
                DnsSettings.DEFAULT.cachedNames()));
    assertThat(configuration.paths())
        .isEqualTo(
            new HealthSettings(
                Duration.ofMinutes(1),
                Duration.ofMinutes(30),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                Duration.ofMinutes(3),
                Duration.ofHours(1)));
    assertThat(configuration.scheduler())
        .isEqualTo(
            new Configuration.SchedulerConfiguration(
                Optional.of("one"), 500, Duration.ofSeconds(10)));
    assertThat(configuration.ispsFile()).contains(isps);
    assertThat(configuration.relays())
        .containsExactlyInAnyOrder(
            new Relay(
                "mailer",
                "smtp.example.net",
                "me",
                "file:/run/secrets/mailer",
                List.of(
                    new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT))),
            new Relay(
                "inside", "relay.internal", "", "", List.of(new RelayPort(25, TlsMode.NONE))));
    assertThat(configuration.dkim())
        .containsExactly(
            new Configuration.DkimConfiguration(Domain.parse("example.net"), "s1", "env:DKIM_KEY"),
            new Configuration.DkimConfiguration(
                Domain.parse("example.net"), "e1", "file:/run/secrets/e1.pem"));
  }

  @Test
  void keepsTheDefaultOfAKeyWithoutAValueAndOfAnEmptyFile() throws IOException {
    assertThat(read("http:\n  port:\ndatabase:\n")).isEqualTo(Configuration.defaults(Map.of()));
    assertThat(read("relays:\ndkim: ~\nhttp:\n  port: ''\n"))
        .isEqualTo(Configuration.defaults(Map.of()));
    assertThat(read("")).isEqualTo(Configuration.defaults(Map.of()));
    assertThat(read("# nothing yet\n")).isEqualTo(Configuration.defaults(Map.of()));
  }

  @Test
  void namesTheLineOfAnUnknownKeyAndTheOneThatWasMeant() {
    refused("http:\n  # where\n  prot: 80\n", "line 3", "\"http.prot\"", "mean \"http.port\"?");
    refused("htpp:\n  port: 80\n", "line 2", "\"htpp.port\"", "mean \"http.port\"?");
    refused("nothing:\n  like: it\n", "line 2", "there is no setting \"nothing.like\".");
    refused(
        "relays:\n  mailer:\n    hosts: x\n",
        "line 3",
        "\"relays.mailer.hosts\"",
        "mean \"relays.mailer.host\"?");
    refused("dkim:\n  example.net: s1\n", "line 2", "\"dkim.example.net\"");
    refused("nothing:\n", "line 1", "\"nothing\"");
  }

  @Test
  void saysWhatIsExpectedInsteadOfABadValue() {
    refused("http:\n  port: 70000\n", "line 2", "http.port", "\"70000\"", "from 0 to 65535");
    refused("http:\n  port: -1\n", "\"-1\"", "from 0 to 65535");
    refused("http:\n  public-url: mail.example.net\n", "an http or https URL is expected");
    refused("database:\n  pool-size: many\n", "\"many\"", "from 4 to 200");
    refused("database:\n  url: postgres://db\n", "jdbc:postgresql://localhost:5432/portolan");
    refused("database:\n  keep-attempts: 12h\n", "whole days from 1d");
    refused("database:\n  keep-attempts: 0d\n", "whole days from 1d");
    refused("mail:\n  idle-linger: 2 seconds\n", "\"2 seconds\"", "500ms, 10s, 5m or 4d");
    refused("mail:\n  idle-linger: 0s\n", "500ms, 10s, 5m or 4d");
    refused("mail:\n  sender-id: me\n", "5 to 15 letters");
    refused("mail:\n  source-address: out1.example.net\n", "an IP address is expected");
    refused("mail:\n  unsubscribe-mailbox: nobody\n", "an address is expected");
    refused(
        "dkim:\n  a.example:\n    selector: s\n    key: env:K\n    ed25519-key: env:E\n",
        "\"ed25519-selector\" is missing");
    refused("mail:\n  signatures: fast\n", "auto or jdk is expected");
    refused("mail:\n  trusted-certificates: /not/there\n", "a readable file is expected");
    refused("dns:\n  families: both\n", "ipv4-first, ipv6-first, ipv4 or ipv6");
    refused("dns:\n  servers: ns.example.net\n", "addresses separated by commas");
    refused("paths:\n  longest-block: 1m\n", "1m", "shorter than paths.first-block, 5m");
    refused("relays:\n  mailer:\n    host: x\n", "relays.mailer", "\"ports\" is missing");
    refused(
        "relays:\n  mailer:\n    host: x\n    ports: 587\n",
        "line 4",
        "relays.mailer.ports",
        "587:starttls");
    refused(
        "relays:\n  mailer:\n    host: x\n    ports: 99999:starttls\n",
        "line 4",
        "relays.mailer.ports",
        "1 to 65535");
    refused("dkim:\n  example.net:\n    selector: s\n", "dkim.example.net", "\"key\" is missing");
    refused(
        "dkim:\n  -x-:\n    selector: s\n    key: env:KEY\n", "line 3", "dkim.-x-", "the domain");
  }

  @Test
  void refusesAKeyThatIsGivenTwice() {
    refused("http:\n  port: 1\n  port: 2\n", "line 3", "not valid YAML", "port");
    refused("http:\n  port: 1\nhttp:\n  address: x\n", "line 3", "not valid YAML", "http");
  }

  @Test
  void refusesAFileThatCannotBeRead() throws IOException {
    Path missing = directory.resolve("missing.yaml");
    assertThatThrownBy(() -> Configuration.read(missing, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("There is no configuration file " + missing);
    assertThatThrownBy(() -> Configuration.read(directory, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("There is no configuration file");
    Path latin1 = directory.resolve("latin1.yaml");
    Files.write(latin1, "mail:\n  helo-name: böse\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Configuration.read(latin1, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(latin1 + " cannot be read");
    refused("http: [\n", "line", "not valid YAML");
    refused("- http\n", "line 1", "keys and values are expected");
  }

  @Test
  void isOverriddenByTheEnvironment() throws IOException {
    Configuration configuration =
        Configuration.read(
            write("http:\n  port: 1\ndatabase:\n  username: file\n"),
            Map.of(
                "PORTOLAN_HTTP_PORT", " 9000 ",
                "PORTOLAN_DATABASE_POOL_SIZE", "20",
                "PORTOLAN_API_KEY", "ptl_something",
                "PORTOLAN_JAVA_OPTS", "-Xmx512m",
                "PATH", "/usr/bin"));

    assertThat(configuration.http().port()).isEqualTo(9000);
    assertThat(configuration.database().poolSize()).isEqualTo(20);
    assertThat(configuration.database().username()).isEqualTo("file");
  }

  @Test
  void refusesWhatItsLibrariesWouldRefuseLater() throws IOException {
    refused("database:\n  connection-timeout: 200ms\n", "line 2", "250ms or more");
    refused("scheduler:\n  node: " + "n".repeat(71) + "\n", "line 2", "up to 70 characters");
    refused("secrets:\n  directory: secrets\n", "line 2", "absolute");
  }

  @Test
  void passesOverWhatKubernetesSetsAndSecrets() {
    Configuration configuration =
        Configuration.defaults(
            Map.of(
                "PORTOLAN_PORT", "tcp://10.0.0.7:8025",
                "PORTOLAN_SERVICE_HOST", "10.0.0.7",
                "PORTOLAN_SERVICE_PORT", "8025",
                "PORTOLAN_SERVICE_PORT_HTTP", "8025",
                "PORTOLAN_PORT_8025_TCP", "tcp://10.0.0.7:8025",
                "PORTOLAN_PORT_8025_TCP_PROTO", "tcp",
                "PORTOLAN_HTTP_PORT", "tcp://10.0.0.7:8025",
                "PORTOLAN_API_SERVICE_HOST", "10.0.0.8",
                "PORTOLAN_SECRET_MAILER", "secret"));

    assertThat(configuration.http().port()).isEqualTo(8025);
    assertThatThrownBy(() -> Configuration.defaults(Map.of("PORTOLAN_PORT", "8025")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("PORTOLAN_PORT");
  }

  @Test
  void namesTheVariableThatIsUnknownOrBad() {
    assertThatThrownBy(() -> Configuration.defaults(Map.of("PORTOLAN_HTTP_PROT", "80")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("PORTOLAN_HTTP_PROT")
        .hasMessageContaining("did you mean \"PORTOLAN_HTTP_PORT\"?");
    assertThatThrownBy(() -> Configuration.defaults(Map.of("PORTOLAN_HTTP_PORT", "eighty")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("environment variable PORTOLAN_HTTP_PORT")
        .hasMessageContaining("from 0 to 65535");
  }

  private Configuration read(String yaml) throws IOException {
    return Configuration.read(write(yaml), Map.of());
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(directory.resolve("portolan.yaml"), yaml);
  }

  private void refused(String yaml, String... words) {
    assertThatThrownBy(() -> read(yaml))
        .as(yaml)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(words);
  }
}
