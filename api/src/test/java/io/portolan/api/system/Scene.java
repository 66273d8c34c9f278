package io.portolan.api.system;

import io.portolan.core.database.DatabaseSettings;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.LabMail;
import io.portolan.sender.lab.NetworkLab;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lab with mail servers, and a host in it on which {@code serve} runs. What is made is closed
 * with it, the latest first.
 */
final class Scene implements AutoCloseable {
  /** The port of the API on the sender's loopback. */
  static final int API = 8025;

  private final Path directory;
  private final NetworkLab lab;
  private final LabMail mail;
  private final LabHost sender;
  private final URI url;

  Scene(Path directory) throws IOException {
    this.directory = directory;
    lab = NetworkLab.create();
    try {
      mail = new LabMail(lab);
      sender = lab.host("sender");
      InetSocketAddress api = sender.fromOutside(API);
      url = URI.create("http://127.0.0.1:" + api.getPort());
    } catch (IOException e) {
      lab.close();
      throw e;
    }
  }

  NetworkLab lab() {
    return lab;
  }

  LabMail mail() {
    return mail;
  }

  LabHost sender() {
    return sender;
  }

  /** Where the test reaches the API. */
  URI url() {
    return url;
  }

  /** The section of a database that the sender reaches only through the test. */
  String database(DatabaseSettings settings) throws IOException {
    Matcher server = Pattern.compile("//([^:/]+):(\\d+)/").matcher(settings.jdbcUrl());
    if (!server.find()) {
      throw new IllegalArgumentException("no host and port: " + settings.jdbcUrl());
    }
    int port =
        sender.toOutside(
            new InetSocketAddress(
                InetAddress.getByName(server.group(1)), Integer.parseInt(server.group(2))));
    return """
    database:
      url: %s
      username: %s
    """
        .formatted(server.replaceFirst("//127.0.0.1:" + port + "/"), settings.username());
  }

  /**
   * Starts {@code serve} on the sender.
   *
   * @param database the section of the configuration
   * @param others further sections; those of HTTP, mail and DNS are of the scene
   */
  ServeProcess serve(String database, String others, Map<String, String> environment)
      throws IOException {
    Path authority = directory.resolve("authority.pem");
    Files.writeString(authority, mail.network().certificates().authorityPem());
    String configuration =
        """
        http:
          port: %d
        mail:
          helo-name: sender.test
          trusted-certificates: %s
        dns:
          servers: %s:%d
        """
            .formatted(API, authority, mail.dns().getHostString(), mail.dns().getPort());
    return lab.keep(
        ServeProcess.start(
            directory, database + configuration + others, environment, sender::command));
  }

  /** The API's campaigns, with a key that {@code serve} showed. */
  Campaigns campaigns(String key) {
    return lab.keep(new Campaigns(url, key));
  }

  @Override
  public void close() {
    lab.close();
  }
}
