package io.portolan.api.hold;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.ResumeOptions;
import io.portolan.api.cli.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code portolan domain}: what complaints hold of a sending domain. */
@Command(name = "domain", description = "What complaints hold of all mail of a sending domain.")
public final class DomainCommand {
  private static final String DOMAINS = "/api/v1/domains/";

  @Command(
      name = "holds",
      description = "When all mail of a sending domain was held, why, and who let it go on.")
  int holds(@Mixin Remote remote, @Parameters(paramLabel = "DOMAIN") String domain) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(DOMAINS + ApiClient.encode(domain) + "/holds"), it -> print(remote, it));
    }
    return 0;
  }

  @Command(
      name = "resume",
      description = "Lets go on what complaints hold of a sending domain, in all its campaigns.")
  int resume(
      @Mixin Remote remote,
      @Parameters(paramLabel = "DOMAIN") String domain,
      @Mixin ResumeOptions options) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(DOMAINS + ApiClient.encode(domain) + "/resume", options.request()),
          it -> print(remote, it));
    }
    return 0;
  }

  private static void print(Remote remote, JsonNode answer) {
    if (answer.path("holds").isEmpty()) {
      remote.say(
          "Complaints have never held all mail of "
              + answer.path("domain").asText()
              + ". A campaign's own holds: portolan campaign guardrails CAMPAIGN.");
      return;
    }
    Table table = new Table("SINCE", "MAIL TO", "CAMPAIGN", "WHY", "LET GO ON", "NOTE");
    for (JsonNode hold : answer.path("holds")) {
      for (JsonNode campaign : hold.path("campaigns")) {
        table.add(
            hold.path("heldAt").asText(),
            hold.path("isp").asText("all ISPs"),
            campaign.path("id").asText() + " " + campaign.path("name").asText(),
            hold.path("reason").asText(),
            campaign.hasNonNull("releasedAt")
                ? campaign.path("releasedAt").asText()
                    + " by "
                    + campaign.path("releasedBy").asText()
                : "no",
            campaign.path("note").asText());
      }
    }
    remote.out().print(table);
    if (answer.has("note")) {
      remote.say(answer.path("note").asText());
    }
  }
}
