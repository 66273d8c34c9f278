package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan policy}: the port policy. */
@Command(
    name = "policy",
    description = "The port policy: which paths an ISP's mail takes, within which limits.")
final class PolicyCommand {
  private static final int NOTHING_TO_WRITE = 409;
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
  int versions(
      @Mixin Remote remote,
      @Option(
              names = "--before",
              paramLabel = "VERSION",
              description = "Only those before it, to go on where a list ended.")
          @Nullable Integer before) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(POLICY + "/versions?limit=100" + (before == null ? "" : "&cursor=" + before)),
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
            if (answer.hasNonNull("nextCursor")) {
              remote.say(
                  "There are older ones: policy versions --before "
                      + answer.path("nextCursor").asText()
                      + ".");
            }
          });
    }
    return 0;
  }

  @Command(name = "check", description = "Checks a policy file without writing it.")
  int check(@Mixin Remote remote, @Parameters(paramLabel = "FILE") Path file) throws IOException {
    try (ApiClient client = remote.client()) {
      JsonNode findings =
          client.postText(POLICY + "/check", Remote.text(file), type(file.toString()));
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
      JsonNode written =
          client.postText(
              POLICY + "/versions?note=" + ApiClient.encode(note),
              Remote.text(file),
              type(file.toString()));
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

  @Command(
      name = "diff",
      description = "Says what a policy changes of the active one, or of another version.")
  int diff(
      @Mixin Remote remote,
      @Parameters(paramLabel = "FILE|VERSION") String to,
      @Option(
              names = "--from",
              paramLabel = "VERSION",
              description = "Of a version: compare it with this one instead of the active.")
          Integer from)
      throws IOException {
    try (ApiClient client = remote.client()) {
      boolean isVersion = to.matches("\\d{1,9}");
      if (!isVersion && from != null) {
        throw new ApiException(0, "--from is for a version; a file is compared with the active.");
      }
      JsonNode comparison =
          isVersion
              ? client.get(
                  POLICY + "/versions/" + to + "/compare" + (from == null ? "" : "?from=" + from))
              : client.postText(POLICY + "/compare", Remote.text(Path.of(to)), type(to));
      remote.show(
          comparison,
          it -> {
            if (it.path("changes").isEmpty()) {
              remote.say("Changes nothing of version " + it.path("from").asText() + ".");
            }
            it.path("changes").forEach(change -> remote.say(change.asText()));
          });
    }
    return 0;
  }

  @Command(
      name = "rollback",
      description = "Activates the version that was in force before the present one.")
  int rollback(@Mixin Remote remote, @Option(names = "--note", defaultValue = "") String note) {
    try (ApiClient client = remote.client()) {
      // of two people who do so at one time the second does not go forward again
      int present = client.get(POLICY).path("activation").path("version").asInt();
      remote.show(
          client.post(POLICY + "/rollback", Map.of("from", present, "note", note)),
          it ->
              remote.say(
                  "Version "
                      + it.path("version").asText()
                      + " is active from the next message on."));
    }
    return 0;
  }

  @Command(
      name = "explain",
      description =
          "Says which path a message to an address would take now, or why a delivery went where it"
              + " did.")
  int explain(
      @Mixin Remote remote,
      @Parameters(paramLabel = "ADDRESS", arity = "0..1") @Nullable String address,
      @Option(
              names = "--delivery",
              paramLabel = "ID",
              description = "Of a delivery, past or under way.")
          @Nullable Long delivery) {
    if (delivery != null && address == null) {
      try (ApiClient client = remote.client()) {
        remote.show(
            client.get("/api/v1/deliveries/" + delivery + "/explain"), it -> sayPast(remote, it));
      }
      return 0;
    }
    if (address == null || delivery != null) {
      throw new ApiException(0, "Give an address, or --delivery and the id of a delivery.");
    }
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(POLICY + "/explain?address=" + ApiClient.encode(address)),
          it -> {
            remote.say(
                it.path("address").asText()
                    + ": ISP "
                    + it.path("isp").asText()
                    + ", platform "
                    + it.path("platform").asText()
                    + " ("
                    + it.path("basis").asText()
                    + "); row "
                    + it.path("rule").asText()
                    + " of policy version "
                    + it.path("policyVersion").asText());
            Table table = new Table("", "PATH", "TLS", "WHY");
            for (JsonNode path : it.path("paths")) {
              table.add(
                  path.path("taken").asBoolean() ? "->" : "",
                  PathsCommand.label(path),
                  path.path("tls").asText(),
                  path.path("why").asText());
            }
            remote.out().print(table);
            if (it.has("held")) {
              remote.say(it.path("held").path("words").asText() + ".");
            }
          });
    }
    return 0;
  }

  @Command(
      name = "simulate",
      description =
          "Runs a policy over mail that was sent, and shows what it would have done beside the active one.")
  int simulate(
      @Mixin Remote remote,
      @Parameters(paramLabel = "FILE|VERSION") String draft,
      @Option(
              names = "--from",
              description =
                  "Start of the span, such as 2026-12-01T00:00:00Z; a day before its end by default.")
          String from,
      @Option(names = "--to", description = "End of the span, exclusive; now by default.")
          String to)
      throws IOException {
    try (ApiClient client = remote.client()) {
      String span = SimulationTables.span(from, to);
      JsonNode simulation =
          draft.matches("\\d{1,9}")
              ? client.post(POLICY + "/versions/" + draft + "/simulate" + span)
              : client.postText(
                  POLICY + "/simulate" + span, Remote.text(Path.of(draft)), type(draft));
      remote.show(simulation, it -> SimulationTables.print(draft, it, remote.out()));
    }
    return 0;
  }

  @Command(
      name = "recommend",
      description =
          "Says what to change in the active policy and why, from what is known of ports and paths.")
  int recommend(
      @Mixin Remote remote,
      @Option(
              names = "--draft",
              description = "Write the recommended policy as a version, which is not activated.")
          boolean draft) {
    try (ApiClient client = remote.client()) {
      if (draft) {
        try {
          remote.show(client.post(POLICY + "/recommendations"), it -> sayWritten(remote, it));
          return 0;
        } catch (ApiException e) {
          if (e.status() != NOTHING_TO_WRITE) {
            throw e;
          }
        }
      }
      remote.show(
          client.get(POLICY + "/recommendations"), it -> AdviceText.print(it, remote.out()));
    }
    return 0;
  }

  private static void sayWritten(Remote remote, JsonNode written) {
    AdviceText.print(written.path("advice"), remote.out());
    String version = written.path("version").asText();
    remote.say(
        "Version " + version + " is written and not active: policy activate " + version + ".");
  }

  private static void sayPast(Remote remote, JsonNode explanation) {
    JsonNode view = explanation.path("delivery");
    JsonNode delivery = view.path("delivery");
    remote.say(
        "Delivery "
            + delivery.path("id").asText()
            + " to "
            + delivery.path("address").asText()
            + ": ISP "
            + delivery.path("isp").asText()
            + ", platform "
            + delivery.path("platform").asText()
            + "; "
            + view.path("state").asText());
    if (view.hasNonNull("heldBecause")) {
      remote.say(
          (view.hasNonNull("notBefore") ? "Held until " + view.path("notBefore").asText() : "Held")
              + ": "
              + view.path("heldBecause").asText());
    }
    Table attempts = new Table("ATTEMPT", "AT", "PATH", "POLICY", "ROW", "OUTCOME", "WHY");
    for (JsonNode attempt : explanation.path("attempts")) {
      JsonNode why = attempt.path("why");
      attempts.add(
          attempt.path("number").asText(),
          attempt.path("at").asText(),
          PathsCommand.label(attempt.path("where")),
          why.path("policyVersion").asText(),
          why.path("rule").asText(),
          attempt.path("outcome").asText(),
          why.path("decision").asText());
    }
    if (explanation.path("attempts").isEmpty()) {
      remote.say("No attempt was made.");
    } else {
      remote.out().print(attempts);
    }
    if (!explanation.path("pathFailures").isEmpty()) {
      remote.say("Paths that its campaign could not open to the platform, newest first:");
      Table failures = new Table("AT", "PATH", "POLICY", "HOST", "PHASE", "KIND", "DETAIL");
      for (JsonNode failure : explanation.path("pathFailures")) {
        failures.add(
            failure.path("at").asText(),
            PathsCommand.label(failure),
            failure.path("policyVersion").asText(),
            failure.path("host").asText(),
            failure.path("phase").asText(),
            failure.path("kind").asText(),
            failure.path("detail").asText());
      }
      remote.out().print(failures);
    }
  }

  private static String type(String file) {
    return file.endsWith(".json") ? "application/json" : "application/yaml";
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
