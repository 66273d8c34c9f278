package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.pace.PaceText;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code portolan paths}: what is known of each path from this network. */
@Command(name = "paths", description = "Shows the health of the paths as this network knows it.")
final class PathsCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Override
  public Integer call() {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get("/api/v1/paths"),
          answer -> {
            paths(remote, answer.path("paths"));
            holds(answer.path("holds"));
          });
    }
    return 0;
  }

  @Command(
      name = "pace",
      description =
          "Shows how fast each platform is sent to: the policy's rate, the present one, and why.")
  int pace(
      @Mixin Remote onPace,
      @Option(names = "--history", description = "How the paces came about, the latest first.")
          boolean history,
      @Option(
              names = "--to",
              paramLabel = "PLATFORM",
              description = "With --history: of this platform alone.")
          String platform) {
    try (ApiClient client = onPace.client()) {
      if (history) {
        String query = platform == null ? "" : "&platform=" + ApiClient.encode(platform);
        onPace.show(
            client.get("/api/v1/pace/history?limit=100" + query),
            answer -> onPace.out().print(PaceText.changes(answer.path("items"))));
      } else {
        onPace.show(
            client.get("/api/v1/pace"), answer -> onPace.out().print(PaceText.overview(answer)));
      }
    }
    return 0;
  }

  static void paths(Remote remote, JsonNode paths) {
    if (paths.isEmpty()) {
      remote.say("No path was tried yet.");
      return;
    }
    Table table = new Table("PATH", "TLS", "TO", "STATE", "BY", "SINCE", "NEXT LOOK", "EVIDENCE");
    for (JsonNode status : paths) {
      JsonNode path = status.path("path");
      table.add(
          label(path),
          path.path("tls").asText(),
          to(path, status),
          status.path("state").asText(),
          families(status.path("families")),
          status.path("since").asText(),
          status.path("nextTry").asText("-"),
          status.path("evidence").asText());
    }
    remote.out().print(table);
  }

  /** How each IP family gets through, where they differ; both names where they do not. */
  private static String families(JsonNode families) {
    StringJoiner all = new StringJoiner(", ");
    Set<String> states = new HashSet<>();
    families.forEach(each -> states.add(each.path("state").asText()));
    for (JsonNode each : families) {
      String name = each.path("family").asText();
      all.add(
          states.size() == 1
              ? name
              : name + " " + each.path("state").asText() + reason(each.path("evidence").asText()));
    }
    return all.length() == 0 ? "-" : all.toString();
  }

  private static String reason(String evidence) {
    return evidence.isEmpty() ? "" : " (" + evidence + ")";
  }

  /** Such as {@code ses:587 from 192.0.2.7}. */
  static String label(JsonNode path) {
    String source = path.path("source").asText();
    return path.path("route").asText()
        + ":"
        + path.path("port").asText()
        + (source.isEmpty() ? "" : " from " + source);
  }

  /** Where a path leads. */
  static String to(JsonNode path, JsonNode health) {
    String target = health.path("target").asText();
    return path.path("route").asText().equals("direct") && target.isEmpty() ? "(all)" : target;
  }

  private void holds(JsonNode holds) {
    for (JsonNode hold : holds) {
      remote.say(
          "Relay "
              + hold.path("route").asText()
              + " is on hold until "
              + hold.path("until").asText()
              + ": "
              + hold.path("reply").asText());
    }
  }
}
