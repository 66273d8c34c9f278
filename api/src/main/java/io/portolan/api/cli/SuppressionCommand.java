package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan suppression}: who gets no mail. */
@Command(name = "suppression", description = "Addresses and domains that get no mail.")
final class SuppressionCommand {
  private static final String SUPPRESSIONS = "/api/v1/suppressions";

  @Command(name = "add", description = "Suppresses addresses or domains.")
  int add(
      @Mixin Remote remote,
      @Parameters(arity = "1..*", paramLabel = "ADDRESS|DOMAIN") List<String> values,
      @Option(names = "--note", defaultValue = "") String note) {
    List<Map<String, String>> items =
        values.stream()
            .map(
                value ->
                    Map.of(
                        "kind",
                        value.contains("@") ? "address" : "domain",
                        "value",
                        value,
                        "note",
                        note))
            .toList();
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(SUPPRESSIONS, Map.of("items", items)),
          it ->
              remote.say(
                  it.path("added").asInt()
                      + " added, "
                      + it.path("existing").asInt()
                      + " were there already."));
    }
    return 0;
  }

  @Command(name = "show", description = "Shows suppressions.")
  int show(
      @Mixin Remote remote,
      @Option(
              names = "--value",
              defaultValue = "",
              description = "A part of the address or domain.")
          String value) {
    try (ApiClient client = remote.client()) {
      String query = value.isEmpty() ? "" : "&value=" + ApiClient.encode(value);
      remote.show(
          client.get(SUPPRESSIONS + "?limit=200" + query),
          answer -> {
            Table table = new Table("ID", "KIND", "VALUE", "REASON", "SOURCE", "SINCE");
            for (JsonNode item : answer.path("items")) {
              table.add(
                  item.path("id").asText(),
                  item.path("kind").asText(),
                  item.path("value").asText(),
                  item.path("reason").asText(),
                  item.path("source").asText(),
                  item.path("createdAt").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "check", description = "Says whether an address is suppressed, and by what.")
  int check(@Mixin Remote remote, @Parameters(paramLabel = "ADDRESS") String address) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(SUPPRESSIONS + "/check?address=" + ApiClient.encode(address)),
          it -> {
            JsonNode by = it.path("by");
            remote.say(
                it.path("suppressed").asBoolean()
                    ? address
                        + " gets no mail: "
                        + by.path("kind").asText()
                        + " "
                        + by.path("value").asText()
                        + ", "
                        + by.path("reason").asText()
                        + ", since "
                        + by.path("createdAt").asText()
                        + " (suppression "
                        + by.path("id").asText()
                        + ")."
                    : address + " is not suppressed.");
          });
    }
    return 0;
  }

  @Command(name = "remove", description = "Lifts a suppression.")
  int remove(@Mixin Remote remote, @Parameters(paramLabel = "ID") long id) {
    try (ApiClient client = remote.client()) {
      client.delete(SUPPRESSIONS + "/" + id);
      remote.say("Suppression " + id + " is lifted.");
    }
    return 0;
  }
}
