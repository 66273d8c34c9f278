package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.application.Application;
import io.portolan.api.application.ConfiguredDatabase;
import io.portolan.api.configuration.Configuration;
import io.portolan.core.access.ApiKey;
import io.portolan.core.access.ApiKeyStore;
import io.portolan.core.access.Role;
import io.portolan.core.relay.Secrets;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portolan key}: who may call the API. */
@Command(name = "key", description = "API keys.")
final class KeyCommand {
  private static final String KEYS = "/api/v1/api-keys";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Command(name = "create", description = "Makes a key and shows it once.")
  int create(
      @Mixin Remote remote,
      @Option(names = "--name", required = true) String name,
      @Option(names = "--role", required = true, description = "read, operate or admin.")
          String role) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(KEYS, Map.of("name", name, "role", role)),
          it -> remote.say(shownOnce(it.path("secret").asText())));
    }
    return 0;
  }

  @Command(name = "show", description = "Shows the keys, without their secrets.")
  int show(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(KEYS),
          answer -> {
            Table table = new Table("ID", "NAME", "ROLE", "CREATED", "REVOKED");
            for (JsonNode key : answer.path("items")) {
              table.add(
                  key.path("id").asText(),
                  key.path("name").asText(),
                  key.path("role").asText(),
                  key.path("createdAt").asText(),
                  key.path("revokedAt").asText("-"));
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "revoke", description = "Takes a key's power for good.")
  int revoke(@Mixin Remote remote, @Parameters(paramLabel = "ID") long id) {
    try (ApiClient client = remote.client()) {
      client.delete(KEYS + "/" + id);
      remote.say("Key " + id + " is revoked.");
    }
    return 0;
  }

  @Command(
      name = "recover",
      description =
          "Makes an admin key without one, on the server's machine, straight in the configured database.")
  int recover(@Mixin ConfigurationOption file) {
    Configuration configuration = file.read(System.getenv());
    InstantSource clock = Application.systemClock();
    try (ConfiguredDatabase configured =
        ConfiguredDatabase.join(configuration.database(), new Secrets(System.getenv()))) {
      String name = "recovered " + clock.instant().truncatedTo(ChronoUnit.MILLIS);
      ApiKey.Created created =
          new ApiKeyStore(configured.database(), clock).create(name, Role.ADMIN);
      PrintWriter out = spec.commandLine().getOut();
      out.println("The key \"" + name + "\": revoke the lost one with it (portolan key show).");
      out.println(shownOnce(created.secret()));
      out.flush();
    }
    return 0;
  }

  private static String shownOnce(String secret) {
    return "It is shown this once:\n\n  export PORTOLAN_API_KEY=" + secret + "\n";
  }
}
