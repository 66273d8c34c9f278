package io.portolan.api.node;

import io.portolan.api.application.Application;
import io.portolan.api.application.Network;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.http.ApiServer;
import io.portolan.core.access.ApiKey;
import io.portolan.core.isp.IspEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node and its API: what {@code portolan serve} runs. */
public final class Node implements AutoCloseable {
  private final Application application;
  private final ApiServer server;
  private final String host;
  private final Optional<String> firstKey;

  private Node(Application application, ApiServer server, String host, Optional<String> firstKey) {
    this.application = application;
    this.server = server;
    this.host = host;
    this.firstKey = firstKey;
  }

  /** Starts a node on the real network. */
  public static Node start(
      Configuration configuration, Map<String, String> environment, InstantSource clock) {
    return start(configuration, Network.real(configuration, clock), List.of(), environment, clock);
  }

  /**
   * Starts a node on a given network.
   *
   * @param isps added to the directory
   */
  public static Node start(
      Configuration configured,
      Network network,
      List<IspEntry> isps,
      Map<String, String> environment,
      InstantSource clock) {
    Configuration configuration = configured.withPort(port(configured));
    Application application =
        Application.start(
            configuration,
            new Application.Surroundings(
                network, publicUrl(configuration), isps, environment, clock));
    try {
      ApiServer server = ApiServer.start(application.parts());
      try {
        // last of all: it is shown once, by a start that succeeds
        Optional<String> firstKey =
            application.parts().stores().apiKeys().createFirst().map(ApiKey.Created::secret);
        return new Node(application, server, configuration.http().address(), firstKey);
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (RuntimeException e) {
      application.close();
      throw e;
    }
  }

  public Application.Parts parts() {
    return application.parts();
  }

  /** Where the API is reached from this host. */
  public URI url() {
    String reached =
        switch (host) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::" -> "[::1]";
          // an IPv6 address stands in brackets (RFC 3986 section 3.2.2)
          default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        };
    return URI.create("http://" + reached + ":" + server.port());
  }

  /** What the API serves, as method and path, in order. */
  public List<String> routes() {
    return server.routes();
  }

  /** The first API key's secret, if this start made it. */
  public Optional<String> firstKey() {
    return firstKey;
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      application.close();
    }
  }

  /** The port to listen on: a free one where any will do, since links in mail name it. */
  private static int port(Configuration configured) {
    if (configured.http().port() != 0) {
      return configured.http().port();
    }
    try (ServerSocket socket =
        new ServerSocket(0, 1, InetAddress.getByName(configured.http().address()))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new ConfigurationException(
          "The API cannot listen on " + configured.http().address() + ": " + e.getMessage() + ".");
    }
  }

  private static URI publicUrl(Configuration configuration) {
    return configuration
        .http()
        .publicUrl()
        .orElseGet(() -> URI.create("http://localhost:" + configuration.http().port()));
  }
}
