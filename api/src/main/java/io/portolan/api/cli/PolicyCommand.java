package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan policy}: the port policy. */
@Command(
    name = "policy",
    description = "The port policy: which paths an ISP's mail takes, within which limits.")
final class PolicyCommand {
  private static final String POLICY = "/api/v1/policy";

  @Command(name = "show", description = "Prints the active policy, or another version, as YAML.")
  int show(
      @Mixin Remote remote,
      @Parameters(
              paramLabel = "VERSION",
              defaultValue = "0",
              description = "The active one by default.")
          int version) {
    try (ApiClient client = remote.client()) {
      String path = version == 0 ? POLICY : POLICY + "/versions/" + version;
      if (remote.wantsJson()) {
        remote.say(client.get(path).toPrettyString());
      } else {
        remote.out().print(client.getText(path + "?format=yaml", "application/yaml"));
        remote.out().flush();
      }
    }
    return 0;
  }

  @Command(name = "versions", description = "Shows the versions, newest first.")
  int versions(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(POLICY + "/versions?limit=100"),
          answer -> {
            Table table = new Table("VERSION", "AUTHOR", "MADE", "ROWS", "NOTE");
            for (JsonNode version : answer.path("items")) {
              table.add(
                  version.path("version").asText(),
                  version.path("author").asText(),
                  version.path("createdAt").asText(),
                  version.path("rules").asText(),
                  version.path("note").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "check", description = "Checks a policy file without writing it.")
  int check(@Mixin Remote remote, @Parameters(paramLabel = "FILE") Path file) throws IOException {
    try (ApiClient client = remote.client()) {
      JsonNode findings = client.postText(POLICY + "/check", Remote.text(file), "application/yaml");
      remote.show(findings, it -> say(remote, it));
      return findings.path("errors").isEmpty() ? 0 : 1;
    }
  }

  @Command(name = "apply", description = "Writes a policy file as a new version and activates it.")
  int apply(
      @Mixin Remote remote,
      @Parameters(paramLabel = "FILE", description = "YAML, or JSON if its name ends so.")
          Path file,
      @Option(names = "--note", defaultValue = "") String note,
      @Option(names = "--no-activate", description = "Write it and leave the active one active.")
          boolean writeOnly)
      throws IOException {
    try (ApiClient client = remote.client()) {
      String type = file.toString().endsWith(".json") ? "application/json" : "application/yaml";
      JsonNode written =
          client.postText(
              POLICY + "/versions?note=" + ApiClient.encode(note), Remote.text(file), type);
      int version = written.path("version").asInt();
      if (!writeOnly) {
        client.post(POLICY + "/versions/" + version + "/activate", Map.of("note", note));
      }
      remote.show(
          written,
          it -> {
            it.path("warnings").forEach(warning -> remote.say("Warning: " + line(warning)));
            remote.say(
                "Version "
                    + version
                    + (writeOnly
                        ? " is written and not active."
                        : " is active from the next message on."));
          });
    }
    return 0;
  }

  @Command(name = "activate", description = "Activates a version; an older one rolls back.")
  int activate(
      @Mixin Remote remote,
      @Parameters(paramLabel = "VERSION") int version,
      @Option(names = "--note", defaultValue = "") String note) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(POLICY + "/versions/" + version + "/activate", Map.of("note", note)),
          it -> remote.say("Version " + version + " is active from the next message on."));
    }
    return 0;
  }

  private static void say(Remote remote, JsonNode findings) {
    findings.path("errors").forEach(error -> remote.say("Error: " + line(error)));
    findings.path("warnings").forEach(warning -> remote.say("Warning: " + line(warning)));
    if (findings.path("errors").isEmpty()) {
      remote.say("The policy is right.");
    }
  }

  private static String line(JsonNode problem) {
    return problem.path("place").asText() + " " + problem.path("reason").asText();
  }
}
