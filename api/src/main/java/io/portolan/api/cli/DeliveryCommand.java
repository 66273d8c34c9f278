package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan delivery}: what became of single recipients. */
@Command(name = "delivery", description = "Deliveries and their attempts.")
final class DeliveryCommand {
  private static final String DELIVERIES = "/api/v1/deliveries";

  @Command(
      name = "show",
      description = "Shows deliveries, or one with its attempts: where, why and what was answered.")
  int show(
      @Mixin Remote remote,
      @Parameters(paramLabel = "DELIVERY", arity = "0..1", description = "Id.") @Nullable Long id,
      @Option(names = "--campaign", description = "Id or name.") Optional<String> campaign,
      @Option(
              names = "--state",
              description =
                  "One or several of planned, relayed, accepted, bounced, expired, suppressed,"
                      + " cancelled, separated by commas.")
          Optional<String> state,
      @Option(names = "--isp") Optional<String> isp,
      @Option(names = "--address", description = "A part of the address.")
          Optional<String> address) {
    try (ApiClient client = remote.client()) {
      if (id != null) {
        remote.show(client.get(DELIVERIES + "/" + id), it -> one(remote, it));
        return 0;
      }
      StringBuilder query = new StringBuilder("?limit=100");
      campaign.ifPresent(
          it ->
              query
                  .append("&campaign=")
                  .append(remote.find(client, "campaign", "/api/v1/campaigns", it)));
      state.ifPresent(it -> query.append("&state=").append(ApiClient.encode(it)));
      isp.ifPresent(it -> query.append("&isp=").append(ApiClient.encode(it)));
      address.ifPresent(it -> query.append("&address=").append(ApiClient.encode(it)));
      remote.show(client.get(DELIVERIES + query), answer -> list(remote, answer));
    }
    return 0;
  }

  private static void table(Remote remote, Iterable<JsonNode> deliveries) {
    Table table = new Table("ID", "ADDRESS", "ISP", "STATE", "ATTEMPTS", "NEXT OR ENDED");
    Set<String> notes = new LinkedHashSet<>();
    for (JsonNode item : deliveries) {
      JsonNode delivery = item.path("delivery");
      table.add(
          delivery.path("id").asText(),
          delivery.path("address").asText(),
          delivery.path("isp").asText(),
          item.path("state").asText(),
          delivery.path("attempts").asText(),
          item.path("endedAt").asText(item.path("notBefore").asText()));
      if (item.has("note")) {
        notes.add("Relayed: " + item.path("note").asText());
      }
    }
    remote.out().print(table);
    notes.forEach(remote::say);
  }

  private static void list(Remote remote, JsonNode answer) {
    table(remote, answer.path("items"));
    if (answer.hasNonNull("nextCursor")) {
      remote.say("There are more; narrow them down, or page through them with the API.");
    }
  }

  private static void one(Remote remote, JsonNode detail) {
    table(remote, List.of(detail.path("delivery")));
    attempts(remote, detail);
    if (!detail.path("feedback").isEmpty()) {
      Table table = new Table("CAME BACK", "KIND", "CATEGORY", "DONE", "WORDS");
      for (JsonNode feedback : detail.path("feedback")) {
        JsonNode report = feedback.path("report");
        List<String> effects = new ArrayList<>();
        feedback.path("effects").forEach(effect -> effects.add(effect.asText()));
        table.add(
            feedback.path("at").asText(),
            feedback.path("kind").asText(),
            report.path("category").asText(),
            String.join(", ", effects),
            report.path("diagnostic").asText());
      }
      remote.out().println();
      remote.out().print(table);
    }
  }

  private static void attempts(Remote remote, JsonNode detail) {
    if (detail.path("attempts").isEmpty()) {
      remote.say("No attempt was made.");
      return;
    }
    Table table = new Table("AT", "PATH", "HOST", "PHASE", "OUTCOME", "REPLY", "WHY");
    for (JsonNode attempt : detail.path("attempts")) {
      JsonNode where = attempt.path("where");
      table.add(
          attempt.path("at").asText(),
          where.path("route").asText() + ":" + where.path("port").asText(),
          where.path("host").asText(),
          attempt.path("phase").asText(),
          attempt.path("outcome").asText(),
          attempt.path("code").asText() + " " + attempt.path("reply").asText(),
          attempt.path("why").path("decision").asText());
    }
    remote.out().println();
    remote.out().print(table);
  }
}
