package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan relay}: relays. */
@Command(name = "relay", description = "Relays (smarthosts).")
final class RelayCommand {
  private static final String RELAYS = "/api/v1/relays";

  @Command(name = "set", description = "Makes or changes a relay.")
  int set(
      @Mixin Remote remote,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--host", required = true) String host,
      @Option(
              names = "--port",
              required = true,
              paramLabel = "PORT:TLS",
              description = "Such as 587:starttls or 465:implicit; may be repeated.")
          List<String> ports,
      @Option(names = "--username", defaultValue = "") String username,
      @Option(
              names = "--secret",
              defaultValue = "",
              description = "Where the server finds the password: env:NAME or file:PATH.")
          String secret) {
    List<Map<String, Object>> offered = new ArrayList<>();
    for (String port : ports) {
      String[] parts = port.split(":", 2);
      if (!parts[0].matches("\\d{1,5}") || parts.length != 2) {
        throw new ApiException(
            0, "--port " + port + ": give port and TLS mode, such as 587:starttls.");
      }
      offered.add(Map.of("port", Integer.parseInt(parts[0]), "tls", parts[1]));
    }
    try (ApiClient client = remote.client()) {
      JsonNode relay =
          client.put(
              RELAYS + "/" + ApiClient.encode(name),
              Map.of("host", host, "username", username, "secretRef", secret, "ports", offered));
      remote.show(
          relay,
          it -> remote.say("Relay " + name + " is set. Try it: portolan relay check " + name));
    }
    return 0;
  }

  @Command(name = "show", description = "Shows the relays.")
  int show(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(RELAYS),
          answer -> {
            Table table = new Table("NAME", "HOST", "USERNAME", "PORTS", "REPORTS", "FROM");
            for (JsonNode relay : answer.path("items")) {
              List<String> ports = new ArrayList<>();
              relay
                  .path("ports")
                  .forEach(
                      port ->
                          ports.add(port.path("port").asText() + ":" + port.path("tls").asText()));
              table.add(
                  relay.path("name").asText(),
                  relay.path("host").asText(),
                  relay.path("username").asText(),
                  String.join(" ", ports),
                  relay.path("reports").asText(),
                  relay.path("configured").asBoolean() ? "configuration" : "API");
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "check", description = "Opens a session on each port of a relay, login included.")
  int check(@Mixin Remote remote, @Parameters(paramLabel = "NAME") String name) {
    try (ApiClient client = remote.client()) {
      JsonNode answer = client.post(RELAYS + "/" + ApiClient.encode(name) + "/check");
      remote.show(
          answer,
          it -> {
            Table table = new Table("PORT", "TLS", "OUTCOME", "TOOK", "DETAIL");
            for (JsonNode port : it.path("ports")) {
              table.add(
                  port.path("port").asText(),
                  port.path("tls").asText(),
                  port.path("outcome").asText(),
                  port.path("millis").asText() + " ms",
                  port.path("detail").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "delete", description = "Removes a relay that the active policy does not use.")
  int delete(@Mixin Remote remote, @Parameters(paramLabel = "NAME") String name) {
    try (ApiClient client = remote.client()) {
      client.delete(RELAYS + "/" + ApiClient.encode(name));
      remote.say("Relay " + name + " is gone.");
    }
    return 0;
  }
}
