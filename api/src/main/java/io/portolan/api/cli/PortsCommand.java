package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code portolan ports}: which ports get through from the server's network. */
@Command(name = "ports", description = "Which ports get through from here.")
final class PortsCommand {

  @Command(
      name = "probe",
      description =
          "Looks at ports from the server: connects to mail hosts of several operators, greets them"
              + " and takes leave, sends nothing, and says what it means. Takes 30 s at most.")
  int probe(
      @Mixin Remote remote,
      @Option(names = "--relay", description = "A relay whose ports are looked at, too.")
          String relay,
      @Option(names = "--host", description = "A host whose ports are looked at, too.") String host,
      @Option(
              names = "--port",
              paramLabel = "PORT",
              description = "Such as 587; may be repeated. All that can be judged, if left out.")
          List<Integer> ports,
      @Option(names = "--all", description = "Shows every look, and not the verdicts alone.")
          boolean all) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (relay != null) {
      body.put("relay", relay);
    }
    if (host != null) {
      body.put("host", host);
    }
    if (ports != null) {
      body.put("ports", ports);
    }
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post("/api/v1/ports/probe", body),
          answer -> {
            findings(remote, "", answer.path("ports"));
            findings(remote, relay == null ? host : relay, answer.path("host"));
            if (all) {
              looks(remote, answer.path("looks"));
            }
          });
    }
    return 0;
  }

  private static void findings(Remote remote, String of, JsonNode findings) {
    for (JsonNode finding : findings) {
      remote.say(
          (of.isEmpty() ? "" : of + ":")
              + finding.path("port").asText()
              + "  "
              + finding.path("verdict").asText()
              + ": "
              + finding.path("words").asText());
    }
  }

  private static void looks(Remote remote, JsonNode looks) {
    Table table = new Table("HOST", "PORT", "BY", "OUTCOME", "KIND", "TOOK", "DETAIL");
    for (JsonNode look : looks) {
      table.add(
          look.path("host").asText(),
          look.path("port").asText(),
          look.path("family").asText(),
          look.path("outcome").asText(),
          look.path("kind").asText("-"),
          look.path("millis").asText() + " ms",
          look.path("detail").asText());
    }
    remote.out().print(table);
  }
}
