package io.portolan.api.application;

import io.portolan.api.configuration.Configuration.DatabaseConfiguration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseSettings;
import io.portolan.core.relay.Secrets;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/** The database that the configuration names, and its server if that is Portolan's own. */
public final class ConfiguredDatabase implements AutoCloseable {
  private final Closing closing;
  private final Database database;

  private ConfiguredDatabase(Closing closing, Database database) {
    this.closing = closing;
    this.database = database;
  }

  /**
   * Opens the database, for a node; an embedded server is started.
   *
   * @param node its name in the cluster
   * @throws ConfigurationException if it cannot be had, or another process has the embedded one
   */
  public static ConfiguredDatabase start(
      DatabaseConfiguration configuration, Secrets secrets, String node) {
    return start(configuration, secrets, settings -> Database.openFor(node, settings));
  }

  private static ConfiguredDatabase start(
      DatabaseConfiguration configuration,
      Secrets secrets,
      Function<DatabaseSettings, Database> open) {
    Closing closing = new Closing();
    try {
      DatabaseSettings settings =
          configuration.url().isPresent()
              ? remote(configuration, secrets)
              : embedded(configuration, closing);
      return new ConfiguredDatabase(closing, closing.add(open.apply(settings)));
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  /**
   * Opens the database beside a node that may be running: its embedded server is used if there is
   * one, else one is started.
   *
   * @throws ConfigurationException if it cannot be had
   */
  public static ConfiguredDatabase join(DatabaseConfiguration configuration, Secrets secrets) {
    if (configuration.url().isEmpty()) {
      Optional<DatabaseSettings> running;
      try {
        running =
            EmbeddedDatabase.running(configuration.directory(), configuration.connectionTimeout());
      } catch (IOException e) {
        throw notHad(configuration, e);
      }
      if (running.isPresent()) {
        Closing closing = new Closing();
        return new ConfiguredDatabase(closing, closing.add(Database.open(running.get())));
      }
    }
    return start(configuration, secrets, Database::open);
  }

  public Database database() {
    return database;
  }

  @Override
  public void close() {
    closing.close();
  }

  private static DatabaseSettings remote(DatabaseConfiguration configuration, Secrets secrets) {
    return new DatabaseSettings(
        configuration.url().orElseThrow(),
        configuration.username(),
        configuration.password().isEmpty() ? "" : secrets.resolve(configuration.password()),
        configuration.poolSize(),
        configuration.connectionTimeout());
  }

  private static DatabaseSettings embedded(DatabaseConfiguration configuration, Closing closing) {
    try {
      return closing
          .add(EmbeddedDatabase.start(configuration.directory(), configuration.poolSize()))
          .settings(configuration.poolSize(), configuration.connectionTimeout());
    } catch (IOException e) {
      throw notHad(configuration, e);
    }
  }

  private static ConfigurationException notHad(
      DatabaseConfiguration configuration, IOException cause) {
    return new ConfigurationException(
        "The embedded database in "
            + configuration.directory()
            + " does not start: "
            + cause.getMessage()
            + ".");
  }
}
