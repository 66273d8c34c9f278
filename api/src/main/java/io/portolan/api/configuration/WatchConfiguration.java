package io.portolan.api.configuration;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The watch on ports.
 *
 * @param network names the way out that nodes share
 * @param every between rounds at a port that is well
 * @param webhook empty for none
 * @param secret a reference, {@code env:NAME} or {@code file:PATH}; empty for none
 */
public record WatchConfiguration(
    String network, Duration every, Optional<URI> webhook, String secret) {
  private static final int LONGEST_NAME = 100;

  static WatchConfiguration of(Values values) {
    String network = values.text(Settings.PATHS_NETWORK);
    if (network.isBlank() || network.length() > LONGEST_NAME) {
      throw new ConfigurationException(
          "paths.network: \""
              + network
              + "\": a name of up to "
              + LONGEST_NAME
              + " characters is expected.");
    }
    return new WatchConfiguration(
        network,
        values.duration(Settings.PROBES_EVERY),
        values.optional(
            Settings.ALERTS_WEBHOOK,
            "a URL such as https://alerts.example.net/portolan is expected",
            WatchConfiguration::webUrl),
        values.text(Settings.ALERTS_SECRET));
  }

  /** An http or https URL with a host; empty for whatever else is written. */
  public static Optional<URI> webUrl(String text) {
    try {
      return Optional.of(URI.create(text))
          .filter(url -> "http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          .filter(url -> url.getHost() != null);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
