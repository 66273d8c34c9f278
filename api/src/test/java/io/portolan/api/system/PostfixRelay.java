package io.portolan.api.system;

import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Debian's Postfix as a relay on port 587 of a lab's host, which takes mail over STARTTLS from
 * those who log in (Cyrus SASL with a database of its own), and puts what it takes into one
 * Maildir; only what is for {@code gone} it takes and then bounces. Has its own configuration,
 * queue and log, and leaves the system's alone.
 */
final class PostfixRelay implements AutoCloseable {
  private static final String NOBODY = "65534";

  private static final String MAIN =
      """
      compatibility_level = 3.6
      myhostname = ${name}
      mydestination =
      mynetworks = 127.0.0.255/32
      inet_protocols = ipv4
      queue_directory = ${directory}/queue
      data_directory = ${directory}/data
      maillog_file = ${directory}/mail.log
      maillog_file_prefixes = ${directory}
      smtpd_tls_security_level = encrypt
      smtpd_tls_auth_only = yes
      smtpd_tls_chain_files = ${directory}/identity.pem
      smtpd_sasl_auth_enable = yes
      smtpd_sasl_local_domain = ${name}
      smtpd_relay_restrictions = permit_sasl_authenticated, reject
      virtual_mailbox_domains = ${domains}
      virtual_mailbox_base = ${directory}/mail
      virtual_mailbox_maps = regexp:${directory}/configuration/mailboxes
      smtpd_reject_unlisted_recipient = no
      virtual_uid_maps = static:${nobody}
      virtual_gid_maps = static:${nobody}
      virtual_minimum_uid = 1
      alias_maps =
      alias_database =
      """;

  private static final String MASTER =
      """
      587       inet  n       -       n       -       -       smtpd
      pickup    unix  n       -       n       60      1       pickup
      cleanup   unix  n       -       n       -       0       cleanup
      qmgr      unix  n       -       n       300     1       qmgr
      rewrite   unix  -       -       n       -       -       trivial-rewrite
      bounce    unix  -       -       n       -       0       bounce
      defer     unix  -       -       n       -       0       bounce
      virtual   unix  -       n       n       -       -       virtual
      anvil     unix  -       -       n       -       1       anvil
      tlsmgr    unix  -       -       n       1000?   1       tlsmgr
      error     unix  -       -       n       -       -       error
      retry     unix  -       -       n       -       -       error
      proxymap  unix  -       -       n       -       -       proxymap
      postlog   unix-dgram n  -       n       -       1       postlogd
      """;

  private static final String MAILBOXES = "!/^gone@/ all/\n";

  // where Debian's Postfix looks for it: in the folder sasl of its configuration
  private static final String SASL =
      """
      pwcheck_method: auxprop
      auxprop_plugin: sasldb
      mech_list: PLAIN LOGIN
      sasldb_path: ${directory}/configuration/sasl/passwords
      """;

  private final LabHost host;
  private final Path directory;

  private PostfixRelay(LabHost host, Path directory) {
    this.host = host;
    this.directory = directory;
  }

  /**
   * Starts it.
   *
   * @param directory empty, and such that Postfix's own users can reach it
   * @param identity key and certificate as PEM
   * @param domains whose mail it takes
   */
  static PostfixRelay start(
      LabHost host, Path directory, String name, String identity, String... domains)
      throws IOException {
    PostfixRelay relay = new PostfixRelay(host, directory);
    for (String part : List.of("configuration/sasl", "queue", "data", "mail")) {
      Files.createDirectories(directory.resolve(part));
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Commands.run(List.of("chown", "postfix", directory.resolve("data").toString()));
    Commands.run(List.of("chown", NOBODY, directory.resolve("mail").toString()));
    Files.writeString(directory.resolve("identity.pem"), identity);
    relay.write("main.cf", MAIN, name, domains);
    relay.write("master.cf", MASTER, name, domains);
    relay.write("mailboxes", MAILBOXES, name, domains);
    relay.write("sasl/smtpd.conf", SASL, name, domains);
    relay.postfix("start");
    return relay;
  }

  private void write(String file, String template, String name, String... domains)
      throws IOException {
    Files.writeString(
        configuration().resolve(file),
        template
            .replace("${name}", name)
            .replace("${directory}", directory.toString())
            .replace("${domains}", String.join(", ", domains))
            .replace("${nobody}", NOBODY));
  }

  /** Lets somebody log in. */
  void account(String realm, String user, String password) throws IOException {
    Path passwords = configuration().resolve("sasl/passwords");
    Commands.run(
        List.of("saslpasswd2", "-p", "-c", "-f", passwords.toString(), "-u", realm, user),
        password);
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-r--r--"));
  }

  /** The messages that it has delivered, as they are in the Maildir. */
  List<String> messages() {
    Path delivered = directory.resolve("mail/all/new");
    if (!Files.isDirectory(delivered)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(delivered)) {
      return files.map(PostfixRelay::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String log() {
    return read(directory.resolve("mail.log"));
  }

  @Override
  public void close() throws IOException {
    postfix("stop");
  }

  private void postfix(String command) throws IOException {
    host.run("postfix", "-c", configuration().toString(), command);
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
