package io.portolan.api.cli;

import io.portolan.api.configuration.Configuration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The configuration file, for commands that run on the server's machine. */
public final class ConfigurationOption {
  private static final Path USUAL = Path.of("portolan.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration; portolan.yaml in this directory if it is there.")
  private Optional<Path> config = Optional.empty();

  /** The file's settings, overridden by the environment's. */
  public Configuration read(Map<String, String> environment) {
    return config
        .or(() -> Optional.of(USUAL).filter(Files::isRegularFile))
        .map(path -> Configuration.read(path, environment))
        .orElseGet(() -> Configuration.defaults(environment));
  }
}
