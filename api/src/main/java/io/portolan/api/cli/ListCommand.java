package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan list}: lists and imports. */
@Command(name = "list", description = "Lists of recipients and imports into them.")
final class ListCommand {
  private static final String LISTS = "/api/v1/lists";
  private static final long POLL_MILLIS = 300;

  @Command(name = "create", description = "Makes a list.")
  int create(
      @Mixin Remote remote,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--description", defaultValue = "") String description) {
    try (ApiClient client = remote.client()) {
      JsonNode list = client.post(LISTS, Map.of("name", name, "description", description));
      remote.show(
          list, it -> remote.say("List " + it.path("id").asLong() + ", " + name + ", was made."));
    }
    return 0;
  }

  @Command(name = "show", description = "Shows the lists.")
  int show(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(LISTS + "?limit=500"),
          answer -> {
            Table table = new Table("ID", "NAME", "DESCRIPTION");
            answer
                .path("items")
                .forEach(
                    list ->
                        table.add(
                            list.path("id").asText(),
                            list.path("name").asText(),
                            list.path("description").asText()));
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "import", description = "Imports a CSV file into a list and shows the progress.")
  int importFile(
      @Mixin Remote remote,
      @Parameters(paramLabel = "LIST", description = "Id or name.") String list,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--address-column",
              defaultValue = "",
              description = "The column of the addresses.")
          String addressColumn,
      @Option(
              names = "--separator",
              defaultValue = "",
              description = "comma, semicolon or tab; found out by default.")
          String separator,
      @Option(
              names = "--map",
              paramLabel = "COLUMN:ATTRIBUTE",
              description =
                  "The attribute that a column is stored as; COLUMN: leaves it out. May be repeated.")
          @Nullable List<String> map)
      throws IOException, InterruptedException {
    if (!Files.isReadable(file)) {
      throw new ApiException(0, "There is no readable file " + file + ".");
    }
    try (ApiClient client = remote.client()) {
      long id = remote.find(client, "list", LISTS, list);
      String query =
          "?filename="
              + ApiClient.encode(String.valueOf(file.getFileName()))
              + (addressColumn.isEmpty() ? "" : "&addressColumn=" + ApiClient.encode(addressColumn))
              + (separator.isEmpty() ? "" : "&separator=" + ApiClient.encode(separator))
              + (map == null
                  ? ""
                  : map.stream()
                      .map(each -> "&map=" + ApiClient.encode(each))
                      .collect(Collectors.joining()));
      JsonNode job = client.postFile(LISTS + "/" + id + "/imports" + query, file, "text/csv");
      while (job.path("state").asText().equals("running")) {
        Thread.sleep(POLL_MILLIS);
        job = client.get("/api/v1/imports/" + job.path("id").asLong());
        if (!remote.wantsJson()) {
          remote.out().print("\r" + progress(job));
          remote.out().flush();
        }
      }
      JsonNode ended = job;
      remote.show(ended, it -> remote.say("\r" + summary(it)));
      return ended.path("state").asText().equals("finished") ? 0 : 1;
    }
  }

  private static String progress(JsonNode job) {
    return String.format(
        Locale.ROOT,
        "%5.1f %%  %,d rows  %,.0f rows/s  %s left   ",
        job.path("percent").asDouble(),
        job.path("rowsRead").asLong(),
        job.path("rowsPerSecond").asDouble(),
        job.hasNonNull("secondsLeft")
            ? Math.round(job.path("secondsLeft").asDouble()) + " s"
            : "?");
  }

  private static String summary(JsonNode job) {
    String counts =
        String.format(
            Locale.ROOT,
            "%,d rows: %,d created, %,d updated, %,d unchanged, %,d duplicate, %,d rejected.",
            job.path("rowsRead").asLong(),
            job.path("created").asLong(),
            job.path("updated").asLong(),
            job.path("unchanged").asLong(),
            job.path("duplicate").asLong(),
            job.path("rejected").asLong());
    if (job.path("state").asText().equals("failed")) {
      return "The import failed: " + job.path("error").asText() + "\nBefore that: " + counts;
    }
    if (job.path("state").asText().equals("running")) {
      return "Running: " + counts;
    }
    long rejected = job.path("rejected").asLong();
    return counts
        + (rejected == 0
            ? ""
            : "\nWhy rows were rejected: portolan list rejects " + job.path("id").asLong());
  }

  @Command(name = "import-status", description = "Shows how far an import is, or what it did.")
  int importStatus(@Mixin Remote remote, @Parameters(paramLabel = "IMPORT") long importId) {
    try (ApiClient client = remote.client()) {
      remote.show(client.get("/api/v1/imports/" + importId), job -> remote.say(summary(job)));
    }
    return 0;
  }

  @Command(name = "imports", description = "Shows the imports into a list, newest first.")
  int imports(
      @Mixin Remote remote,
      @Parameters(paramLabel = "LIST", description = "Id or name.") String list) {
    try (ApiClient client = remote.client()) {
      long id = remote.find(client, "list", LISTS, list);
      remote.show(
          client.get(LISTS + "/" + id + "/imports?limit=100"),
          answer -> {
            Table table = new Table("ID", "FILE", "STATE", "ROWS", "REJECTED", "STARTED");
            for (JsonNode job : answer.path("items")) {
              table.add(
                  job.path("id").asText(),
                  job.path("fileName").asText(),
                  job.path("state").asText(),
                  job.path("rowsRead").asText(),
                  job.path("rejected").asText(),
                  job.path("startedAt").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "rejects", description = "Prints the rows that an import rejected, as CSV.")
  int rejects(@Mixin Remote remote, @Parameters(paramLabel = "IMPORT") long importId) {
    try (ApiClient client = remote.client()) {
      remote.out().print(client.getText("/api/v1/imports/" + importId + "/rejects", "text/csv"));
      remote.out().flush();
    }
    return 0;
  }
}
