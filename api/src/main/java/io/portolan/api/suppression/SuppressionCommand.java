package io.portolan.api.suppression;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan suppression}: who gets no mail. */
@Command(name = "suppression", description = "Addresses and domains that get no mail.")
public final class SuppressionCommand {
  private static final String SUPPRESSIONS = "/api/v1/suppressions";
  private static final int PAGE = 200;

  /** For which mail. */
  static final class Scope {
    @Option(
        names = "--list",
        defaultValue = "",
        description = "For mail of this list (id or name).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String list;

    @Option(
        names = "--sending-domain",
        defaultValue = "",
        description = "For mail from this domain.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String sendingDomain;

    /** As a part of a query, each with an ampersand before it. */
    String query(Remote remote, ApiClient client) {
      return (list.isEmpty() ? "" : "&list=" + listId(remote, client))
          + parameter("sendingDomain", sendingDomain);
    }

    Map<String, Object> fields(Remote remote, ApiClient client) {
      Map<String, Object> fields = new HashMap<>();
      if (!list.isEmpty()) {
        fields.put("list", listId(remote, client));
      }
      if (!sendingDomain.isEmpty()) {
        fields.put("sendingDomain", sendingDomain);
      }
      return fields;
    }

    private long listId(Remote remote, ApiClient client) {
      return remote.find(client, "list", "/api/v1/lists", list);
    }
  }

  /** Which ones. */
  static final class Filter {
    @Option(names = "--value", defaultValue = "", description = "A part of the address or domain.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String value;

    @Option(names = "--kind", defaultValue = "", description = "address, domain or hash.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String kind;

    @Option(names = "--reason", defaultValue = "", description = "Such as unsubscribe.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String reason;

    String query() {
      return parameter("value", value) + parameter("kind", kind) + parameter("reason", reason);
    }
  }

  @Command(name = "add", description = "Suppresses addresses or domains.")
  int add(
      @Mixin Remote remote,
      @Mixin Scope scope,
      @Parameters(arity = "1..*", paramLabel = "ADDRESS|DOMAIN") List<String> values,
      @Option(names = "--reason", defaultValue = "manual") String reason,
      @Option(
              names = "--until",
              paramLabel = "TIME",
              description = "When it ends, such as 2026-12-31T00:00:00Z; never by default.")
          @Nullable String until,
      @Option(names = "--note", defaultValue = "") String note) {
    try (ApiClient client = remote.client()) {
      Map<String, Object> common = scope.fields(remote, client);
      common.put("reason", reason);
      common.put("note", note);
      if (until != null) {
        common.put("expiresAt", until);
      }
      List<Map<String, Object>> items = values.stream().map(value -> item(value, common)).toList();
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

  private static Map<String, Object> item(String value, Map<String, Object> common) {
    Map<String, Object> item = new HashMap<>(common);
    item.put("kind", value.contains("@") ? "address" : "domain");
    item.put("value", value);
    return item;
  }

  @Command(name = "show", description = "Shows suppressions.")
  int show(
      @Mixin Remote remote,
      @Mixin Scope scope,
      @Mixin Filter filter,
      @Option(names = "--after", defaultValue = "0", description = "Those after this id.")
          long after) {
    try (ApiClient client = remote.client()) {
      String query = "?limit=" + PAGE + "&cursor=" + after + filter.query();
      remote.show(
          client.get(SUPPRESSIONS + query + scope.query(remote, client)),
          answer -> {
            Table table =
                new Table("ID", "KIND", "VALUE", "FOR", "REASON", "SOURCE", "SINCE", "UNTIL");
            for (JsonNode item : answer.path("items")) {
              table.add(
                  item.path("id").asText(),
                  item.path("kind").asText(),
                  item.path("value").asText(),
                  scope(item),
                  item.path("reason").asText(),
                  item.path("source").asText(),
                  item.path("createdAt").asText(),
                  item.path("expiresAt").asText());
            }
            remote.out().print(table);
            if (answer.hasNonNull("nextCursor")) {
              remote.say("More: --after " + answer.path("nextCursor").asText());
            }
          });
    }
    return 0;
  }

  @Command(name = "check", description = "Says whether an address is suppressed, and by what.")
  int check(
      @Mixin Remote remote,
      @Mixin Scope scope,
      @Parameters(paramLabel = "ADDRESS") String address) {
    try (ApiClient client = remote.client()) {
      String query = "/check?address=" + ApiClient.encode(address);
      remote.show(
          client.get(SUPPRESSIONS + query + scope.query(remote, client)),
          it -> {
            remote.say(
                it.path("suppressed").asBoolean()
                    ? address + " gets no mail: " + words(it.path("by"))
                    : address + " is not suppressed.");
            it.path("elsewhere").forEach(each -> remote.say("It has another: " + words(each)));
          });
    }
    return 0;
  }

  @Command(
      name = "import",
      description = "Suppresses what a CSV file names in its column value, address or domain.")
  int importFile(
      @Mixin Remote remote, @Mixin Scope scope, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    try (ApiClient client = remote.client()) {
      String query = scope.query(remote, client).replaceFirst("&", "?");
      JsonNode done = client.postFile(SUPPRESSIONS + "/import" + query, file, "text/csv");
      remote.show(
          done,
          it -> {
            remote.say(
                it.path("rows").asLong()
                    + " rows: "
                    + it.path("added").asLong()
                    + " added, "
                    + it.path("existing").asLong()
                    + " were there already, "
                    + it.path("rejected").asLong()
                    + " rejected.");
            it.path("rejects")
                .forEach(
                    each ->
                        remote.say(
                            "Line "
                                + each.path("line").asLong()
                                + ": "
                                + each.path("reason").asText()));
          });
    }
    return 0;
  }

  @Command(name = "export", description = "Writes suppressions as CSV, which import takes.")
  int export(
      @Mixin Remote remote,
      @Mixin Scope scope,
      @Mixin Filter filter,
      @Parameters(arity = "0..1", paramLabel = "FILE", description = "Printed by default.")
          @Nullable Path file)
      throws IOException {
    try (ApiClient client = remote.client()) {
      String query = (filter.query() + scope.query(remote, client)).replaceFirst("&", "?");
      String csv = client.getText(SUPPRESSIONS + "/export" + query, "text/csv");
      if (file == null) {
        remote.out().print(csv);
        remote.out().flush();
      } else {
        Files.writeString(file, csv);
        remote.say("Written to " + file + ".");
      }
    }
    return 0;
  }

  @Command(name = "remove", description = "Lifts a suppression.")
  int remove(
      @Mixin Remote remote,
      @Parameters(paramLabel = "ID") long id,
      @Option(names = "--note", defaultValue = "", description = "Why; the history keeps it.")
          String note) {
    try (ApiClient client = remote.client()) {
      client.delete(SUPPRESSIONS + "/" + id + parameter("note", note).replaceFirst("&", "?"));
      remote.say("Suppression " + id + " is lifted.");
    }
    return 0;
  }

  @Command(name = "history", description = "Shows what was lifted, by whom and why.")
  int history(
      @Mixin Remote remote,
      @Parameters(arity = "0..1", defaultValue = "", paramLabel = "ADDRESS|DOMAIN") String value) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(SUPPRESSIONS + "/history?limit=" + PAGE + parameter("value", value)),
          answer -> {
            Table table = new Table("AT", "ACTION", "BY", "VALUE", "FOR", "REASON", "NOTE");
            for (JsonNode item : answer.path("items")) {
              table.add(
                  item.path("at").asText(),
                  item.path("action").asText(),
                  item.path("who").asText(),
                  item.path("value").asText(),
                  scope(item),
                  item.path("reason").asText(),
                  item.path("note").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  private static String parameter(String name, String value) {
    return value.isEmpty() ? "" : "&" + name + "=" + ApiClient.encode(value);
  }

  private static String scope(JsonNode item) {
    if (item.hasNonNull("list")) {
      return "list " + item.path("list").asText();
    }
    return item.hasNonNull("sendingDomain")
        ? "from " + item.path("sendingDomain").asText()
        : "all mail";
  }

  private static String words(JsonNode by) {
    return by.path("kind").asText()
        + " "
        + by.path("value").asText()
        + ", "
        + by.path("reason").asText()
        + ", for "
        + scope(by)
        + ", since "
        + by.path("createdAt").asText()
        + (by.hasNonNull("expiresAt") ? " until " + by.path("expiresAt").asText() : "")
        + " (suppression "
        + by.path("id").asText()
        + ").";
  }
}
