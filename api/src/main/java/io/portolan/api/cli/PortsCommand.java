package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
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

  @Command(
      name = "matrix",
      description =
          "What gets through: each port by the verdict of rounds of looks, each path to an ISP or a"
              + " relay as mail and looks find it.")
  int matrix(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get("/api/v1/ports"),
          answer -> {
            ports(remote, answer.path("ports"));
            PathsCommand.paths(remote, answer.path("paths"));
          });
    }
    return 0;
  }

  @Command(
      name = "history",
      description = "How ports and paths came to stand as they do, the latest first.")
  int history(
      @Mixin Remote remote,
      @Option(names = "--port", paramLabel = "PORT", description = "Of this port alone.")
          Integer port,
      @Option(
              names = "--route",
              paramLabel = "ROUTE",
              description = "Of the paths of this relay, or of direct, alone.")
          String route,
      @Option(
              names = "--to",
              paramLabel = "PLATFORM",
              description = "Of direct to this platform alone.")
          String target) {
    StringBuilder query = new StringBuilder("?limit=100");
    if (port != null) {
      query.append("&port=").append(port);
    }
    boolean isOfPaths = route != null || target != null;
    StringBuilder ofPaths = new StringBuilder(query);
    if (route != null) {
      ofPaths.append("&route=").append(ApiClient.encode(route));
    }
    if (target != null) {
      ofPaths.append("&target=").append(ApiClient.encode(target));
    }
    try (ApiClient client = remote.client()) {
      ObjectNode histories = JsonNodeFactory.instance.objectNode();
      if (!isOfPaths) {
        histories.set("verdicts", client.get("/api/v1/ports/history" + query).path("items"));
      }
      histories.set("paths", client.get("/api/v1/paths/history" + ofPaths).path("items"));
      remote.show(
          histories,
          answer -> {
            verdicts(remote, answer.path("verdicts"));
            transitions(remote, answer.path("paths"));
          });
    }
    return 0;
  }

  private static void ports(Remote remote, JsonNode ports) {
    if (ports.isEmpty()) {
      remote.say("No port is watched yet: the policy uses none that control hosts are known for.");
      return;
    }
    Table table = new Table("PORT", "VERDICT", "SINCE", "ANSWERED", "LOOKED AT", "NEXT LOOK");
    for (JsonNode port : ports) {
      StringJoiner families = new StringJoiner(", ");
      for (JsonNode family : port.path("families")) {
        families.add(
            family.path("answered").asText()
                + " of "
                + family.path("asked").asText()
                + " by "
                + family.path("family").asText());
      }
      table.add(
          port.path("port").asText(),
          port.path("verdict").asText() + (port.path("stale").asBoolean() ? " (stale)" : ""),
          port.path("since").asText("-"),
          families.length() == 0 ? "-" : families.toString(),
          port.path("lookedAt").asText("-"),
          port.path("nextLook").asText());
    }
    remote.out().print(table);
    for (JsonNode port : ports) {
      if (port.path("stale").asBoolean()) {
        remote.say(
            port.path("port").asText()
                + ": nobody has looked for two hours longer than usual, so it may stand otherwise by"
                + " now. Ports are looked at that the policy in force uses.");
      }
      String verdict = port.path("verdict").asText();
      if (!verdict.equals("open") && !port.path("words").asText().isEmpty()) {
        remote.say(port.path("port").asText() + ": " + port.path("words").asText());
      }
    }
  }

  private static void verdicts(Remote remote, JsonNode changes) {
    for (JsonNode change : changes) {
      remote.say(
          change.path("at").asText()
              + "  port "
              + change.path("port").asText()
              + ": "
              + change.path("from").asText()
              + " -> "
              + change.path("to").asText()
              + ". "
              + change.path("words").asText());
    }
  }

  private static void transitions(Remote remote, JsonNode transitions) {
    if (transitions.isEmpty()) {
      remote.say("No path has changed.");
      return;
    }
    Table table = new Table("AT", "PATH", "TO", "FROM", "STATE", "BY", "HOST", "EVIDENCE");
    for (JsonNode each : transitions) {
      table.add(
          each.path("at").asText(),
          PathsCommand.label(each),
          PathsCommand.to(each, each),
          each.path("from").asText(),
          each.path("to").asText(),
          each.path("cause").asText(),
          each.path("host").asText(),
          each.path("evidence").asText());
    }
    remote.out().print(table);
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
